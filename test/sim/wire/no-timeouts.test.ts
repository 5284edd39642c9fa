import { expect, it } from 'vitest'
import { startAwsEndpoint } from '../../../sim/wire/aws-endpoint.ts'
import { startDynamo } from '../../../sim/wire/dynamo.ts'

const openAws = () => startAwsEndpoint({ port: 0, services: {}, onCall: () => undefined, onBug: () => undefined })

it.each([
  ['the AWS endpoints', openAws],
  ['DynamoDB', startDynamo],
])('%s keep an idle connection open', async (_, open) => {
  const server = await open()
  try {
    const { headers } = await fetch(server.url)
    // The header keep-alive would announce when the server closes an idle connection.
    expect([headers.get('connection'), headers.get('keep-alive')]).toEqual(['keep-alive', null])
  } finally {
    await server.close()
  }
})
