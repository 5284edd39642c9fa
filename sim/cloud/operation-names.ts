import { VirtualClock } from '../kernel/clock.ts'
import { Seed } from '../kernel/random.ts'
import { Trace } from '../kernel/trace.ts'
import type { CloudContext } from './base/cloud-context.ts'
import { makeCloud } from './cloud.ts'

/** The services that the controller calls: the emulated ones by their signing names, and its store. */
export const API_SERVICES = ['greengrass', 'iot', 'iotdata', 'iot-jobs-data', 'events', 'sns', 'dynamodb'] as const
export type ApiService = (typeof API_SERVICES)[number]

/** Of the store only the two operations that the controller's documents are read and written by. */
const STORE_OPERATIONS = ['GetItem', 'PutItem', 'DeleteItem'] as const

/** The operations that can be called, by service: read off a cloud without things, so that the list cannot be behind. */
export const OPERATION_NAMES: ReadonlyMap<ApiService, readonly string[]> = operationNames()

function operationNames(): Map<ApiService, readonly string[]> {
  const clock = new VirtualClock(0)
  const seed = new Seed(0)
  const nowhere: CloudContext = {
    clock,
    trace: new Trace(clock),
    messaging: { publish: () => undefined, reply: () => undefined, hasSubscribers: () => false },
    region: '',
    accountId: '',
    stream: (label) => seed.stream(label),
  }
  const { services } = makeCloud(nowhere, { indexedShadows: [] }, () => undefined)
  const names = new Map<ApiService, readonly string[]>([['dynamodb', STORE_OPERATIONS]])
  for (const [service, operations] of services) names.set(service as ApiService, Object.keys(operations).sort())
  return names
}
