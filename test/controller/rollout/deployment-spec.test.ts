import { expect, it } from 'vitest'
import { releaseSpec, rollbackSpec } from '../../../controller/rollout/deployment-spec.ts'

/** What a group runs that was once deployed manually, a few devices per minute. */
const previous = {
  deploymentName: 'plant',
  components: {
    firmware: { componentVersion: '2.3.1', configurationUpdate: { merge: '{"line":3}' } },
    monitor: { componentVersion: '1.2.0' },
  },
  deploymentPolicies: {
    failureHandlingPolicy: 'DO_NOTHING' as const,
    configurationValidationPolicy: { timeoutInSeconds: 90 },
  },
  iotJobConfiguration: { jobExecutionsRolloutConfig: { maximumPerMinute: 5 } },
}
const until60Minutes = { inProgressTimeoutInMinutes: 60 }

it('a release changes the version of its component alone, and is stopped where half of three devices fail', () => {
  const stoppedBy = (failureType: string) => ({
    failureType,
    action: 'CANCEL',
    thresholdPercentage: 50,
    minNumberOfExecutedThings: 3,
  })
  expect(releaseSpec(previous, { component: 'firmware', version: '2.4.0' })).toEqual({
    deploymentName: 'plant',
    components: {
      firmware: { componentVersion: '2.4.0', configurationUpdate: { merge: '{"line":3}' } },
      monitor: { componentVersion: '1.2.0' },
    },
    deploymentPolicies: {
      failureHandlingPolicy: 'ROLLBACK',
      componentUpdatePolicy: { action: 'NOTIFY_COMPONENTS', timeoutInSeconds: 60 },
      configurationValidationPolicy: { timeoutInSeconds: 90 },
    },
    iotJobConfiguration: {
      abortConfig: { criteriaList: [stoppedBy('FAILED'), stoppedBy('REJECTED'), stoppedBy('TIMED_OUT')] },
      timeoutConfig: until60Minutes,
    },
  })
})

it('a migration is added to what the group runs', () => {
  const { components } = releaseSpec(previous, { component: 'migration', version: '1.0.0' })
  expect(components).toEqual({ ...previous.components, migration: { componentVersion: '1.0.0' } })
})

it('a rollback is what ran before, to all devices at once, whatever fails', () => {
  expect(rollbackSpec(previous)).toEqual({ ...previous, iotJobConfiguration: { timeoutConfig: until60Minutes } })
})
