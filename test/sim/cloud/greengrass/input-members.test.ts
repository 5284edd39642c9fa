import type { NormalizedSchema } from '@smithy/core/schema'
import { beforeAll, expect, it } from 'vitest'
import { OPERATIONS } from '../../../../sim/cloud/operations.ts'
import { loadServiceModel, type ServiceModel } from '../../../../sim/protocol/service-model.ts'
import { ACCOUNT_ID, CloudBench, REGION } from '../fixtures.ts'
import { membersOf, noting } from '../input-members.ts'

const componentArn = `arn:aws:greengrass:${REGION}:${ACCOUNT_ID}:components:App`
const arn = `${componentArn}:versions:1.0.0`
const resourceArn = arn
const targetArn = `arn:aws:iot:${REGION}:${ACCOUNT_ID}:thinggroup/canary`
const core = { coreDeviceThingName: 'thing-0' }
const recipe = {
  RecipeFormatVersion: '2020-01-25',
  ComponentName: 'App',
  ComponentVersion: '2.0.0',
}
const deployment = {
  targetArn,
  components: {},
  deploymentPolicies: { componentUpdatePolicy: {}, configurationValidationPolicy: {} },
  iotJobConfiguration: {
    jobExecutionsRolloutConfig: {
      exponentialRate: { baseRatePerMinute: 1, incrementFactor: 2, rateIncreaseCriteria: {} },
    },
    abortConfig: { criteriaList: [{}] },
    timeoutConfig: {},
  },
}

/** Refused as a whole, by name, so that nothing below it is ignored. */
const REFUSED = 'lambdaFunction.'

/** An input of every operation with which it reads all it can, made by the id of a cancelled deployment. */
const INPUTS: Readonly<Record<string, (deploymentId: string) => object>> = {
  CreateComponentVersion: () => ({ inlineRecipe: Buffer.from(JSON.stringify(recipe)) }),
  DescribeComponent: () => ({ arn }),
  GetComponent: () => ({ arn }),
  ListComponents: () => ({}),
  ListComponentVersions: () => ({ arn: componentArn }),
  DeleteComponent: () => ({ arn }),
  ResolveComponentCandidates: () => ({ platform: { attributes: {} }, componentCandidates: [] }),
  GetComponentVersionArtifact: () => ({ arn, artifactName: 'none' }),
  GetCoreDevice: () => core,
  ListCoreDevices: () => ({}),
  DeleteCoreDevice: () => core,
  ListInstalledComponents: () => core,
  CreateDeployment: () => deployment,
  GetDeployment: (deploymentId) => ({ deploymentId }),
  ListDeployments: () => ({}),
  CancelDeployment: (deploymentId) => ({ deploymentId }),
  DeleteDeployment: (deploymentId) => ({ deploymentId }),
  ListEffectiveDeployments: () => core,
  TagResource: () => ({ resourceArn }),
  UntagResource: () => ({ resourceArn }),
  ListTagsForResource: () => ({ resourceArn }),
}

let model: ServiceModel
beforeAll(async () => {
  model = await loadServiceModel('greengrass')
})

it.each(Object.keys(OPERATIONS.greengrass))('%s ignores no member of its input', (operation) => {
  const bench = new CloudBench().withCanaries(1)
  bench.cloud.greengrass.installHistory({ components: [{ name: 'App', version: '1.0.0' }], deployments: [] })
  bench.send('thing-0', 'greengrassv2/health/json', { ggcVersion: '2.18.0', components: [] })
  const { deploymentId } = bench.call('greengrass', 'CreateDeployment', { targetArn })
  if (operation !== 'CancelDeployment') bench.call('greengrass', 'CancelDeployment', { deploymentId })
  const read = new Set<string>()
  const run = (): unknown =>
    bench.call('greengrass', operation, noting(INPUTS[operation]?.(deploymentId as string) as object, read))
  // The only one that has no answer: its members are read before it says so.
  if (operation === 'GetComponentVersionArtifact') expect(run).toThrow('not found')
  else run()
  const members = membersOf(model.operations.get(operation)?.input as NormalizedSchema)
  expect(members.filter((member) => !read.has(member) && !member.startsWith(REFUSED))).toEqual([])
})
