import { IoTClient, SearchIndexCommand } from '@aws-sdk/client-iot'
import { mockClient } from 'aws-sdk-client-mock'
import { expect, it } from 'vitest'
import { fleetHealth } from '../../../controller/aws/fleet-health.ts'
import reportV1 from '../../../fixtures/health-v1.json' with { type: 'json' }
import reportV2 from '../../../fixtures/health-v2.json' with { type: 'json' }

const client = new IoTClient({ region: 'eu-central-1' })
const iot = mockClient(client)
const shadow = (reported: object): string => JSON.stringify({ name: { health: { reported } } })
const thing = (thingName: string, text: string | undefined, connected = true) => ({
  thingName,
  thingGroupNames: ['canary'],
  attributes: { line: '3' },
  shadow: text,
  connectivity: { connected },
})

it('reads the fleet in pages of 100, both versions of the document, and keeps those it cannot read', async () => {
  iot
    .on(SearchIndexCommand, {
      queryString: 'thingGroupNames:a\\:two OR thingGroupNames:one',
      nextToken: undefined,
    })
    .resolves({ things: [thing('a', shadow(reportV2)), thing('b', shadow(reportV1), false)], nextToken: 'more' })
    .on(SearchIndexCommand, { nextToken: 'more' })
    .resolves({ things: [thing('c', shadow({ schema: '3.0' })), thing('d', undefined)] })
  const readings = await fleetHealth(client).read(['one', 'a:two'])
  expect(readings.map(({ thing: name, line, connected, sample }) => [name, line, connected, sample?.schema])).toEqual([
    ['a', 3, true, '2.0'],
    ['b', 3, false, '1.0'],
    ['c', 3, true, undefined],
    ['d', 3, true, undefined],
  ])
  expect(iot.commandCalls(SearchIndexCommand).map(({ args }) => args[0].input)).toMatchObject([
    {
      queryString: 'thingGroupNames:a\\:two OR thingGroupNames:one',
      maxResults: 100,
    },
    { nextToken: 'more' },
  ])
})
