import { type PlantNoise, SCOPES } from '../../sim/plant/noise-settings.ts'
import { type Estimate, notEstimable } from './estimate.ts'
import { figureText } from './figures.ts'

/** With so many expected, none would be seen in one of twenty recordings: the rule of three. */
const LEAST_EXPECTED = 3

/**
 * That something did not happen says that a plant has none of it only where it was watched for long enough for what the
 * preset has to show: three days without an outage say nothing of outages twice a year.
 */
export function withoutRare(estimates: readonly Estimate[], preset: PlantNoise): readonly Estimate[] {
  const every = new Map<string, number>([
    ...SCOPES.flatMap((scope) =>
      (['outages', 'errorBursts', 'connectionBursts'] as const).flatMap((group) => {
        const own = preset[group][scope]
        return own === null ? [] : [[`noise.${group}.${scope}`, own.everyMs] as const]
      }),
    ),
    ...(preset.changeovers === null ? [] : [['noise.changeovers', preset.changeovers.everyMs] as const]),
  ])
  return estimates.map((one) => {
    const everyMs = every.get(one.key)
    if (one.is !== 'none' || one.watchedMs === undefined || everyMs === undefined) return one
    if (one.watchedMs >= LEAST_EXPECTED * everyMs) return one
    const data = { watched: figureText(one.watchedMs, 'ms'), every: figureText(everyMs, 'ms') }
    return notEstimable(one.key, one.unit, { code: 'TOO_RARE', data })
  })
}
