import { type Cell, foldCell, type Variant } from '../reports/comparison.ts'
import type { Report } from '../reports/report.ts'
import { runMany, type SweepOptions } from './run-many.ts'
import type { Scenario } from './scenario.ts'
import { SweepFailed } from './sweep-failed.ts'

/** What to vary; every combination is played with the same seeds, so that differences are the variant's. */
export interface ComparePlan {
  readonly scenarios: readonly Scenario[]
  readonly windowsMs: readonly number[]
  readonly profiles: readonly ('default' | 'seed-literal')[]
  readonly gates: readonly ('plant' | 'open')[]
  readonly seeds: readonly number[]
}

const HOUR_MS = 3_600_000

/**
 * Plays every variant of every scenario with every seed and folds each variant into one cell, in the order of the plan.
 * @throws SweepFailed naming the first run that could not be played; the signal's reason when aborted
 */
export async function compare(plan: ComparePlan, options: SweepOptions = {}): Promise<readonly Cell[]> {
  const variants = plan.scenarios.flatMap((scenario) =>
    plan.gates.flatMap((gates) =>
      plan.profiles.flatMap((profile) =>
        plan.windowsMs.map((window) => ({ ...scenario, policy: { ...scenario.policy, window, profile, gates } })),
      ),
    ),
  )
  const played = await runMany(variants, plan.seeds, options)
  return variants.map((variant, index) => {
    const own = played.slice(index * plan.seeds.length, (index + 1) * plan.seeds.length)
    return foldCell(describe(variant), own.map(reportOf))
  })

  function reportOf(one: (typeof played)[number]): Report {
    if ('report' in one) return one.report
    throw new SweepFailed(one)
  }
}

const describe = ({ name, faults, policy, release }: Scenario): Variant => ({
  scenario: name,
  isFaulty: faults.some((fault) => fault.in.firmware === release.version),
  windowHours: (policy.window as number) / HOUR_MS,
  profile: policy.profile as string,
  gates: policy.gates as 'plant' | 'open',
})
