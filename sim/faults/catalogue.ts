import { z } from 'zod'
import type { ApiFault } from './families/api-fault.ts'
import type { CopiesOf } from './families/event-fault.ts'
import type { Chance, Fault } from './families/fault.ts'
import type { ReportFault } from './families/report-fault.ts'
import { apiConflict, makeApiConflict } from './kinds/api-conflict.ts'
import { apiError, makeApiError } from './kinds/api-error.ts'
import { apiLatency, makeApiLatency } from './kinds/api-latency.ts'
import { apiThrottle, makeApiThrottle } from './kinds/api-throttle.ts'
import { bricked, makeBricked } from './kinds/bricked.ts'
import { burstLoss, makeBurstLoss } from './kinds/burst-loss.ts'
import { clockSkew, makeClockSkew } from './kinds/clock-skew.ts'
import { counterOverflow, makeCounterOverflow } from './kinds/counter-overflow.ts'
import { crash, makeCrash } from './kinds/crash.ts'
import { cycleDrift, makeCycleDrift } from './kinds/cycle-drift.ts'
import { duplicateReports, makeDuplicateReports } from './kinds/duplicate-reports.ts'
import { errorRise, makeErrorRise } from './kinds/error-rise.ts'
import { eventDuplicated, makeEventDuplicated } from './kinds/event-duplicated.ts'
import { eventLate, makeEventLate } from './kinds/event-late.ts'
import { eventLost, makeEventLost } from './kinds/event-lost.ts'
import { eventReordered, makeEventReordered } from './kinds/event-reordered.ts'
import { failedDownload, makeFailedDownload } from './kinds/failed-download.ts'
import { hang, makeHang } from './kinds/hang.ts'
import { lambdaDuplicate } from './kinds/lambda-duplicate.ts'
import { lambdaKilled } from './kinds/lambda-killed.ts'
import { lambdaTimeout } from './kinds/lambda-timeout.ts'
import { lateReports, makeLateReports } from './kinds/late-reports.ts'
import { lostReply, makeLostReply } from './kinds/lost-reply.ts'
import { makeMemoryLeak, memoryLeak } from './kinds/memory-leak.ts'
import { makeNoisyNetwork, noisyNetwork } from './kinds/noisy-network.ts'
import { offline } from './kinds/offline.ts'
import { operator, wrongGroup } from './kinds/operators.ts'
import { makePrunedArtifacts, prunedArtifacts } from './kinds/pruned-artifacts.ts'
import { makeReboot, reboot } from './kinds/reboot.ts'
import { reconnectStorm } from './kinds/reconnect-storm.ts'
import { makeRejectedJob, rejectedJob } from './kinds/rejected-job.ts'
import { makeSilentFallback, silentFallback } from './kinds/silent-fallback.ts'
import { staleIndex } from './kinds/stale-index.ts'
import { makeStarvedDownload, starvedDownload } from './kinds/starved-download.ts'
import { makeUnreadableMessages, unreadableMessages } from './kinds/unreadable-messages.ts'
import { makeUnreadableState, unreadableState } from './kinds/unreadable-state.ts'

/** The families of faults, by what they act on. */
const processFaults = [
  memoryLeak,
  crash,
  cycleDrift,
  errorRise,
  hang,
  noisyNetwork,
  bricked,
  clockSkew,
  counterOverflow,
  failedDownload,
  prunedArtifacts,
  reboot,
  rejectedJob,
  silentFallback,
  starvedDownload,
  unreadableMessages,
  unreadableState,
] as const
const cutFaults = [offline, reconnectStorm] as const
const reportFaults = [burstLoss, lateReports, duplicateReports] as const
const apiFaults = [apiThrottle, apiError, apiConflict, apiLatency, lostReply] as const
const indexFaults = [staleIndex] as const
const eventFaults = [eventLost, eventDuplicated, eventLate, eventReordered] as const
const lambdaFaults = [lambdaKilled, lambdaTimeout, lambdaDuplicate] as const
const peopleFaults = [operator, wrongGroup] as const

