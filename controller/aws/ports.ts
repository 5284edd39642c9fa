import type { Ports } from '../ports/ports.ts'
import type { Clients } from './clients.ts'
import { type Account, deployments } from './deployments.ts'
import { eventSink } from './event-sink.ts'
import { fleetHealth } from './fleet-health.ts'
import { notifications } from './notifications.ts'
import { dynamoStore } from './rollout-store.ts'

/** The resources that a deployment of the functions creates for them. */
export interface Resources {
  readonly tableName: string
  readonly topicArn: string
}

/** The controller's ports over AWS. */
export const awsPorts = (clients: Clients, account: Account, { tableName, topicArn }: Resources): Ports => ({
  health: fleetHealth(clients.iot),
  deployments: deployments(clients.greengrass, clients.iot, account),
  store: dynamoStore(clients.documents, tableName),
  events: eventSink(clients.events),
  notifications: notifications(clients.sns, topicArn),
})
