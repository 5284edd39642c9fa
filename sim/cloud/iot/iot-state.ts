import type { CloudContext } from '../base/cloud-context.ts'
import type { TagStore } from '../base/tags.ts'
import type { DataEndpoint } from './data-endpoint.ts'
import type { FleetIndex } from './fleet-index.ts'
import type { ThingTypes } from './thing-types.ts'
import type { ThingRegistry } from './things.ts'

/** What the operations of the registry and of the fleet index read and change. */
export interface IotState {
  /** Where ARNs must be from. */
  readonly account: Pick<CloudContext, 'region' | 'accountId'>
  readonly things: ThingRegistry
  readonly thingTypes: ThingTypes
  readonly iotTags: TagStore
  readonly index: FleetIndex
  readonly dataEndpoint: DataEndpoint
  readonly jobs: { job(jobId: string): object | undefined }
}
