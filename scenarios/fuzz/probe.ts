import { isDeviceFault } from '../../sim/faults/catalogue.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import type { Selector } from '../../sim/plant/selector.ts'
import type { Scenario } from '../files/scenario.ts'
import { conclude } from '../outcome/conclude.ts'
import { lastState } from '../outcome/trace-records.ts'
import { RolloutRefused } from '../support/user-error.ts'
import type { RehearsalResult } from '../world/rehearsal.ts'
import { rehearse } from '../world/rehearse.ts'
import { type SometimesRow, sometimesHit } from './sometimes.ts'

/** What one world came to. */
export interface Probe {
  readonly violated: readonly string[]
  readonly undecided: readonly string[]
  readonly outcome: string
  /** Kinds of faults that acted, each once. */
  readonly acted: readonly string[]
  readonly hit: readonly SometimesRow[]
  readonly devices: number
  readonly virtualMs: number
  readonly digest: string | null
}

/** A law more, which tests break on purpose. */
export type ExtraInvariant = (header: TraceHeader, records: readonly TraceRecord[]) => readonly string[]
const NONE: ExtraInvariant = () => []

/**
 * Plays a world, and checks what must hold in every one, and what its file expects of it beside that. A rehearsal that
 * fails is a violation of its own.
 */
export async function probe(scenario: Scenario, level: 'wire' | 'model', extra: ExtraInvariant = NONE): Promise<Probe> {
  try {
    return probed(scenario, await rehearse(scenario, { seed: scenario.seed ?? 1, level }), extra)
  } catch (error) {
    const nothing = { undecided: [], acted: [], hit: [], devices: 0, virtualMs: 0, digest: null }
    if (error instanceof RolloutRefused)
      return { ...nothing, violated: wronglyRefused(scenario, error), outcome: 'refused' }
    const { name, message } = error as Error
    return { ...nothing, violated: [`the rehearsal fails: ${name}: ${message}`], outcome: 'failed' }
  }
}

/**
 * A week in which no fault acts is healthy in every world: nobody may find it too noisy. Faults that need no release act in
 * its last minutes. Other refusals have their reasons.
 */
function wronglyRefused({ faults, release }: Scenario, { message }: Error): readonly string[] {
  const isQuiet = !faults.some((fault) => isDeviceFault(fault) && firmwareOf(fault.in) !== release.version)
  return isQuiet && message.includes('baseline too noisy')
    ? [`a healthy week is no reason to refuse a release: ${message}`]
    : []
}

const firmwareOf = (where: Partial<Selector>): string | undefined => where.firmware

function probed(scenario: Scenario, result: RehearsalResult, extra: ExtraInvariant): Probe {
  const { invariants, expectation } = conclude(scenario, result)
  const { header, records, facts } = result
  const unmet = expectation.failures.map((failure) => `what the world expects: ${failure}`)
  return {
    violated: [...invariants.violated, ...unmet, ...extra(header, records)],
    undecided: invariants.undecided ?? [],
    outcome: outcomeOf(records),
    acted: actedOf(records),
    hit: sometimesHit(header, records),
    devices: Object.keys(header.lines).length,
    virtualMs: facts.endedAtMs - header.startedAtMs,
    digest: facts.digest,
  }
}

const outcomeOf = (records: readonly TraceRecord[]): string => lastState(records)?.state ?? 'nothing'

/** People leave other traces than faults do. */
const actedOf = (records: readonly TraceRecord[]): readonly string[] => [
  ...new Set(
    records.flatMap((record) => {
      if (record.kind === 'fault-started') return [record.faultKind]
      if (record.kind === 'operation') return ['operator']
      return record.kind === 'membership-changed' ? ['wrong-group'] : []
    }),
  ),
]
