import { randomBytes } from 'node:crypto'
import { type Clients, makeClients } from '../../controller/aws/clients.ts'
import { awsPorts } from '../../controller/aws/ports.ts'
import { ensureTable } from '../../controller/aws/table.ts'
import type { Seed } from '../../sim/kernel/random.ts'
import { ACCOUNT_ID, REGION } from '../../sim/twin/account.ts'
import type { LevelEndpoints } from '../../sim/twin/level.ts'
import type { Twin } from '../../sim/twin/twin.ts'
import type { Credentials } from '../../sim/wire/sign-in.ts'
import { openWireLevel } from '../../sim/wire/wire-level.ts'
import { type Platform, type PlatformOptions, TABLE_NAME } from './platform.ts'
import type { RehearsalOptions } from './rehearsal.ts'
import { VirtualRetryStrategy } from './virtual-retry.ts'

type WireSettings = Pick<RehearsalOptions, 'connections' | 'mqttPort' | 'httpPort'>

/** Real sockets: MQTT, unmodified SDK clients over HTTP, the DynamoDB API. */
export function wirePlatform(options: PlatformOptions & WireSettings): Platform {
  // The secret does not leave this process: no other client can be the controller.
  const controller: Credentials = { accessKeyId: 'rehearsal', secretAccessKey: randomBytes(32).toString('hex') }
  return {
    openLevel: (events) => openWireLevel(events, options.inFlight, { ...options, controller }),

    async openPorts(twin, seed, topicArn) {
      const clients = clientsOf(twin, seed, options, controller)
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
  }
}

function clientsOf(twin: Twin, seed: Seed, options: PlatformOptions, credentials: Credentials): Clients {
  const { httpUrl: endpoint } = twin.level.endpoints as LevelEndpoints
  return makeClients({
    region: REGION,
    endpoint,
    dynamoEndpoint: endpoint,
    credentials,
    retryStrategyOf: (client) => new VirtualRetryStrategy(client, { ...options, clock: twin.clock, seed }),
  })
}
