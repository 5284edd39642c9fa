import { expect, it } from 'vitest'
import { deploymentDocument } from '../../../../sim/cloud/greengrass/deployment-document.ts'

const identity = {
  deploymentId: 'd-1',
  target: { kind: 'group', name: 'canary' },
  revision: 14,
  region: 'eu-central-1',
  accountId: '123456789012',
  createdAtMs: 1_750_000_000_000,
} as const
const targetArn = 'arn:aws:iot:eu-central-1:123456789012:thinggroup/canary'

it('spells every member as the nucleus reads it', () => {
  const document = deploymentDocument(
    {
      targetArn,
      deploymentName: 'n',
      components: {
        App: {
          componentVersion: '1.2.0',
          configurationUpdate: { merge: '{"k":1}', reset: ['/a/b'] },
          runWith: { posixUser: 'u:g', systemResourceLimits: { memory: 1024, cpus: 1.5 } },
        },
      },
      deploymentPolicies: {
        failureHandlingPolicy: 'DO_NOTHING',
        componentUpdatePolicy: { timeoutInSeconds: 120, action: 'SKIP_NOTIFY_COMPONENTS' },
        configurationValidationPolicy: { timeoutInSeconds: 20 },
      },
    },
    identity,
  )
  expect(JSON.parse(JSON.stringify(document))).toEqual({
    deploymentId: 'd-1',
    schemaDate: '2021-05-17',
    deploymentName: 'n',
    configurationArn: 'arn:aws:greengrass:eu-central-1:123456789012:configuration:thinggroup/canary:14',
    creationTimestamp: 1_750_000_000_000,
    components: {
      App: {
        version: '1.2.0',
        configurationUpdate: { merge: { k: 1 }, reset: ['/a/b'] },
        runWith: { posixUser: 'u:g', systemResourceLimits: { memory: 1024, cpus: 1.5 } },
      },
    },
    failureHandlingPolicy: 'DO_NOTHING',
    requiredCapabilities: ['LINUX_RESOURCE_LIMITS'],
    componentUpdatePolicy: { timeout: 120, action: 'SKIP_NOTIFY_COMPONENTS' },
    configurationValidationPolicy: { timeout: 20 },
  })
})

it('fills in the defaults of the API', () => {
  expect(deploymentDocument({ targetArn }, identity)).toMatchObject({
    components: {},
    failureHandlingPolicy: 'ROLLBACK',
    requiredCapabilities: [],
    componentUpdatePolicy: { timeout: 60, action: 'NOTIFY_COMPONENTS' },
    configurationValidationPolicy: { timeout: 30 },
  })
})

it('names a thing target as such', () => {
  const document = deploymentDocument({ targetArn }, { ...identity, target: { kind: 'thing', name: 'core-1' } })
  expect(document.configurationArn).toMatch(/:configuration:thing\/core-1:14$/)
})

it.each(['{broken', '[1]', '"text"'])('refuses the merge %s', (merge) => {
  const components = { App: { componentVersion: '1.0.0', configurationUpdate: { merge } } }
  expect(() => deploymentDocument({ targetArn, components }, identity)).toThrow('of App is not a JSON object')
})

it('refuses what a message cannot carry: 31 KB for a group, 7 KB for a thing', () => {
  const of = (bytes: number): object => ({
    App: { componentVersion: '1.0.0', configurationUpdate: { merge: JSON.stringify({ k: 'x'.repeat(bytes) }) } },
  })
  const thing = { ...identity, target: { kind: 'thing', name: 'core-1' } } as const
  const input = (bytes: number) => ({ targetArn, components: of(bytes) as never })
  expect(() => deploymentDocument(input(30_000), identity)).not.toThrow()
  expect(() => deploymentDocument(input(32_000), identity)).toThrow('GetDeploymentConfiguration')
  expect(() => deploymentDocument(input(8_000), thing)).toThrow('GetDeploymentConfiguration')
})
