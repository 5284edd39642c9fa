import { z } from 'zod'
import type { FaultOrigin } from '../kernel/trace-events.ts'
import type { Selector } from '../plant/selector.ts'
import type { FaultFamilies, FaultFamily } from './families/families.ts'
import { windowEndMs } from './families/fault-window.ts'
import type { IndexedFault, IndexedSpec } from './families/indexed-fault.ts'
import { apiConflict } from './kinds/api-conflict.ts'
import { apiError } from './kinds/api-error.ts'
import { apiLatency } from './kinds/api-latency.ts'
import { apiThrottle } from './kinds/api-throttle.ts'
import { bricked } from './kinds/bricked.ts'
import { burstLoss } from './kinds/burst-loss.ts'
import { clockSkew } from './kinds/clock-skew.ts'
import { counterOverflow } from './kinds/counter-overflow.ts'
import { crash } from './kinds/crash.ts'
import { cycleDrift } from './kinds/cycle-drift.ts'
import { cycleTimeJitter } from './kinds/cycle-time-jitter.ts'
import { duplicateReports } from './kinds/duplicate-reports.ts'
import { errorRise } from './kinds/error-rise.ts'
import { eventDuplicated } from './kinds/event-duplicated.ts'
import { eventLate } from './kinds/event-late.ts'
import { eventLost } from './kinds/event-lost.ts'
import { eventReordered } from './kinds/event-reordered.ts'
import { failedDownload } from './kinds/failed-download.ts'
import { hang } from './kinds/hang.ts'
import { lambdaDuplicate } from './kinds/lambda-duplicate.ts'
import { lambdaKilled } from './kinds/lambda-killed.ts'
import { lambdaTimeout } from './kinds/lambda-timeout.ts'
import { lateReports } from './kinds/late-reports.ts'
import { lostReply } from './kinds/lost-reply.ts'
import { memoryLeak } from './kinds/memory-leak.ts'
import { metricMissing } from './kinds/metric-missing.ts'
import { metricShift } from './kinds/metric-shift.ts'
import { metricSpread } from './kinds/metric-spread.ts'
import { noisyNetwork } from './kinds/noisy-network.ts'
import { offline } from './kinds/offline.ts'
import { operator } from './kinds/operator.ts'
import { prunedArtifacts } from './kinds/pruned-artifacts.ts'
import { qualityDrop } from './kinds/quality-drop.ts'
import { reboot } from './kinds/reboot.ts'
import { reconnectStorm } from './kinds/reconnect-storm.ts'
import { rejectedJob } from './kinds/rejected-job.ts'
import { silentFallback } from './kinds/silent-fallback.ts'
import { staleIndex } from './kinds/stale-index.ts'
import { starvedDownload } from './kinds/starved-download.ts'
import { unitsDrop } from './kinds/units-drop.ts'
import { unreadableMessages } from './kinds/unreadable-messages.ts'
import { unreadableState } from './kinds/unreadable-state.ts'
import { wrongGroup } from './kinds/wrong-group.ts'

/** Every fault, in the order of the documents. To add one: a file in `kinds/` and its line here. */
export const FAULTS = [
  memoryLeak,
  crash,
  cycleDrift,
  cycleTimeJitter,
  errorRise,
  qualityDrop,
  unitsDrop,
  metricShift,
  metricSpread,
  metricMissing,
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
  offline,
  reconnectStorm,
  burstLoss,
  lateReports,
  duplicateReports,
  apiThrottle,
  apiError,
  apiConflict,
  apiLatency,
  lostReply,
  staleIndex,
  eventLost,
  eventDuplicated,
  eventLate,
  eventReordered,
  lambdaKilled,
  lambdaTimeout,
  lambdaDuplicate,
  operator,
  wrongGroup,
] as const
export type AnyFault = (typeof FAULTS)[number]
export type FaultKind = AnyFault['kind']

type SchemasOf<Faults extends readonly AnyFault[]> = { [Index in keyof Faults]: Faults[Index]['schema'] }

/** Every fault that a scenario may list, by `kind`. */
export const faultSchema = z.discriminatedUnion(
  'kind',
  // A map over a tuple gives an array; the types keep the tuple.
  FAULTS.map(({ schema }) => schema) as unknown as SchemasOf<typeof FAULTS>,
)
export type FaultSpec = z.output<typeof faultSchema>
/** The specs of one family, or of several. */
export type SpecOf<Family extends FaultFamily> = z.output<Extract<AnyFault, { family: Family }>['schema']>
export type ProcessFaultSpec = SpecOf<'process'>
export type LinkOutageSpec = SpecOf<'link'>
/** Faults that can be injected into a running rehearsal. */
export type InjectableSpec = SpecOf<'process' | 'link'>
/** Faults on devices that a selector chooses. */
export type DeviceFaultSpec = SpecOf<'process' | 'link' | 'report'>

