import { expect, it } from 'vitest'
import type { MisconfiguredFunction } from '../../../controller/errors.ts'
import { readSettings } from '../../../controller/lambda/environment.ts'
import { DEFAULT_POLICY } from '../../../controller/policy/policy.ts'

const TOPIC_ARN = 'arn:aws:sns:eu-central-1:123456789012:firmware-rollouts'
const good = { AWS_REGION: 'eu-central-1', ACCOUNT_ID: '123456789012', TABLE_NAME: 'firmware-rollouts', TOPIC_ARN }

const problemsOf = (variables: Record<string, string>): readonly string[] => {
  try {
    readSettings({ ...good, ...variables })
    return []
  } catch (error) {
    return (error as MisconfiguredFunction).problems
  }
}

it('gives the default policy when none is set', () => {
  expect(readSettings(good)).toEqual({
    region: 'eu-central-1',
    accountId: '123456789012',
    tableName: 'firmware-rollouts',
    topicArn: TOPIC_ARN,
    policy: DEFAULT_POLICY,
  })
})

it('takes what a policy differs in, and leaves the rest as it is', () => {
  const policy = JSON.stringify({ zone: 'Europe/Paris', limits: { cycleTimeIncreasePct: 12 } })
  expect(readSettings({ ...good, POLICY_JSON: policy }).policy).toEqual({
    ...DEFAULT_POLICY,
    zone: 'Europe/Paris',
    limits: { ...DEFAULT_POLICY.limits, cycleTimeIncreasePct: 12 },
  })
})

it.each<[Record<string, string>, string]>([
  [{ TABLE_NAME: '' }, 'TABLE_NAME is not set'],
  [{ AWS_REGION: 'Frankfurt' }, 'AWS_REGION is "Frankfurt", not a region such as eu-central-1'],
  [{ TABLE_NAME: 'my table' }, 'TABLE_NAME is "my table", not a table name'],
  [{ TOPIC_ARN: '' }, 'TOPIC_ARN is not set'],
  [{ TOPIC_ARN: 'firmware-rollouts' }, 'TOPIC_ARN is "firmware-rollouts", not the ARN of a standard topic'],
  [{ TOPIC_ARN: `${TOPIC_ARN}.fifo` }, 'not the ARN of a standard topic'],
  [{ TOPIC_ARN: `${TOPIC_ARN}:0b1e` }, 'not the ARN of a standard topic'],
  [{ POLICY_JSON: '{' }, 'POLICY_JSON is not JSON'],
  [{ POLICY_JSON: '[]' }, 'POLICY_JSON is of kind list, not object'],
  [{ POLICY_JSON: '{"windowMs":"24h"}' }, 'POLICY_JSON.windowMs is of kind string, not number'],
  [{ POLICY_JSON: '{"limits":{"crash":1}}' }, 'POLICY_JSON.limits.crash is unknown; one of connectionFailurePct'],
])('refuses %j', (variables, problem) => {
  expect(problemsOf(variables)).toEqual([expect.stringContaining(problem)])
})
