import { expect, it } from 'vitest'
import { validateDeployment } from '../../../../sim/cloud/greengrass/validate-deployment.ts'

const targetArn = 'arn:aws:iot:eu-central-1:123456789012:thinggroup/canary'
const app = (over: object): object => ({ components: { App: { componentVersion: '1.0.0', ...over } } })
const rollout = (jobExecutionsRolloutConfig: object): object => ({
  iotJobConfiguration: { jobExecutionsRolloutConfig },
})
const abort = (over: object): object => ({
  iotJobConfiguration: {
    abortConfig: {
      criteriaList: [
        { failureType: 'FAILED', action: 'CANCEL', thresholdPercentage: 10, minNumberOfExecutedThings: 1, ...over },
      ],
    },
  },
})
const exponential = (over: object): object =>
  rollout({
    exponentialRate: {
      baseRatePerMinute: 5,
      incrementFactor: 1.5,
      rateIncreaseCriteria: { numberOfNotifiedThings: 5 },
      ...over,
    },
  })

it('accepts a request with everything at its limits', () => {
  expect(() =>
    validateDeployment({
      targetArn,
      deploymentName: 'n'.repeat(256),
      clientToken: 'a'.repeat(64),
      components: { ['c'.repeat(128)]: { componentVersion: 'v'.repeat(64) } },
      iotJobConfiguration: {
        jobExecutionsRolloutConfig: { maximumPerMinute: 1000 },
        timeoutConfig: { inProgressTimeoutInMinutes: 10_080 },
      },
    }),
  ).not.toThrow()
})

it.each([
  ['targetArn', { targetArn: undefined }],
  ['targetArn', { targetArn: 'arn:aws:iot:eu-central-1:123456789012:job/j' }],
  ['deploymentName', { deploymentName: '' }],
  ['deploymentName', { deploymentName: 'n'.repeat(257) }],
  ['clientToken', { clientToken: 'under_score' }],
  ['componentName', { components: { ['c'.repeat(129)]: { componentVersion: '1.0.0' } } }],
  ['componentVersion', app({ componentVersion: undefined })],
  ['configurationUpdate.reset', app({ configurationUpdate: { reset: ['/'.repeat(257)] } })],
  ['systemResourceLimits.memory', app({ runWith: { systemResourceLimits: { memory: -1 } } })],
  ['maximumPerMinute', rollout({ maximumPerMinute: 0 })],
  ['baseRatePerMinute', exponential({ baseRatePerMinute: 1001 })],
  ['incrementFactor', exponential({ incrementFactor: 0.5 })],
  ['numberOfNotifiedThings', exponential({ rateIncreaseCriteria: { numberOfNotifiedThings: 0 } })],
  ['failureType', abort({ failureType: 'SLOW' })],
  ['thresholdPercentage', abort({ thresholdPercentage: 100.5 })],
  ['minNumberOfExecutedThings', abort({ minNumberOfExecutedThings: 0 })],
  ['criteriaList', { iotJobConfiguration: { abortConfig: { criteriaList: [] } } }],
  ['inProgressTimeoutInMinutes', { iotJobConfiguration: { timeoutConfig: { inProgressTimeoutInMinutes: 10_081 } } }],
  ['failureHandlingPolicy', { deploymentPolicies: { failureHandlingPolicy: 'PANIC' } }],
  ['action', { deploymentPolicies: { componentUpdatePolicy: { action: 'ASK' } } }],
])('names %s as the member that is wrong', (member, over) => {
  expect(() => validateDeployment({ targetArn, ...over } as never)).toThrow(
    expect.objectContaining({
      name: 'ValidationException',
      statusCode: 400,
      members: {
        reason: 'FIELD_VALIDATION_FAILED',
        fields: [{ name: member, message: expect.stringMatching(/./) }],
      },
    }),
  )
})

it('refuses subdeployments by name', () => {
  expect(() => validateDeployment({ targetArn, parentTargetArn: targetArn })).toThrow(
    expect.objectContaining({ name: 'NotEmulated' }),
  )
})
