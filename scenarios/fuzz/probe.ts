import type { ProbeViolation } from '../../reports/messages/probes.ts'
import { type ReportedMessage, reported } from '../../reports/messages/reported.ts'
import { isDeviceFault } from '../../sim/faults/catalogue.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import type { Selector } from '../../sim/plant/selector.ts'
import type { Scenario } from '../files/scenario.ts'
import { conclude } from '../outcome/conclude.ts'
import { lastState } from '../outcome/trace-records.ts'
import { isHealthyWorld } from '../outcome/truth-invariants.ts'
import type { RehearsalResult } from '../world/rehearsal.ts'
import { rehearse } from '../world/rehearse.ts'
import { type SometimesCode, sometimesHit } from './sometimes.ts'

/** What one scenario came to. */
export interface Probe {
  readonly violated: readonly ReportedMessage[]
  readonly undecided: readonly ReportedMessage[]
  readonly outcome: string
  /** Kinds of faults that acted, each once. */
  readonly acted: readonly string[]
  /** Of a rollout in which nothing that happened to devices explains a rollback: whether it was rolled back. */
  readonly healthy: 'kept' | 'rolled-back' | null
  readonly hit: readonly SometimesCode[]
  readonly devices: number
  readonly virtualMs: number
  readonly digest: string | null
}

/** One more invariant, which tests violate on purpose. */
export type ExtraInvariant = (header: TraceHeader, records: readonly TraceRecord[]) => readonly ReportedMessage[]
const NONE: ExtraInvariant = () => []

/**
 * Runs a scenario, and checks what must hold in every one, and what its own file expects. A rehearsal that fails is a
 * violation as well.
 */
export async function probe(scenario: Scenario, level: 'wire' | 'model', extra: ExtraInvariant = NONE): Promise<Probe> {
  try {
    return probed(scenario, await rehearse(scenario, { seed: scenario.seed ?? 1, level }), extra)
  } catch (error) {
    const nothing = { undecided: [], acted: [], healthy: null, hit: [], devices: 0, virtualMs: 0, digest: null }
    const { name, message } = error as Error
    return { ...nothing, violated: [violation('REHEARSAL_FAILED', { error: name, message })], outcome: 'failed' }
  }
}

/** What a world came to at model level, and that it must come to the same digest at wire level. Pure. */
export function bothLevels(model: Probe, wire: Probe): Probe {
  const hit = [...new Set([...model.hit, ...wire.hit])]
  // What failed at one level is told by itself.
  if (model.digest === null || wire.digest === null) {
    return { ...model, hit, violated: [...model.violated, ...(wire.digest === null ? wire.violated : [])] }
  }
  const differing =
    wire.digest === model.digest ? [] : [violation('LEVELS_DIFFER', { model: model.digest, wire: wire.digest })]
  return { ...model, hit, violated: [...model.violated, ...differing] }
}

const violation = <Code extends ProbeViolation['code']>(
  code: Code,
  data: Extract<ProbeViolation, { readonly code: Code }>['data'],
): ReportedMessage => reported({ code, data })

/**
 * A week of white noise in which no fault acts is healthy: it must not be found too noisy. Faults that need no release act
 * in its last minutes. Other refusals have their reasons, and so may a plant with noise of its own.
 */
function wronglyRefused(
  { faults, release, fleet }: Scenario,
  notStarted: readonly ReportedMessage[],
): readonly ReportedMessage[] {
  const isQuiet = !faults.some((fault) => isDeviceFault(fault) && firmwareOf(fault.in) !== release.version)
  if (!isQuiet || fleet.noise !== 'quiet') return []
  const refusals = notStarted.filter(({ code }) => code === 'BASELINE_TOO_NOISY')
  return refusals.length === 0 ? [] : [violation('HEALTHY_BASELINE_REFUSED', { refusals })]
}

const firmwareOf = (where: Partial<Selector>): string | undefined => where.firmware

function probed(scenario: Scenario, result: RehearsalResult, extra: ExtraInvariant): Probe {
  const { outcome, notStarted = [], invariants, expectation } = conclude(scenario, result)
  const { header, records, next } = result
  const releases = next === undefined ? [result] : [result, next]
  const isRolledBack = invariants.violated.some(({ code }) => code === FALSE_ROLLBACK)
  const unmet = expectation.checked
    .filter(({ met }) => !met)
    .map(({ what, expected, actual }) => violation('EXPECTATION_NOT_MET', { what, expected, actual }))
  return {
    // The budget allows for some: a campaign counts them.
    violated: [
      ...invariants.violated.filter(({ code }) => code !== FALSE_ROLLBACK),
      ...wronglyRefused(scenario, notStarted),
      ...unmet,
      ...extra(header, records),
    ],
    undecided: invariants.undecided,
    outcome: outcome === 'refused' ? outcome : outcomeOf(records),
    acted: [...new Set(releases.flatMap((one) => actedOf(one.records)))],
    healthy: isHealthyWorld(records) ? (isRolledBack ? 'rolled-back' : 'kept') : null,
    hit: [...new Set(releases.flatMap((one) => sometimesHit(one.header, one.records)))],
    devices: Object.keys(header.lines).length,
    virtualMs: (next ?? result).facts.endedAtMs - header.startedAtMs,
    // Of everything that ever happened in the world.
    digest: (next ?? result).facts.digest,
  }
}

const FALSE_ROLLBACK = 'ROLLED_BACK_WITHOUT_ONSET'

const outcomeOf = (records: readonly TraceRecord[]): string => lastState(records)?.state ?? 'nothing'

/** Operators leave other records than faults do. */
const actedOf = (records: readonly TraceRecord[]): readonly string[] => [
  ...new Set(
    records.flatMap((record) => {
      if (record.kind === 'fault-started') return [record.faultKind]
      if (record.kind === 'operation') return ['operator']
      return record.kind === 'membership-changed' ? ['wrong-group'] : []
    }),
  ),
]
