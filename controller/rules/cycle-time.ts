import type { Case } from '../case.ts'
import { addSums, type LineSums, NO_SUMS, type Sums } from '../evidence.ts'
import type { Finding } from '../verdict.ts'

/**
 * Increase of the cycle time over the same devices' baseline in the same shift and kind of day. By default over the
 * rolling hour, minus what the controls on the same line show, with lines weighing equally; the estimate must be above
 * the limit and its lower bound above zero. [seed: > 10 %; detection D1, D2]
 */
export function judgeCycleTime({ evidence, policy }: Case): Finding {
  const isLiteral = policy.profile === 'seed-literal'
  const looks = isLiteral ? evidence.looks.slice(-1) : evidence.looks
  const effects = lineEffects(
    looks.flatMap((look) => look.lines),
    !isLiteral,
  )
  const limit = policy.limits.cycleTimeIncreasePct
  const { mean, standardError } = meanOf(effects)
  const observed = effects.length === 0 ? null : (Math.exp(mean) - 1) * 100
  const outcome = ((): Finding['outcome'] => {
    if (observed === null) return 'inconclusive'
    if (observed <= limit) return 'healthy'
    if (isLiteral) return 'breach'
    if (effects.length < 2) return 'inconclusive'
    return mean >= policy.evidence.boundarySigma * standardError ? 'breach' : 'healthy'
  })()
  return {
    rule: 'cycle-time',
    metric: 'cycleTimeIncreasePct',
    outcome,
    observed,
    baseline: 0,
    limit,
    n: effects.length,
    reason:
      observed === null
        ? 'no cycles were reported'
        : `cycle time ${observed.toFixed(2)} % above baseline over ${effects.length} lines, ${limit} % allowed`,
  }
}

/** Per line: ln(observed / expected) of the stage, less that of the line's controls where there are any. */
function lineEffects(lines: readonly LineSums[], useControls: boolean): readonly number[] {
  const byLine = new Map<number, { stage: Sums; controls: Sums }>()
  for (const { line, stage, controls } of lines) {
    const sums = byLine.get(line) ?? { stage: NO_SUMS, controls: NO_SUMS }
    byLine.set(line, { stage: addSums(sums.stage, stage), controls: addSums(sums.controls, controls) })
  }
  return [...byLine.values()]
    .filter(({ stage }) => stage.expectedCycleMs > 0 && stage.cycleMs > 0)
    .map(({ stage, controls }) => logRatio(stage) - (useControls ? logRatio(controls) : 0))
}

const logRatio = ({ cycleMs, expectedCycleMs }: Sums): number =>
  expectedCycleMs > 0 && cycleMs > 0 ? Math.log(cycleMs / expectedCycleMs) : 0

function meanOf(values: readonly number[]): { mean: number; standardError: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(values.length - 1, 1)
  return { mean, standardError: Math.sqrt(variance / values.length) }
}
