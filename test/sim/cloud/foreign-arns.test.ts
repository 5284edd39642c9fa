import { beforeEach, expect, it } from 'vitest'
import type { ServiceName } from '../../../sim/cloud/base/operations.ts'
import { ACCOUNT_ID, CloudBench, REGION } from './fixtures.ts'

const OWN = `${REGION}:${ACCOUNT_ID}`
let bench: CloudBench

beforeEach(() => {
  bench = new CloudBench().withCanaries(1)
  bench.cloud.greengrass.installHistory({ components: [{ name: 'App', version: '1.0.0' }], deployments: [] })
  bench.send('thing-0', 'greengrassv2/health/json', { components: [] })
})

/** The same resources in another account, region and partition. */
const ELSEWHERE = [
  (arn: string) => arn.replace(ACCOUNT_ID, '999999999999'),
  (arn: string) => arn.replace(REGION, 'us-east-1'),
  (arn: string) => arn.replace('arn:aws:', 'arn:aws-cn:'),
]
const group = `arn:aws:iot:${OWN}:thinggroup/canary`
const component = `arn:aws:greengrass:${OWN}:components:App`
const job = { jobId: 'j', document: '{}' }

const CALLS: readonly (readonly [ServiceName, string, string, (arn: string) => object])[] = [
  ['greengrass', 'CreateDeployment', group, (targetArn) => ({ targetArn })],
  ['greengrass', 'CreateDeployment', `arn:aws:iot:${OWN}:thing/thing-0`, (targetArn) => ({ targetArn })],
  ['greengrass', 'DescribeComponent', `${component}:versions:1.0.0`, (arn) => ({ arn })],
  ['greengrass', 'ListComponentVersions', component, (arn) => ({ arn })],
  ['greengrass', 'ListTagsForResource', component, (resourceArn) => ({ resourceArn })],
  [
    'greengrass',
    'ListTagsForResource',
    `arn:aws:greengrass:${OWN}:coreDevices:thing-0`,
    (resourceArn) => ({ resourceArn }),
  ],
  ['greengrass', 'DeleteComponent', `${component}:versions:1.0.0`, (arn) => ({ arn })],
  ['iot', 'CreateJob', group, (arn) => ({ ...job, targets: [arn] })],
]

it.each(CALLS)('%s %s of %s finds nothing in another account, region or partition', (service, name, arn, inputOf) => {
  for (const elsewhere of ELSEWHERE) {
    expect(() => bench.call(service, name, inputOf(elsewhere(arn)))).toThrow(
      expect.objectContaining({ name: 'ResourceNotFoundException', statusCode: 404 }),
    )
  }
  expect(bench.call('greengrass', 'ListDeployments', {}).deployments).toEqual([])
  expect(() => bench.call(service, name, inputOf(arn))).not.toThrow()
})
