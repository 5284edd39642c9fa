import type { JobExecutionsRolloutConfig } from '@aws-sdk/client-iot'

/** Notifications per minute: the default, and the maximum. [source: rollout-rate] */
const MAX_RATE_PER_MINUTE = 1_000

/**
 * How many pending executions a job may release in the next minute. An exponential rate rises by its factor each time
 * the number of notified or of succeeded things has grown by the criterion. [source: rollout-rate]
 */
export function ratePerMinute(
  rollout: JobExecutionsRolloutConfig | undefined,
  progress: { readonly notified: number; readonly succeeded: number },
): number {
  const max = rollout?.maximumPerMinute ?? MAX_RATE_PER_MINUTE
  const exponential = rollout?.exponentialRate
  if (exponential === undefined) return max
  const { baseRatePerMinute = 1, incrementFactor = 1, rateIncreaseCriteria } = exponential
  const { numberOfNotifiedThings, numberOfSucceededThings } = rateIncreaseCriteria ?? {}
  const rises =
    numberOfNotifiedThings !== undefined
      ? Math.floor(progress.notified / numberOfNotifiedThings)
      : Math.floor(progress.succeeded / (numberOfSucceededThings ?? 1))
  return Math.min(max, Math.floor(baseRatePerMinute * incrementFactor ** rises))
}
