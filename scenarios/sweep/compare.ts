import type { VariantRuns } from '../../reports/campaign/confusion.ts'
import type { Variant } from '../../reports/campaign/variant.ts'
import { isOfRelease } from '../../reports/run/release-faults.ts'
import type { Report } from '../../reports/run/report.ts'
import { originOf } from '../../sim/faults/catalogue.ts'
import { faultSize } from '../files/fault-size.ts'
import { policyWithWindow } from '../files/plan.ts'
import type { Scenario } from '../files/scenario.ts'
import { type CompletedRun, runMany, type SweepOptions } from './run-many.ts'
import { SweepFailed } from './sweep-failed.ts'

/** What to vary; every combination is run with the same seeds, so that differences are due to the variant. */
export interface ComparePlan {
  readonly scenarios: readonly Scenario[]
  readonly windowsMs: readonly number[]
  readonly profiles: readonly ('default' | 'raw-thresholds')[]
  readonly gates: readonly ('plant' | 'open')[]
  readonly seeds: readonly number[]
}

const HOUR_MS = 3_600_000

/**
 * Runs every variant of every scenario with every seed; the reports of each variant are in the order of the plan. When
 * it is aborted, they are those of the seeds that have been run with every variant.
 * @throws SweepFailed naming the first run that failed; the signal's reason when aborted before there was such a seed
 */
export async function runVariants(plan: ComparePlan, options: SweepOptions = {}): Promise<readonly VariantRuns[]> {
  const variants = plan.scenarios.flatMap((scenario) =>
    plan.gates.flatMap((gates) =>
      plan.profiles.flatMap((profile) =>
        plan.windowsMs.map((window) => ({ ...scenario, policy: withVariant(scenario, { window, profile, gates }) })),
      ),
    ),
  )
  const ended = variants.map(() => new Map<number, CompletedRun>())
  const isWhole = (seed: number): boolean => ended.every((own) => own.has(seed))
  await runMany(variants, plan.seeds, {
    ...options,
    onRun: (run, index) => ended[index]?.set(run.seed, run),
  }).catch((error: unknown) => {
    // A seed that has not been run with every variant would weigh differently in each.
    if (options.signal?.aborted !== true || !plan.seeds.some(isWhole)) throw error
  })
  const seeds = plan.seeds.filter(isWhole)
  return variants.map((variant, index) => ({
    variant: describe(variant),
    reports: seeds.map((seed) => reportOf(ended[index]?.get(seed) as CompletedRun)),
  }))
}

function reportOf(run: CompletedRun): Report {
  if ('report' in run) return run.report
  throw new SweepFailed(run)
}

interface PolicyVariant {
  readonly window: number
  readonly profile: 'default' | 'raw-thresholds'
  readonly gates: 'plant' | 'open'
}

/** With `plant`, gates that the scenario defines itself are kept. */
const withVariant = ({ policy }: Scenario, { window, profile, gates }: PolicyVariant) => ({
  ...policyWithWindow(policy, window),
  profile,
  gates: gates === 'plant' && typeof policy.gates === 'object' ? policy.gates : gates,
})

function describe({ name, faults, policy, release }: Scenario): Variant {
  const own = faults.filter((fault) => isOfRelease(originOf(fault), release.version))
  const isFaulty = own.length > 0
  return {
    scenario: name,
    isFaulty,
    faultKinds: own.map(({ kind }) => kind),
    faultSize: isFaulty
      ? own.map(faultSize).join('; ')
      : faults.map((one) => `${one.kind} ${faultSize(one)}`).join('; '),
    windowHours: (policy.window as number) / HOUR_MS,
    profile: policy.profile as string,
    gates: policy.gates === 'open' ? 'open' : 'plant',
  }
}
