import { metricOf, metricValueText } from '../numbers/metrics.ts'
import type { Report, SmallestEffect } from './report.ts'

/** What is worth saying of a release that nothing was found in. */
const METRICS = ['memoryMiBPerHour', 'errorRateIncreasePct', 'cycleTimeIncreasePct', 'crashesPerDeviceDay'] as const

/**
 * What no window of the stages could have shown of a promoted release, each as `label below value`: less than the stage
 * that sees most can detect. A leak is seen from where it is not promoted. Empty for other outcomes. Pure.
 */
export function unseenOf({ outcome, smallestEffects }: Pick<Report, 'outcome' | 'smallestEffects'>): readonly string[] {
  if (outcome !== 'promoted') return []
  return METRICS.flatMap((metric) => {
    const sizes = smallestEffects.flatMap((one) => (one.metric === metric ? (sizeOf(one) ?? []) : []))
    return sizes.length === 0 ? [] : [`${metricOf(metric).label} below ${metricValueText(metric, Math.min(...sizes))}`]
  })
}

function sizeOf({ observed, reason }: SmallestEffect): number | null {
  const held = (reason?.data as { readonly heldMiBPerHour?: number | null } | undefined)?.heldMiBPerHour
  return held ?? observed
}