/** Every fault a scenario may list, by `kind`. */
export const faultSchema = z.discriminatedUnion('kind', [
  ...processFaults,
  ...cutFaults,
  ...reportFaults,
  ...apiFaults,
  ...indexFaults,
  ...eventFaults,
  ...lambdaFaults,
  ...peopleFaults,
])
export type FaultSpec = z.output<typeof faultSchema>
type SpecOf<Family extends readonly z.ZodType[]> = z.output<Family[number]>
/** Of the firmware process or of its surroundings on a device. */
export type ProcessFaultSpec = SpecOf<typeof processFaults>
/** The connection of a device is cut. */
export type LinkOutageSpec = SpecOf<typeof cutFaults>
/** What a device sends does not arrive as it should. */
export type ReportFaultSpec = SpecOf<typeof reportFaults>
/** The calls that the controller makes of AWS. */
export type ApiFaultSpec = SpecOf<typeof apiFaults>
/** Events on their way to the controller's functions. */
export type EventFaultSpec = SpecOf<typeof eventFaults>
/** Invocations of the controller's functions. */
export type LambdaFaultSpec = SpecOf<typeof lambdaFaults>
/** What can be injected into a world that is under way. */
export type InjectableSpec = ProcessFaultSpec | LinkOutageSpec
/** On devices, which a selector names. */
export type DeviceFaultSpec = ProcessFaultSpec | LinkOutageSpec | ReportFaultSpec

const isOneOf = <Family extends readonly z.ZodObject<{ kind: z.ZodLiteral<string> }>[]>(family: Family) => {
  const kinds = new Set(family.map(({ shape }) => shape.kind.value))
  return (spec: FaultSpec): spec is Extract<FaultSpec, SpecOf<Family>> => kinds.has(spec.kind)
}
export const isProcessFault = isOneOf(processFaults)
export const isLinkOutage = isOneOf(cutFaults)
export const isReportFault = isOneOf(reportFaults)
export const isApiFault = isOneOf(apiFaults)
export const isIndexFault = isOneOf(indexFaults)
export const isEventFault = isOneOf(eventFaults)
export const isLambdaFault = isOneOf(lambdaFaults)
export const isDeviceFault = (spec: FaultSpec): spec is DeviceFaultSpec =>
  isProcessFault(spec) || isLinkOutage(spec) || isReportFault(spec)

/** A fault of the firmware process or of its surroundings on one device. */
export function makeFault(spec: ProcessFaultSpec, chance: Chance): Fault {
  switch (spec.kind) {
    case 'memory-leak':
      return makeMemoryLeak(spec)
    case 'crash':
      return makeCrash(spec, chance)
    case 'cycle-drift':
      return makeCycleDrift(spec)
    case 'error-rise':
      return makeErrorRise(spec)
    case 'hang':
      return makeHang(spec)
    case 'noisy-network':
      return makeNoisyNetwork(spec)
    case 'bricked':
      return makeBricked(spec)
    case 'clock-skew':
      return makeClockSkew(spec)
    case 'counter-overflow':
      return makeCounterOverflow(spec)
    case 'failed-download':
      return makeFailedDownload(spec)
    case 'pruned-artifacts':
      return makePrunedArtifacts()
    case 'reboot':
      return makeReboot(spec)
    case 'rejected-job':
      return makeRejectedJob()
    case 'silent-fallback':
      return makeSilentFallback(spec)
    case 'starved-download':
      return makeStarvedDownload(spec)
    case 'unreadable-messages':
      return makeUnreadableMessages(spec)
    case 'unreadable-state':
      return makeUnreadableState(spec)
  }
}

/** A fault of what one device sends; `chanceOf` a label gives draws of its own. */
export function makeReportFault(spec: ReportFaultSpec, chanceOf: (label: string) => Chance): ReportFault {
  switch (spec.kind) {
    case 'burst-loss':
      return makeBurstLoss(spec, chanceOf('state'))
    case 'late-reports':
      return makeLateReports(spec, chanceOf('share'), chanceOf('jitter'))
    case 'duplicate-reports':
      return makeDuplicateReports(spec, chanceOf('share'))
  }
}

/** A fault of the calls that the controller makes. */
export function makeApiFault(spec: ApiFaultSpec): ApiFault {
  switch (spec.kind) {
    case 'api-throttle':
      return makeApiThrottle(spec)
    case 'api-error':
      return makeApiError(spec)
    case 'api-conflict':
      return makeApiConflict(spec)
    case 'api-latency':
      return makeApiLatency(spec)
    case 'lost-reply':
      return makeLostReply(spec)
  }
}

/** A fault of events on their way. */
export function makeEventFault(spec: EventFaultSpec): CopiesOf {
  switch (spec.kind) {
    case 'event-lost':
      return makeEventLost()
    case 'event-duplicated':
      return makeEventDuplicated(spec)
    case 'event-late':
      return makeEventLate(spec)
    case 'event-reordered':
      return makeEventReordered(spec)
  }
}
