import type { ServiceName } from './base/operations.ts'
import { OPERATIONS } from './operations.ts'

/** The services that the controller calls: the emulated ones by their signing names, and its store. */
export const API_SERVICES = ['greengrass', 'iot', 'iotdata', 'iot-jobs-data', 'events', 'sns', 'dynamodb'] as const
export type ApiService = (typeof API_SERVICES)[number]

/** Of the store only the operations that read and write the controller's documents. */
const STORE_OPERATIONS = ['GetItem', 'PutItem', 'DeleteItem'] as const

const namesOf = (service: ServiceName): readonly string[] => Object.keys(OPERATIONS[service]).sort()

/** The names of the operations that can be called, sorted, by service. */
export const OPERATION_NAMES: ReadonlyMap<ApiService, readonly string[]> = new Map(
  API_SERVICES.map((service) => [service, service === 'dynamodb' ? STORE_OPERATIONS : namesOf(service)]),
)
