import { expect, it } from 'vitest'
import type { MisconfiguredFunction } from '../../../controller/errors.ts'
import { readSettings } from '../../../controller/lambda/environment.ts'

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

it('reads what a function is deployed with', () => {
  const settings = {
    region: 'eu-central-1',
    accountId: '123456789012',
    tableName: 'firmware-rollouts',
    topicArn: TOPIC_ARN,
  }
  expect(readSettings(good)).toEqual(settings)
  expect(readSettings({ ...good, POLICY_FILE: '', POLICY_JSON: '' })).toEqual(settings)
  expect(readSettings({ ...good, POLICY_FILE: 'plant/policy.json' })).toEqual({
    ...settings,
    policyFile: 'plant/policy.json',
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
  [
    { POLICY_JSON: '{"windowMs":14400000}' },
    'POLICY_JSON is no longer read: put the policy document into item "policy" of the table, or bundle it as policy.json ' +
      '(another path: POLICY_FILE); rehearse policy prints one',
  ],
])('refuses %j', (variables, problem) => {
  expect(problemsOf(variables)).toEqual([expect.stringContaining(problem)])
})
