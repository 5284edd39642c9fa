import type { Baseline } from '../../../controller/evidence/baseline.ts'
import { type Evidence, NO_EVIDENCE } from '../../../controller/evidence/evidence.ts'
import { metricRules } from '../../../controller/evidence/metric-rules.ts'
import type { RuleVariation } from '../../../controller/evidence/rule-variation.ts'
import type { StratumSums } from '../../../controller/evidence/stratum-sums.ts'
import { type Down, NO_SUMS, type Sums, totalOf } from '../../../controller/evidence/sums.ts'
import type { Noise } from '../../../controller/evidence/within-lines.ts'
import type { RuleInput } from '../../../controller/judge/rule-input.ts'
import { policyWith, START_MS } from '../fixtures.ts'

export const LINES = 17
const STRATUM = 'second/weekday'

/** An hour of one healthy canary, and of the nineteen controls of its line. */
const CANARY: Sums = {
  ...NO_SUMS,
  minutes: 60,
  countedMinutes: 60,
  readings: 1,
  attempts: 60,
  cycles: 100,
  expectedReadings: 1,
  expectedCycles: 100,
  units: 100,
  expectedUnits: 100,
  cycleMs: 3_600_000,
  expectedCycleMs: 3_600_000,
  operations: 1200,
  errors: 2,
  expectedErrors: 2,
}
const CONTROLS: Sums = {
  ...CANARY,
  minutes: 1140,
  countedMinutes: 1140,
  readings: 19,
  cycles: 1900,
  expectedReadings: 19,
  expectedCycles: 1900,
  units: 1900,
  expectedUnits: 1900,
  attempts: 1140,
  failures: 6,
  operations: 22_800,
  errors: 38,
  expectedErrors: 38,
}

/** All readings alike, none above a fifth. */
export const withEffect = (sums: Sums): Sums => ({
  ...sums,
  boundedEffects:
    sums.expectedCycleMs > 0 && sums.cycleMs > 0
      ? sums.readings * Math.min(Math.max(Math.log(sums.cycleMs / sums.expectedCycleMs), -0.2), 0.2)
      : 0,
})

export interface CaseOptions {
  readonly lines?: number
  readonly stage?: (line: number) => Partial<Sums>
  readonly controls?: (line: number) => Partial<Sums>
  readonly hasControls?: boolean
  readonly noise?: Noise
  readonly down?: Down
  readonly stratum?: Partial<StratumSums>
}

const STRATUM_SUMS: StratumSums = {
  minutes: 2400,
  countedMinutes: 2400,
  expectedMinutes: 2400,
  cycles: 4000,
  units: 4000,
  qualityChecks: 1000,
  qualityFailures: 10,
  cycleTimeMsSum: 144_000_000,
  cycleTimeMsSumOfSquares: 5_196_960_000_000,
  operations: 48_000,
  errors: 80,
  crashes: 0,
  connectionAttempts: 2400,
  connectionFailures: 12,
}

/** A canary stage of one device a line after one hour, written down rather than simulated. */
export function oneCase(options: CaseOptions = {}): RuleInput {
  const { stage, controls, hasControls = true, noise, down, stratum } = options
  const numbers = Array.from({ length: options.lines ?? LINES }, (_, i) => i + 1)
  const lines = numbers.map((line) => ({
    line,
    evaluations: 1,
    stage: withEffect({ ...CANARY, ...stage?.(line) }),
    controls: hasControls ? withEffect({ ...CONTROLS, ...controls?.(line) }) : NO_SUMS,
  }))
  const members = numbers.map((line) => `line-${line}-0`)
  const others = hasControls
    ? numbers.flatMap((line) => Array.from({ length: 19 }, (_, i) => `line-${line}-${i + 1}`))
    : []
  const evidence: Evidence = {
    ...NO_EVIDENCE,
    evaluations: [
      {
        atMs: START_MS,
        stratum: STRATUM,
        lines,
        total: totalOf(lines),
        down: down ?? { stage: 0, stageOf: LINES, controls: 0, controlsOf: hasControls ? 19 * LINES : 0 },
        outputNoise: { squares: hasControls ? 306 * 0.05 ** 2 : 0, degrees: hasControls ? 306 : 0 },
        noise: noise ?? { squares: hasControls ? 306 * 0.02 ** 2 : 0, degrees: hasControls ? 306 : 0 },
      },
    ],
    total: totalOf(lines),
    lines,
    strata: [STRATUM],
    controlsHeardAtMs: START_MS,
  }
  const things = [...members, ...others]
  const baseline: Baseline = {
    fromMs: 0,
    toMs: 0,
    devices: Object.fromEntries(things.map((thing) => [thing, { [STRATUM]: { ...STRATUM_SUMS, ...stratum } }])),
    connections: {
      attempts: things.length * { ...STRATUM_SUMS, ...stratum }.connectionAttempts,
      failures: things.length * { ...STRATUM_SUMS, ...stratum }.connectionFailures,
    },
    cycleTimeSpread: 0.01,
  }
  const lineOf = Object.fromEntries(things.map((thing) => [thing, Number(thing.split('-')[1])]))
  const watch = { stage: 'canary', version: '2.4.0', previousVersion: '2.3.1', deployedAtMs: START_MS } as const
  return {
    evidence,
    watch: { ...watch, members, controls: others, lineOf },
    baseline,
    policy: policyWith(),
    nowMs: START_MS,
    failedDevices: [],
  }
}

const VARIATION: RuleVariation = {
  hasData: true,
  single: 0,
  besideLine: 0.02,
  alone: 0.02,
  unit: 1,
  mostEffect: 0.2,
}

/** With a baseline that has data for every rule on a metric; that of `oneCase` is older than such rules. */
export const withMetricRules = (one: RuleInput): RuleInput => ({
  ...one,
  baseline: {
    ...one.baseline,
    rules: Object.fromEntries(metricRules(one.policy).map(({ name }) => [name, VARIATION])),
  },
})
