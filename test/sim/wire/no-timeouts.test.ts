import { expect, it } from 'vitest'
import { openEndpoint, signed } from './endpoint.ts'

it('keeps an idle connection open', async () => {
  const { endpoint } = await openEndpoint()
  try {
    const { headers } = await fetch(endpoint.url, { headers: signed('s3') })
    // The header keep-alive would announce when the server closes an idle connection.
    expect([headers.get('connection'), headers.get('keep-alive')]).toEqual(['keep-alive', null])
  } finally {
    await endpoint.close()
  }
})
