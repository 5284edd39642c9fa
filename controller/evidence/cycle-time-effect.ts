import type { Baseline } from './baseline.ts'
import type { EvaluationSums, LineSums, Sums } from './sums.ts'

/** How ln(cycle time) of a device varies, as variances. */
export interface CycleNoise {
  /** From day to day, or with an update: it stays for the day, and more evaluations do not average it out. */
  readonly lasting: number
  /** The same beside the controls of the same line. */
  readonly besideLine: number
  /** The same of the stage's devices on a line, where devices differ. */
  readonly ofLines?: ReadonlyMap<number, number>
  /** Of all lines together, which controls cancel. */
  readonly ofPlant: number
  /** From evaluation to evaluation; null without enough controls: the baseline's single cycles are used then. */
  readonly passing: number | null
  /** Of single cycles. */
  readonly perCycle: number
}

/** An effect in ln(cycle time), relative to the controls, and its variance by chance. */
export interface EffectEstimate {
  readonly effect: number
  /** The same of bounded readings: what the variance is of, and a test is made with. */
  readonly boundedEffect: number
  readonly variance: number
  /** The part of the variance that more evaluations do not reduce. */
  readonly lastingVariance: number
  /** Part of it that all lines have in common; absent where there is none. */
  readonly sharedVariance?: number
}

export interface LineEffect extends EffectEstimate {
  readonly line: number
  /** Minutes of its stage that the effect rests on. */
  readonly minutes: number
}

/** What an update alone may do to a device, which no week without updates can show. [source: device-effect] */
const LEAST_LASTING = 0.02
/** Fewer controls than this in the window are too little evidence about the scatter. */
const LEAST_DEGREES = 16

/**
 * The yardstick comes from the controls and the baseline, never from the stage: there a worse line would excuse the
 * rest.
 */
export function cycleNoiseOf(evaluations: readonly EvaluationSums[], baseline: Baseline): CycleNoise {
  const { cycleTimeSpread = 0, cycleTimeSpreads } = baseline
  const lasting = Math.max(cycleTimeSpread, LEAST_LASTING) ** 2
  const besideLine = Math.max(cycleTimeSpreads?.besideLine ?? cycleTimeSpread, LEAST_LASTING) ** 2
  let [squares, degrees] = [0, 0]
  for (const { noise } of evaluations) {
    squares += noise.squares
    degrees += noise.degrees
  }
  return {
    lasting,
    besideLine,
    ofPlant: (cycleTimeSpreads?.plant ?? 0) ** 2,
    passing: degrees < LEAST_DEGREES ? null : Math.max(squares / degrees - besideLine, 0),
    perCycle: (baseline.cycleTimeCv ?? 0) ** 2,
  }
}

/**
 * The lasting variance of a stage's devices, line by line: a station that varies more than others from day to day does so
 * in the stage as well. Undefined where they do not differ.
 */
export function lastingOfLines(
  { cycleTimeSpreads }: Baseline,
  things: readonly string[],
  lineOf: Readonly<Record<string, number>>,
): ReadonlyMap<number, number> | undefined {
  const sigmas = cycleTimeSpreads?.ofDevices
  if (sigmas === undefined) return undefined
  const sums = new Map<number, { n: number; variance: number }>()
  for (const thing of things) {
    const line = lineOf[thing] as number
    const own = sums.get(line) ?? { n: 0, variance: 0 }
    sums.set(line, own)
    own.n += 1
    own.variance += Math.max(sigmas[thing] ?? cycleTimeSpreads?.besideLine ?? 0, LEAST_LASTING) ** 2
  }
  return new Map([...sums].map(([line, { n, variance }]) => [line, variance / n]))
}

/** The effect on each line whose stage made something, less what its controls show. [source: line-effect] */
export function lineEffects(
  lines: readonly LineSums[],
  noise: CycleNoise,
  useControls: boolean,
): readonly LineEffect[] {
  const effects: LineEffect[] = []
  for (const { line, evaluations, stage, controls } of lines) {
    if (stage.expectedCycleMs <= 0 || stage.cycleMs <= 0) continue
    const hasControls = useControls && controls.expectedCycleMs > 0 && controls.cycleMs > 0
    const own = stage.readings
    const passing = noise.passing ?? (noise.perCycle * own) / Math.max(stage.cycles, 1)
    const ofControls = hasControls ? 1 / controls.readings : 0
    // Without controls a line's own day cannot be distinguished from the firmware, so its devices do not average out.
    const ownLasting = noise.ofLines?.get(line) ?? noise.besideLine
    const lastingVariance = hasControls
      ? Math.max(evaluations, 1) * (ownLasting / own + noise.besideLine * ofControls)
      : noise.lasting
    effects.push({
      line,
      minutes: stage.countedMinutes,
      effect: logRatio(stage) - (hasControls ? logRatio(controls) : 0),
      boundedEffect: stage.boundedEffects / own - (hasControls ? controls.boundedEffects / controls.readings : 0),
      variance: lastingVariance + passing * (1 / own + ofControls),
      lastingVariance,
      ...(!hasControls && { sharedVariance: Math.min(noise.ofPlant, lastingVariance) }),
    })
  }
  return effects
}

/**
 * Lines weigh equally, as each is the same share of every stage; null where none made anything. [source: line-weights]
 */
export function stageEffect(lines: readonly LineEffect[]): EffectEstimate | null {
  if (lines.length === 0) return null
  let [effect, boundedEffect, variance, lastingVariance, sharedVariance] = [0, 0, 0, 0, 0]
  for (const line of lines) {
    const ofPlant = line.sharedVariance ?? 0
    effect += line.effect
    boundedEffect += line.boundedEffect
    variance += line.variance - ofPlant
    lastingVariance += line.lastingVariance - ofPlant
    sharedVariance += ofPlant
  }
  const n = lines.length
  const shared = sharedVariance / n
  return {
    effect: effect / n,
    boundedEffect: boundedEffect / n,
    variance: variance / n ** 2 + shared,
    lastingVariance: lastingVariance / n ** 2 + shared,
    ...(shared > 0 && { sharedVariance: shared }),
  }
}

const logRatio = ({ cycleMs, expectedCycleMs }: Sums): number => Math.log(cycleMs / expectedCycleMs)
