import type { Ports } from '../ports.ts'
import type { Clients } from './clients.ts'
import { type Account, deployments } from './deployments.ts'
import { eventSink } from './event-sink.ts'
import { fleetHealth } from './fleet-health.ts'
import { dynamoStore } from './rollout-store.ts'

/** The controller's ports over AWS. */
export const awsPorts = (clients: Clients, account: Account, tableName: string): Ports => ({
  health: fleetHealth(clients.iot),
  deployments: deployments(clients.greengrass, clients.iot, account),
  store: dynamoStore(clients.documents, tableName),
  events: eventSink(clients.events),
})
