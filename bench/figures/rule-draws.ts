import type { Baseline } from '../../controller/evidence/baseline.ts'
import { cusumAfter } from '../../controller/evidence/cusum.ts'
import { type Evidence, NO_EVIDENCE, type Watch } from '../../controller/evidence/evidence.ts'
import { type EvaluationSums, linesOf, NO_SUMS, type Sums, totalOf } from '../../controller/evidence/sums.ts'
import type { RuleInput } from '../../controller/judge/rule-input.ts'
import type { Finding } from '../../controller/judge/verdict.ts'
import type { Policy } from '../../controller/policy/policy.ts'

/** Devices of a stage, as many on every line, and of its controls. */
export interface DrawnStage {
  readonly stage: Watch['stage']
  readonly lines: number
  readonly perLine: number
  readonly controlsPerLine: number
}

/** What a release does to its devices, on one line or on all. */
export interface Harm {
  readonly line?: number
  /** Factor on errors. */
  readonly errors?: number
  /** Share of connection attempts that fail, of all. */
  readonly failures?: number
  /** Factor on the cycle time. */
  readonly cycleTime?: number
}

/** The plant of the draws: counts by chance alone, cycle times that scatter from evaluation to evaluation. */
const ERRORS_PER_HOUR = 2
const FAILED_SHARE = 0.005
const CYCLE_MS = 36_000
const CYCLE_SIGMA = 0.02
/** A week in each shift's strata, as one. */
const BASELINE_HOURS = 120
const STRATUM = 'all'

export interface Chance {
  normal(): number
  poisson(mean: number): number
}

/** From a uniform stream. */
export function chanceOf(uniform: () => number): Chance {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  return {
    normal,
    poisson(mean) {
      if (mean > 40) return Math.max(Math.round(mean + Math.sqrt(mean) * normal()), 0)
      let count = 0
      for (let p = uniform(), least = Math.exp(-mean); p > least; p *= uniform()) count += 1
      return count
    },
  }
}

/**
 * Draws the sums that a stage and its controls have at every evaluation of a window, beside a week that is drawn as well,
 * and asks `judge` each time. The first breach with its hours since the install, or null. No device is rehearsed: only so
 * are thousands of releases as cheap as they must be to measure a chance of one in a thousand.
 */
export function firstBreach(
  plan: DrawnStage & { readonly hours: number; readonly policy: Policy; readonly harm?: Harm },
  judge: (one: RuleInput) => readonly Finding[],
  chance: Chance,
): { readonly finding: Finding; readonly hours: number } | null {
  const { policy, harm = {} } = plan
  const { watch, baseline, rates } = drawnWeek(plan, chance)
  let evidence: Evidence = { ...NO_EVIDENCE, strata: [STRATUM] }
  const minutes = policy.tickMs / 60_000
  for (let atMs = policy.tickMs; atMs <= plan.hours * 3_600_000; atMs += policy.tickMs) {
    const lines = rates.map((rate, i) => {
      const isHarmed = harm.line === undefined || harm.line === i + 1
      const stage = drawn(plan.perLine, minutes, rate.stage, isHarmed ? harm : {}, chance)
      return {
        line: i + 1,
        evaluations: 1,
        stage,
        controls: drawn(plan.controlsPerLine, minutes, rate.controls, {}, chance),
      }
    })
    const degrees = plan.lines * Math.max(plan.controlsPerLine - 1, 0)
    const noise = { squares: degrees * CYCLE_SIGMA ** 2, degrees }
    const down = { stage: 0, stageOf: watch.members.length, controls: 0, controlsOf: watch.controls.length }
    const seen: EvaluationSums = {
      atMs,
      stratum: STRATUM,
      lines,
      total: totalOf(lines),
      noise,
      outputNoise: noise,
      down,
    }
    const rolling = evidence.evaluations.filter((one) => one.atMs > atMs - policy.evidence.rollingMs)
    evidence = {
      ...evidence,
      evaluations: [...rolling, seen],
      total: totalOf([seen.total], evidence.total),
      lines: linesOf([{ lines: evidence.lines }, seen]),
      runs: cusumAfter(evidence.runs, seen, rolling, baseline, policy),
    }
    const one: RuleInput = { evidence, watch, baseline, policy, nowMs: atMs, failedDevices: [] }
    const finding = judge(one).find(({ outcome }) => outcome === 'breach')
    if (finding !== undefined) return { finding, hours: atMs / 3_600_000 }
  }
  return null
}

