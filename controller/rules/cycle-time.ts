import type { Case } from '../case.ts'
import type { Look, Sums } from '../evidence.ts'
import { familyBoundary } from '../statistics.ts'
import type { Finding } from '../verdict.ts'

/** What one line of the stage shows, and how far chance alone may take it. */
interface LineEffect {
  readonly line: number
  /** ln(observed / expected), less the controls' on the same line. */
  readonly effect: number
  readonly standardError: number
}

/** What is reported: the stage's mean, or the one line that is above the limit by itself. */
interface Effect {
  readonly increasePct: number
  readonly sigmas: number
  readonly line?: number
}

/** Scatter of a device that is assumed at least, so that a quiet hour proves nothing. [detection D: 2 % device effect] */
const LEAST_SPREAD = 0.02
/** Fewer controls than this in the window say too little about the scatter; the baseline does then. */
const LEAST_DEGREES = 16

/**
 * Increase of the cycle time over the same devices' baseline in the same shift and kind of day. By default over the
 * rolling hour, minus what the controls on the same line show: of the stage with its lines weighing equally, and of each
 * line, because one line must triple before the mean moves by a tenth. The estimate must be above the limit and its
 * lower bound above zero. The yardstick is the scatter of the controls, or of the baseline without them, never of the
 * stage: there a worse line would widen the scatter and excuse the rest. [seed: > 10 %; detection B6, D1, D2]
 */
export function judgeCycleTime(one: Case): Finding {
  const { evidence, policy, baseline } = one
  const isLiteral = policy.profile === 'seed-literal'
  const looks = isLiteral ? evidence.looks.slice(-1) : evidence.looks
  const spread = Math.max(controlSpread(looks) ?? baseline.cycleTimeSpread ?? 0, LEAST_SPREAD)
  const lines = lineEffects(looks, !isLiteral, errorOf(one, spread))
  const limit = policy.limits.cycleTimeIncreasePct
  const stage = meanOf(lines)
  const isBreach = ({ increasePct, sigmas }: Effect, boundary: number): boolean =>
    increasePct > limit && (isLiteral || sigmas >= boundary)
  const boundary = policy.evidence.boundarySigma
  const ofLines = isLiteral
    ? []
    : lines.map(worthOf).filter((one) => isBreach(one, familyBoundary(boundary, lines.length)))
  const isStageBreach = stage !== null && isBreach(stage, boundary)
  const shown = isStageBreach ? stage : (worstOf(ofLines) ?? stage)
  return {
    rule: 'cycle-time',
    metric: 'cycleTimeIncreasePct',
    outcome: stage === null ? 'inconclusive' : isStageBreach || ofLines.length > 0 ? 'breach' : 'healthy',
    observed: shown?.increasePct ?? null,
    baseline: 0,
    limit,
    n: lines.length,
    ...(shown?.line !== undefined && { line: shown.line }),
    reason: shown === null ? 'no cycles were reported' : reasonOf(shown, lines.length, limit),
  }
}

function reasonOf({ increasePct, line, sigmas }: Effect, lines: number, limit: number): string {
  const where = line === undefined ? `over ${lines} lines` : `on line ${line}`
  return `cycle time ${increasePct.toFixed(2)} % above baseline ${where} (${sigmas.toFixed(1)} sigma), ${limit} % allowed`
}

function lineEffects(
  looks: readonly Look[],
  useControls: boolean,
  standardErrorOf: (line: number) => number,
): readonly LineEffect[] {
  return [...cyclesByLine(looks)]
    .filter(([, { stage }]) => stage.expectedCycleMs > 0 && stage.cycleMs > 0)
    .map(([line, { stage, controls }]) => ({
      line,
      effect: logRatio(stage) - (useControls ? logRatio(controls) : 0),
      standardError: standardErrorOf(line),
    }))
}

/** Observed and expected time of some cycles. */
type Cycles = { -readonly [K in 'cycleMs' | 'expectedCycleMs']: Sums[K] }

/** Over all looks, in the order in which the lines come up. */
function cyclesByLine(
  looks: readonly Look[],
): ReadonlyMap<number, { readonly stage: Cycles; readonly controls: Cycles }> {
  const byLine = new Map<number, { readonly stage: Cycles; readonly controls: Cycles }>()
  const add = (sum: Cycles, more: Sums): void => {
    sum.cycleMs += more.cycleMs
    sum.expectedCycleMs += more.expectedCycleMs
  }
  for (const look of looks) {
    for (const { line, stage, controls } of look.lines) {
      let sums = byLine.get(line)
      if (sums === undefined) {
        sums = { stage: { cycleMs: 0, expectedCycleMs: 0 }, controls: { cycleMs: 0, expectedCycleMs: 0 } }
        byLine.set(line, sums)
      }
      add(sums.stage, stage)
      add(sums.controls, controls)
    }
  }
  return byLine
}

const logRatio = ({ cycleMs, expectedCycleMs }: Cycles): number =>
  expectedCycleMs > 0 && cycleMs > 0 ? Math.log(cycleMs / expectedCycleMs) : 0

/** Without controls nothing tells a line's own day from the firmware, so its devices do not average out. */
function errorOf({ evidence, watch }: Case, spread: number): (line: number) => number {
  const count = (things: readonly string[]): ReadonlyMap<number, number> => {
    const counts = new Map<number, number>()
    for (const thing of things) {
      const line = watch.lineOf[thing] as number
      counts.set(line, (counts.get(line) ?? 0) + 1)
    }
    return counts
  }
  const installed = watch.members.filter((thing) => (evidence.members[thing]?.installedAtMs ?? null) !== null)
  const [ofStage, ofControls] = [count(installed), count(watch.controls)]
  return (line) => {
    const beside = ofControls.get(line)
    return beside === undefined ? spread : spread * Math.sqrt(1 / (ofStage.get(line) ?? 1) + 1 / beside)
  }
}

/** Null when too few controls were seen. */
function controlSpread(looks: readonly Look[]): number | null {
  const squares = looks.reduce((sum, { noise }) => sum + noise.squares, 0)
  const degrees = looks.reduce((sum, { noise }) => sum + noise.degrees, 0)
  return degrees < LEAST_DEGREES ? null : Math.sqrt(squares / degrees)
}

const asPct = (effect: number): number => (Math.exp(effect) - 1) * 100

const worthOf = ({ line, effect, standardError }: LineEffect): Effect => ({
  increasePct: asPct(effect),
  sigmas: effect / standardError,
  line,
})

const worstOf = (effects: readonly Effect[]): Effect | null =>
  effects.reduce<Effect | null>(
    (worst, one) => (worst === null || one.increasePct > worst.increasePct ? one : worst),
    null,
  )

function meanOf(lines: readonly LineEffect[]): Effect | null {
  if (lines.length === 0) return null
  const effect = lines.reduce((sum, line) => sum + line.effect, 0) / lines.length
  const standardError = Math.sqrt(lines.reduce((sum, line) => sum + line.standardError ** 2, 0)) / lines.length
  return { increasePct: asPct(effect), sigmas: effect / standardError }
}