const BY_KIND: ReadonlyMap<string, AnyFault> = new Map(FAULTS.map((fault) => [fault.kind, fault]))

/** The definition that a spec was parsed by. */
function definitionOf({ kind }: { readonly kind: FaultKind }): AnyFault {
  const definition = BY_KIND.get(kind)
  if (definition === undefined) throw new Error(`invariant: no fault "${kind}"`)
  return definition
}

/** The family decides where a fault acts. */
export const familyOf = (kind: FaultKind): FaultFamily => definitionOf({ kind }).family

const isOf =
  <Family extends FaultFamily>(...families: readonly Family[]) =>
  (spec: FaultSpec): spec is Extract<FaultSpec, SpecOf<Family>> =>
    (families as readonly FaultFamily[]).includes(familyOf(spec.kind))
export const isProcessFault = isOf('process')
export const isLinkOutage = isOf('link')
export const isDeviceFault = isOf('process', 'link', 'report')

/** The specs of one family, each with its index in the list. */
export const faultsOf = <Family extends FaultFamily>(
  specs: readonly FaultSpec[],
  family: Family,
): readonly IndexedSpec<Extract<FaultSpec, SpecOf<Family>>>[] => {
  const isOfFamily = isOf(family)
  return specs.flatMap((spec, index) => (isOfFamily(spec) ? [{ index, spec }] : []))
}

type FamilyOf<Spec extends FaultSpec> = Extract<AnyFault, { kind: Spec['kind'] }>['family']

/** What the definition of a spec makes of it; its family decides what that needs and gives. */
export const makeFault = <Spec extends FaultSpec>(
  spec: Spec,
  ...context: FaultFamilies[FamilyOf<Spec>]['context']
): FaultFamilies[FamilyOf<Spec>]['fault'] => made(spec, context) as FaultFamilies[FamilyOf<Spec>]['fault']

/** Families whose faults need nothing but their options. */
type PlainFamily = {
  [Family in FaultFamily]: FaultFamilies[Family]['context'] extends [] ? Family : never
}[FaultFamily]

/** The faults of such a family, made. */
export const makeFaultsOf = <Family extends PlainFamily>(
  specs: readonly FaultSpec[],
  family: Family,
): readonly IndexedFault<Extract<FaultSpec, SpecOf<Family>>, FaultFamilies[Family]['fault']>[] =>
  faultsOf(specs, family).map(({ index, spec }) => ({
    index,
    spec,
    fault: made(spec, []) as FaultFamilies[Family]['fault'],
  }))

/** The types cannot express that the definition which is found by the kind of a spec belongs to that spec. */
function made(spec: FaultSpec, context: readonly unknown[]): unknown {
  const make = definitionOf(spec).make as (spec: FaultSpec, ...context: readonly unknown[]) => unknown
  return make(spec, ...context)
}

/**
 * What a fault belongs to. A fault of the release is one of its firmware version, or a deployment that fails on the whole
 * fleet; all others are faults of the plant, a device, the network or AWS, which may do as much harm and are no reason to
 * take a release back.
 */
export function originOf(spec: FaultSpec): FaultOrigin {
  const { firmwareOf, failsDeployments } = definitionOf(spec) as {
    readonly firmwareOf?: (spec: FaultSpec) => string
    readonly failsDeployments?: (spec: FaultSpec) => boolean
  }
  const where: Selector = isDeviceFault(spec) ? spec.in : {}
  const firmware = firmwareOf?.(spec) ?? where.firmware
  if (firmware !== undefined) return { firmware }
  const isEverywhere = where.line === undefined && where.device === undefined
  return isEverywhere && failsDeployments?.(spec) === true ? { ofDeployment: true } : {}
}

/**
 * When a fault stops disturbing the rollout, in milliseconds after the start of the rehearsal; 0 for what is wrong with
 * the firmware itself, infinite if it never stops.
 */
export function faultEndMs(spec: FaultSpec): number {
  const endMs = definitionOf(spec).endMs as ((spec: FaultSpec) => number) | undefined
  if (endMs !== undefined) return endMs(spec)
  return 'from' in spec ? windowEndMs(spec) : 0
}