/** Errors per hour that a line's devices are expected to have, each by its own week. */
interface Rates {
  readonly stage: number
  readonly controls: number
}

function drawnWeek({ stage, lines, perLine, controlsPerLine }: DrawnStage, chance: Chance) {
  const lineOf: Record<string, number> = {}
  const devices: Record<string, Baseline['devices'][string]> = {}
  const members: string[] = []
  const controls: string[] = []
  const rates: Rates[] = []
  let failures = 0
  for (let line = 1; line <= lines; line++) {
    const rate = { stage: 0, controls: 0 }
    for (let i = 0; i < perLine + controlsPerLine; i++) {
      const thing = `line-${line}-${i}`
      const isMember = i < perLine
      ;(isMember ? members : controls).push(thing)
      lineOf[thing] = line
      const sums = weekOf(chance)
      devices[thing] = { [STRATUM]: sums }
      failures += sums.connectionFailures
      rate[isMember ? 'stage' : 'controls'] += sums.errors / BASELINE_HOURS
    }
    rates.push(rate)
  }
  const attempts = Object.keys(devices).length * BASELINE_HOURS * 60
  const baseline: Baseline = { fromMs: 0, toMs: 0, devices, connections: { attempts, failures }, cycleTimeSpread: 0 }
  const versions = { version: '2', previousVersion: '1', deployedAtMs: 0 }
  return { watch: { stage, ...versions, members, controls, lineOf }, baseline, rates }
}

function weekOf(chance: Chance): Baseline['devices'][string][string] {
  const minutes = BASELINE_HOURS * 60
  const cycles = (minutes * 60_000) / CYCLE_MS
  return {
    minutes,
    countedMinutes: minutes,
    expectedMinutes: minutes,
    cycles,
    units: cycles,
    qualityChecks: 0,
    qualityFailures: 0,
    cycleTimeMsSum: minutes * 60_000,
    cycleTimeMsSumOfSquares: cycles * CYCLE_MS ** 2,
    operations: cycles * 12,
    errors: chance.poisson(ERRORS_PER_HOUR * BASELINE_HOURS),
    crashes: 0,
    connectionAttempts: minutes,
    connectionFailures: chance.poisson(minutes * FAILED_SHARE),
  }
}

/** What some devices of a line do between two evaluations. */
function drawn(devices: number, minutes: number, errorsPerHour: number, harm: Harm, chance: Chance): Sums {
  if (devices === 0) return NO_SUMS
  const counted = devices * minutes
  const cycles = (counted * 60_000) / CYCLE_MS
  const effect = Math.log(harm.cycleTime ?? 1) + (CYCLE_SIGMA * chance.normal()) / Math.sqrt(devices)
  const made = { cycles, expectedCycles: cycles, units: cycles, expectedUnits: cycles }
  return {
    minutes: counted,
    countedMinutes: counted,
    readings: devices,
    expectedReadings: devices,
    attempts: counted,
    failures: chance.poisson(counted * (harm.failures ?? FAILED_SHARE)),
    ...made,
    cycleMs: counted * 60_000 * Math.exp(effect),
    expectedCycleMs: counted * 60_000,
    boundedEffects: devices * Math.min(Math.max(effect, -0.2), 0.2),
    operations: cycles * 12,
    errors: chance.poisson((counted / 60) * ERRORS_PER_HOUR * (harm.errors ?? 1)),
    expectedErrors: (errorsPerHour * minutes) / 60,
  }
}
