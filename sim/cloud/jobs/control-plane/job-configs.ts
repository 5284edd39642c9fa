import type { AbortConfig, JobExecutionsRolloutConfig, TimeoutConfig } from '@aws-sdk/client-iot'
import { invalidRequest } from '../../base/iot-errors.ts'

/** What CreateJob and UpdateJob say of the course of a job. */
interface JobConfigs {
  readonly jobExecutionsRolloutConfig?: JobExecutionsRolloutConfig | undefined
  readonly abortConfig?: AbortConfig | undefined
  readonly timeoutConfig?: TimeoutConfig | undefined
}

/** The range of every figure. [source: job-control-plane] @throws AwsError InvalidRequestException */
export function checkConfigs({ jobExecutionsRolloutConfig, abortConfig, timeoutConfig }: JobConfigs): void {
  checkRollout(jobExecutionsRolloutConfig)
  checkRange('inProgressTimeoutInMinutes', timeoutConfig?.inProgressTimeoutInMinutes, 1, 10_080)
  for (const criteria of abortConfig?.criteriaList ?? []) {
    checkRange('thresholdPercentage', criteria.thresholdPercentage, 0, 100)
    checkRange('minNumberOfExecutedThings', criteria.minNumberOfExecutedThings, 1)
  }
}

function checkRollout(rollout: JobExecutionsRolloutConfig | undefined): void {
  const { baseRatePerMinute, incrementFactor, rateIncreaseCriteria } = rollout?.exponentialRate ?? {}
  checkRange('maximumPerMinute', rollout?.maximumPerMinute, 1, 1000)
  checkRange('baseRatePerMinute', baseRatePerMinute, 1, 1000)
  checkRange('incrementFactor', incrementFactor, 1.1, 5)
  checkRange('numberOfNotifiedThings', rateIncreaseCriteria?.numberOfNotifiedThings, 1)
  checkRange('numberOfSucceededThings', rateIncreaseCriteria?.numberOfSucceededThings, 1)
}

function checkRange(member: string, value: number | undefined, min: number, max = Number.MAX_SAFE_INTEGER): void {
  if (value !== undefined && !(value >= min && value <= max)) {
    throw invalidRequest(`${member} ${value} is not within ${min} and ${max}`)
  }
}
