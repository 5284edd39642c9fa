import type { ApiFault, ApiFaultSpec } from './api-fault.ts'
import type { Chance } from './chance.ts'
import type { EventFault, EventFaultSpec } from './event-fault.ts'
import type { FaultWindow } from './fault-window.ts'
import type { IndexFault } from './index-fault.ts'
import type { LambdaFault, LambdaFaultSpec } from './lambda-fault.ts'
import type { DeviceSpec, LinkOutage } from './link-outage.ts'
import type { MembershipFault } from './membership-fault.ts'
import type { OperatorRequest } from './operator-request.ts'
import type { ProcessFault } from './process-fault.ts'
import type { ReportFault } from './report-fault.ts'

/**
 * The families of faults, by what they act on. Of each: what all specs of the family have (`spec`), what `make` is given in
 * addition to the spec (`context`), and what it returns (`fault`).
 */
export interface FaultFamilies {
  process: { spec: DeviceSpec; context: [chance: Chance]; fault: ProcessFault }
  link: { spec: DeviceSpec; context: [startMs: number, chance: Chance]; fault: LinkOutage }
  /** `chanceOf` a label gives independent draws. */
  report: { spec: DeviceSpec & FaultWindow; context: [chanceOf: (label: string) => Chance]; fault: ReportFault }
  api: { spec: ApiFaultSpec; context: []; fault: ApiFault }
  index: { spec: FaultWindow; context: []; fault: IndexFault }
  event: { spec: EventFaultSpec; context: []; fault: EventFault }
  lambda: { spec: LambdaFaultSpec; context: []; fault: LambdaFault }
  membership: { spec: object; context: []; fault: MembershipFault }
  operator: { spec: object; context: []; fault: OperatorRequest }
}
export type FaultFamily = keyof FaultFamilies

/** What the fault catalogue says about a family. */
export interface FamilyFacts {
  readonly title: string
  readonly actsOn: string
  /** What the trace records as the onset, and whether that counts as the onset of a fault on a device. */
  readonly onset: string
  readonly selectorNote?: string
}

const PER_DEVICE = 'recorded per device; counts as onset'
const PER_TARGET = 'recorded per target; does not count as onset'

const NO_VERSION = 'A connection has no firmware version: `firmware` is not accepted here.'

/** In the order of the catalogue. */
export const FAMILIES: { readonly [Family in FaultFamily]: FamilyFacts } = {
  process: {
    title: 'Firmware and device',
    actsOn: 'the firmware process, its deployment, or the device around it',
    onset: PER_DEVICE,
  },
  link: {
    title: 'Connection',
    actsOn: 'the MQTT connection between a device and AWS',
    onset: PER_DEVICE,
    selectorNote: NO_VERSION,
  },
  report: { title: 'Reports', actsOn: 'messages that a device sends', onset: PER_DEVICE, selectorNote: NO_VERSION },
  api: { title: 'AWS API', actsOn: 'AWS calls of the controller', onset: PER_TARGET },
  index: { title: 'Fleet index', actsOn: 'answers of fleet indexing', onset: PER_TARGET },
  event: { title: 'Events', actsOn: 'events from the event bus to a function of the controller', onset: PER_TARGET },
  lambda: { title: 'Lambda', actsOn: 'invocations of a function of the controller', onset: PER_TARGET },
  membership: { title: 'Thing groups', actsOn: 'the thing groups of a device', onset: PER_DEVICE },
  operator: { title: 'Operators', actsOn: 'the rollout, by a request to the controller', onset: 'none recorded' },
}
