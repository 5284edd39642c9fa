import { makeClients } from '../../controller/aws/clients.ts'
import { awsPorts } from '../../controller/aws/ports.ts'
import { ensureTable } from '../../controller/aws/table.ts'
import { ACCOUNT_ID, REGION } from '../../sim/twin/account.ts'
import type { LevelEndpoints } from '../../sim/twin/level.ts'
import { CONTROLLER_ACCESS_KEY } from '../../sim/wire/aws-endpoint.ts'
import { openWireLevel } from '../../sim/wire/wire-level.ts'
import { type Platform, type PlatformOptions, TABLE_NAME } from './platform.ts'
import type { RehearsalOptions } from './rehearsal.ts'
import { VirtualRetryStrategy } from './virtual-retry.ts'

type WireSettings = Pick<RehearsalOptions, 'connections' | 'mqttPort' | 'httpPort'>

/** Real sockets: MQTT, unmodified SDK clients over HTTP, the DynamoDB API. */
export const wirePlatform = (options: PlatformOptions & WireSettings): Platform => ({
  openLevel: (events) => openWireLevel(events, options.inFlight, options),

  async openPorts(twin, seed, topicArn) {
    const endpoints = twin.level.endpoints as LevelEndpoints
    const clients = makeClients({
      region: REGION,
      endpoint: endpoints.httpUrl,
      dynamoEndpoint: endpoints.dynamoUrl,
      credentials: { accessKeyId: CONTROLLER_ACCESS_KEY, secretAccessKey: 'rehearsal' },
      retryStrategyOf: (client) => new VirtualRetryStrategy(client, { ...options, clock: twin.clock, seed }),
    })
    try {
      await ensureTable(clients.dynamo, TABLE_NAME)
    } catch (error) {
      clients.destroy()
      throw error
    }
    const resources = { tableName: TABLE_NAME, topicArn }
    const ports = awsPorts(clients, { region: REGION, accountId: ACCOUNT_ID }, resources)
    return { ports, close: () => clients.destroy() }
  },
})
