import { stratumAt } from '../../controller/policy/calendar.ts'
import type { Policy } from '../../controller/policy/policy.ts'
import { withWindow } from '../../controller/policy/stages.ts'
import type { MixedRun, PlannedStart } from '../../reports/campaign/advice.ts'
import { stageEndOf } from '../../reports/campaign/power.ts'
import { isOfRelease } from '../../reports/run/release-faults.ts'
import { originOf } from '../../sim/faults/catalogue.ts'
import type { FaultMix } from '../files/fault-mix.ts'
import { plannedStages, policyWithWindow } from '../files/plan.ts'
import type { Scenario } from '../files/scenario.ts'
import { type SizedFault, sizedFault } from '../files/sized-fault.ts'
import { withThreads } from '../support/thread-pool.ts'
import type { CompletedRun, SweepOptions } from './run-many.ts'
import { SweepFailed } from './sweep-failed.ts'

const HOUR_MS = 3_600_000
const INSTALL_MS = 15 * 60_000

/** One faulty release. */
export interface MixedFault {
  readonly seed: number
  readonly fault: SizedFault
  /** In the units of its option. */
  readonly sizeText: string
  readonly onsetMs: number
}

/**
 * Faulty releases of a mix, one a seed: kinds in proportion to their weights, sizes and onsets spread evenly over their
 * ranges by Halton's sequence, so that few releases cover the mix. [source: halton]
 */
export function mixedFaults(mix: FaultMix, count: number): readonly MixedFault[] {
  return Array.from({ length: count }, (_, i): MixedFault => {
    const one = partAt(mix, halton(i + 1, 5))
    const { kind, vary, set, sizes, onset } = one
    const isLate = onset !== undefined && halton(i + 1, 7) < onset.share
    const onsetMs = isLate ? Math.round(logBetween(onset.between, halton(i + 1, 3))) : 0
    const options = {
      ...(vary !== undefined && { parameter: vary }),
      ...(set !== undefined && { set }),
      ...(isLate && { onset: `${onsetMs}ms` }),
    }
    const fault = sizedFault(kind, options)
    const range = sizes.map((text) => fault.sizeOf(text).size) as [number, number]
    return { seed: i + 1, fault, sizeText: fault.textOf(logBetween(range, halton(i + 1, 2))), onsetMs }
  })
}

/** By weight; `place` is from 0 to 1. */
function partAt(mix: FaultMix, place: number): FaultMix[number] {
  let left = place * mix.reduce((sum, { weight }) => sum + weight, 0)
  for (const one of mix) {
    left -= one.weight
    if (left < 0) return one
  }
  return mix.at(-1) as FaultMix[number]
}

const logBetween = ([from, to]: readonly [number, number], share: number): number =>
  Math.exp(Math.log(from) + share * (Math.log(to) - Math.log(from)))

/** The index in a base, mirrored at the point. */
function halton(index: number, base: number): number {
  let [sum, digit] = [0, 1]
  for (let rest = index; rest > 0; rest = Math.floor(rest / base)) {
    digit /= base
    sum += digit * (rest % base)
  }
  return sum
}

/**
 * Watches every release in canary for the longest window. A shorter one catches what is decided within it: a window
 * decides about promotion and no evidence. A release is caught where its rollback begins after the onset of its fault.
 * @throws SweepFailed; the signal's reason when aborted
 */
export async function runMix(
  scenario: Scenario,
  faults: readonly MixedFault[],
  windowMs: number,
  options: SweepOptions & { readonly onRun?: (run: MixedRun) => void } = {},
): Promise<readonly MixedRun[]> {
  const { version } = scenario.release
  const others = scenario.faults.filter((fault) => !isOfRelease(originOf(fault), version))
  const good: Scenario = {
    ...scenario,
    faults: others,
    expect: {},
    policy: { ...policyWithWindow(scenario.policy, windowMs), gates: 'open' },
  }
  const untilMs = windowMs + INSTALL_MS
  let done = 0
  return withThreads('sweep/worker.js', faults.length, options, (pool) =>
    Promise.all(
      faults.map(async (one): Promise<MixedRun> => {
        const { seed, fault, sizeText } = one
        const own = { ...good, faults: [...others, fault.at(sizeText, { firmware: version })] }
        const completed: CompletedRun = await pool.run({ scenario: own, seed, untilMs })
        const run = mixedRunOf(one, completed)
        done += 1
        options.onRun?.(run)
        options.onProgress?.({ done, total: faults.length })
        return run
      }),
    ),
  )
}

function mixedRunOf({ seed, fault, sizeText, onsetMs }: MixedFault, completed: CompletedRun): MixedRun {
  const head = { seed, kind: fault.kind, size: sizeText, onsetHours: onsetMs / HOUR_MS }
  if (!('report' in completed)) throw new SweepFailed(completed)
  if (completed.report.outcome === 'refused') return { ...head, caughtAfterHours: null, isRefused: true }
  const { end, decidedAt, onsetAt } = stageEndOf(completed.report, completed.report.stages[0]?.name ?? '')
  const installedAt = completed.report.stages[0]?.installedAt ?? null
  const isCaught = end === 'rolled-back' && decidedAt !== null && onsetAt !== null && onsetAt <= decidedAt
  const watchedHours = isCaught ? (Date.parse(decidedAt) - Date.parse(installedAt ?? onsetAt)) / HOUR_MS : null
  return { ...head, caughtAfterHours: watchedHours === null ? null : Math.max(watchedHours, 0), isRefused: false }
}

const WEEK_HOURS = 168

/** Where the calendar leads from every hour of a week at which the first stage may be deployed, by window. */
export function plannedStarts(policy: Policy, fromMs: number, windowsMs: readonly number[]): readonly PlannedStart[] {
  const hours = Array.from({ length: WEEK_HOURS }, (_, i) => fromMs + i * HOUR_MS)
  return windowsMs.flatMap((windowMs) => {
    const own = withWindow(policy, windowMs)
    return hours.flatMap((atMs) => {
      const planned = plannedStages(own, atMs)
      const [first, last] = [planned[0], planned.at(-1)]
      if (first === undefined || last === undefined || first.deployedAtMs !== atMs) return []
      return [
        {
          windowHours: windowMs / HOUR_MS,
          leadTimeDays: (last.deployedAtMs + INSTALL_MS - atMs) / (24 * HOUR_MS),
          ...seen(policy, atMs + INSTALL_MS, windowMs),
        },
      ]
    })
  })
}

const QUARTER_MS = HOUR_MS / 4

/** Shifts begin on quarter hours. */
function seen(policy: Policy, fromMs: number, windowMs: number): Pick<PlannedStart, 'shiftHours' | 'weekendHours'> {
  const shiftHours: Record<string, number> = Object.fromEntries(policy.shifts.map(({ name }) => [name, 0]))
  let weekendHours = 0
  for (let atMs = fromMs; atMs < fromMs + windowMs; atMs += QUARTER_MS) {
    const [shift, day] = stratumAt(policy, atMs).name.split('/') as [string, string]
    const hours = Math.min(QUARTER_MS, fromMs + windowMs - atMs) / HOUR_MS
    shiftHours[shift] = (shiftHours[shift] ?? 0) + hours
    if (day === 'weekend') weekendHours += hours
  }
  return { shiftHours, weekendHours }
}
