import { expect, it } from 'vitest'
import { ownArn, parseArn } from '../../../../sim/cloud/base/arns.ts'

it('reads the parts of an ARN, whose resource may have colons', () => {
  expect(parseArn('arn:aws:greengrass:eu-central-1:123456789012:components:App:versions:1.0.0')).toEqual({
    partition: 'aws',
    service: 'greengrass',
    region: 'eu-central-1',
    account: '123456789012',
    resource: 'components:App:versions:1.0.0',
  })
})

it.each([
  '',
  'arn',
  'arn:aws:iot:eu-central-1:1',
  'arn:aws:iot:eu-central-1:1:',
  'urn:aws:iot:r:1:thing/t',
  'arn:::::x',
])('knows that "%s" is none', (text) => expect(parseArn(text)).toBeNull())

const OWN = { region: 'eu-central-1', accountId: '123456789012' }

it('tells resources of the account and region from others', () => {
  expect(ownArn('arn:aws:iot:eu-central-1:123456789012:thing/t', 'iot', OWN)?.resource).toBe('thing/t')
  for (const other of [
    'arn:aws-cn:iot:eu-central-1:123456789012:thing/t',
    'arn:aws:sns:eu-central-1:123456789012:thing/t',
    'arn:aws:iot:eu-west-1:123456789012:thing/t',
    'arn:aws:iot:eu-central-1:210987654321:thing/t',
    'thing/t',
  ])
    expect(ownArn(other, 'iot', OWN)).toBeNull()
})
