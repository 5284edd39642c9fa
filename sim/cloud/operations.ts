import type { Bound, ServiceName, StateOf } from './base/operations.ts'
import { bindOperations } from './base/operations.ts'
import { busOperations } from './events/bus-operations.ts'
import { eventTagOperations } from './events/event-tag-operations.ts'
import { publishOperations } from './events/publish-operations.ts'
import { putEventsOperations } from './events/put-events.ts'
import { ruleOperations } from './events/rule-operations.ts'
import { subscriptionOperations } from './events/subscription-operations.ts'
import { topicOperations } from './events/topic-operations.ts'
import { componentDataOperations } from './greengrass/component-data-operations.ts'
import { componentOperations } from './greengrass/component-operations.ts'
import { coreDeviceOperations } from './greengrass/core-device-operations.ts'
import { deploymentOperations } from './greengrass/deployment-operations.ts'
import { tagOperations } from './greengrass/tag-operations.ts'
import { endpointOperations } from './iot/endpoint-operations.ts'
import { fleetIndexOperations } from './iot/fleet-index-operations.ts'
import { iotTagOperations } from './iot/iot-tag-operations.ts'
import { membershipOperations } from './iot/membership-operations.ts'
import { messageOperations } from './iot/message-operations.ts'
import { statisticsOperations } from './iot/statistics-operations.ts'
import { thingGroupOperations } from './iot/thing-group-operations.ts'
import { thingOperations } from './iot/thing-operations.ts'
import { thingTypeOperations } from './iot/thing-type-operations.ts'
import { jobOperations } from './jobs/control-plane/job-operations.ts'
import { jobDataOperations } from './jobs/device-plane/job-data-operations.ts'
import { shadowOperations } from './shadow/shadow-operations.ts'

/** Every emulated operation by its service and name: to emulate one more, add it here or to one of these families. */
export const OPERATIONS = {
  greengrass: {
    ...componentOperations,
    ...componentDataOperations,
    ...coreDeviceOperations,
    ...deploymentOperations,
    ...tagOperations,
  },
  iot: {
    ...thingOperations,
    ...thingTypeOperations,
    ...thingGroupOperations,
    ...membershipOperations,
    ...iotTagOperations,
    ...endpointOperations,
    ...fleetIndexOperations,
    ...statisticsOperations,
    ...jobOperations,
  },
  iotdata: { ...shadowOperations, ...messageOperations },
  'iot-jobs-data': jobDataOperations,
  events: { ...busOperations, ...putEventsOperations, ...ruleOperations, ...eventTagOperations },
  sns: { ...topicOperations, ...subscriptionOperations, ...publishOperations },
}

type OperationTables = typeof OPERATIONS

/** The services of one cloud: `services.iot.CreateThing({ thingName })`. */
export type CloudServices = { readonly [S in ServiceName]: Bound<OperationTables[S]> }

/** The state that all operations together read and change. */
export type CloudState = StateOf<OperationTables['greengrass']> &
  StateOf<OperationTables['iot']> &
  StateOf<OperationTables['iotdata']> &
  StateOf<OperationTables['iot-jobs-data']> &
  StateOf<OperationTables['events']> &
  StateOf<OperationTables['sns']>

export const bindServices = (state: CloudState): CloudServices => ({
  greengrass: bindOperations(OPERATIONS.greengrass, state),
  iot: bindOperations(OPERATIONS.iot, state),
  iotdata: bindOperations(OPERATIONS.iotdata, state),
  'iot-jobs-data': bindOperations(OPERATIONS['iot-jobs-data'], state),
  events: bindOperations(OPERATIONS.events, state),
  sns: bindOperations(OPERATIONS.sns, state),
})
