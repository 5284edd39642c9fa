import { beforeEach, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { ACCOUNT_ID, CloudBench, REGION } from '../fixtures.ts'

const ARN = `arn:aws:greengrass:${REGION}:${ACCOUNT_ID}:components:App`
const NEEDED = { RecipeFormatVersion: '2020-01-25', ComponentName: 'App' }
let bench: CloudBench

beforeEach(() => {
  bench = new CloudBench()
})

const gg = (operation: string, input: object = {}): Record<string, unknown> =>
  bench.call('greengrass', operation, input)
const recipe = (version: string, over: object = {}): Buffer =>
  Buffer.from(JSON.stringify({ ...NEEDED, ComponentVersion: version, ...over }))
const create = (version: string, over: object = {}): Record<string, unknown> =>
  gg('CreateComponentVersion', { inlineRecipe: recipe(version), ...over })
const stateOf = (version: string): unknown =>
  (gg('DescribeComponent', { arn: `${ARN}:versions:${version}` }).status as { componentState: string }).componentState

describe('a component version', () => {
  it('is REQUESTED, then INITIATED, then DEPLOYABLE', () => {
    expect(create('1.0.0')).toMatchObject({
      arn: `${ARN}:versions:1.0.0`,
      componentName: 'App',
      componentVersion: '1.0.0',
      status: { componentState: 'REQUESTED', message: 'NONE' },
    })
    const states = [stateOf('1.0.0')]
    for (const afterMs of [1_000, 4_000]) {
      bench.runFor(afterMs)
      states.push(stateOf('1.0.0'))
    }
    expect(states).toEqual(['REQUESTED', 'INITIATED', 'DEPLOYABLE'])
  })

  it('returns its recipe, in JSON by default', () => {
    create('1.0.0')
    const { recipe: bytes } = gg('GetComponent', { arn: `${ARN}:versions:1.0.0` })
    expect(JSON.parse(String(bytes))).toEqual({ ...NEEDED, ComponentVersion: '1.0.0' })
  })

  it('may be written in YAML, and is returned in either format', () => {
    const text = stringify({ ...NEEDED, ComponentVersion: '1.0.0', Manifests: [{ Lifecycle: { run: 'true' } }] })
    create('1.0.0', { inlineRecipe: Buffer.from(text) })
    const of = (recipeOutputFormat: string): string =>
      String(gg('GetComponent', { arn: `${ARN}:versions:1.0.0`, recipeOutputFormat }).recipe)
    expect(of('YAML')).toBe(text)
    expect(JSON.parse(of('JSON'))).toEqual(parse(text))
  })

  it('is made once; the same client token gets the same answer', () => {
    const first = create('1.0.0', { clientToken: 'one' })
    expect(create('1.0.0', { clientToken: 'one' })).toBe(first)
    expect(() => create('1.0.0')).toThrow(expect.objectContaining({ name: 'ConflictException', statusCode: 409 }))
    expect(() => create('2.0.0', { clientToken: 'one' })).toThrow('used for another component version')
  })

  it('is not found once it is deleted', () => {
    create('1.0.0')
    gg('DeleteComponent', { arn: `${ARN}:versions:1.0.0` })
    expect(() => stateOf('1.0.0')).toThrow(
      expect.objectContaining({ members: { resourceId: `${ARN}:versions:1.0.0`, resourceType: 'ComponentVersion' } }),
    )
  })

  it.each([
    ['ValidationException', { inlineRecipe: undefined }],
    ['ValidationException', { inlineRecipe: Buffer.from('[]') }],
    ['ValidationException', { inlineRecipe: recipe('one') }],
    ['ValidationException', { inlineRecipe: Buffer.from('{"ComponentVersion":"1.0.0"}') }],
    ['ValidationException', { inlineRecipe: Buffer.from('ComponentName: App') }],
    ['ValidationException', { inlineRecipe: Buffer.from('a: [') }],
    ['ValidationException', { inlineRecipe: recipe('1.0.0', { RecipeFormatVersion: '2019' }) }],
    ['ValidationException', { inlineRecipe: recipe('1.0.0', { ComponentName: 7 }) }],
    ['ValidationException', { inlineRecipe: recipe('1.0.0', { ComponentDependencies: [] }) }],
    ['ValidationException', { inlineRecipe: recipe('1.0.0', { ComponentDependencies: { Lib: '1.0.0' } }) }],
    [
      'ValidationException',
      { inlineRecipe: recipe('1.0.0', { ComponentDependencies: { Lib: { VersionRequirement: 'new' } } }) },
    ],
    ['NotEmulated', { inlineRecipe: undefined, lambdaFunction: { lambdaArn: 'arn' } }],
  ])('is refused with %s', (name, over) => {
    expect(() => create('1.0.0', over)).toThrow(expect.objectContaining({ name }))
  })
})

describe('lists', () => {
  beforeEach(() => {
    for (const version of ['1.9.0', '1.10.0', '1.10.0-rc.1', '1.2.0']) create(version)
  })

  it('order versions by number, the newest first', () => {
    const { componentVersions } = gg('ListComponentVersions', { arn: ARN })
    expect((componentVersions as { componentVersion: string }[]).map((one) => one.componentVersion)).toEqual([
      '1.10.0',
      '1.10.0-rc.1',
      '1.9.0',
      '1.2.0',
    ])
    expect(gg('ListComponents')).toMatchObject({
      components: [{ arn: ARN, componentName: 'App', latestVersion: { componentVersion: '1.10.0' } }],
    })
  })

  it('do not know other components, nor those of the account in the ARN of AWS', () => {
    expect(() => gg('ListComponentVersions', { arn: ARN.replace(ACCOUNT_ID, 'aws') })).toThrow('not found')
    expect(() => gg('ListComponentVersions', { arn: ARN.replace('App', 'Other') })).toThrow('not found')
  })
})

describe('public components', () => {
  const NUCLEUS = `arn:aws:greengrass:${REGION}:aws:components:aws.greengrass.Nucleus`

  it('are listed by their scope, and not among the account’s own', () => {
    create('1.0.0')
    const { components } = gg('ListComponents', { scope: 'PUBLIC' })
    expect(components).toMatchObject([
      { componentName: 'aws.greengrass.Cli', latestVersion: { componentVersion: '2.18.0' } },
      {
        componentName: 'aws.greengrass.Nucleus',
        arn: NUCLEUS,
        latestVersion: { arn: `${NUCLEUS}:versions:2.18.0`, publisher: 'AWS' },
      },
    ])
    for (const input of [{}, { scope: 'PRIVATE' }]) {
      expect(gg('ListComponents', input)).toMatchObject({ components: [{ componentName: 'App' }] })
    }
  })

  it('are described by the ARN of AWS only', () => {
    const arn = `${NUCLEUS}:versions:2.18.0`
    expect(gg('ListComponentVersions', { arn: NUCLEUS })).toMatchObject({ componentVersions: [{ arn }] })
    expect(gg('DescribeComponent', { arn })).toMatchObject({
      arn,
      publisher: 'AWS',
      status: { componentState: 'DEPLOYABLE' },
      platforms: [{ attributes: { os: 'linux' } }, { attributes: { os: 'windows' } }],
    })
    expect(JSON.parse(String(gg('GetComponent', { arn }).recipe))).toMatchObject({
      ComponentType: 'aws.greengrass.nucleus',
    })
    expect(() => gg('DescribeComponent', { arn: arn.replace(':aws:comp', `:${ACCOUNT_ID}:comp`) })).toThrow('not found')
  })

  it('cannot be deleted, and none can have their names', () => {
    expect(() => gg('DeleteComponent', { arn: `${NUCLEUS}:versions:2.18.0` })).toThrow(
      expect.objectContaining({ name: 'AccessDeniedException', statusCode: 403 }),
    )
    expect(() => create('1.0.0', { inlineRecipe: recipe('1.0.0', { ComponentName: 'aws.greengrass.Cli' }) })).toThrow(
      expect.objectContaining({ name: 'NotEmulated' }),
    )
  })

  it('are deployed in the version that exists', () => {
    bench.withCanaries(1)
    const targetArn = `arn:aws:iot:${REGION}:${ACCOUNT_ID}:thinggroup/canary`
    const deploy = (componentVersion: string): object =>
      gg('CreateDeployment', { targetArn, components: { 'aws.greengrass.Nucleus': { componentVersion } } })
    expect(deploy('2.18.0')).toMatchObject({ deploymentId: expect.any(String) })
    expect(() => deploy('9.9.9')).toThrow('no deployable version: aws.greengrass.Nucleus 9.9.9')
  })
})

describe('tags', () => {
  it('are set at creation, and changed by ARN', () => {
    const { arn } = create('1.0.0', { tags: { team: 'line' } })
    gg('TagResource', { resourceArn: arn, tags: { stage: 'canary' } })
    gg('UntagResource', { resourceArn: arn, tagKeys: ['team'] })
    expect(gg('ListTagsForResource', { resourceArn: arn })).toEqual({ tags: { stage: 'canary' } })
    expect(gg('DescribeComponent', { arn })).toMatchObject({ tags: { stage: 'canary' } })
  })

  it('are refused for what does not exist, and above their lengths', () => {
    expect(() => gg('ListTagsForResource', { resourceArn: `${ARN}:versions:1.0.0` })).toThrow('not found')
    expect(() => gg('ListTagsForResource', { resourceArn: 'arn:aws:iot:x:1:thing/t' })).toThrow('resourceArn')
    expect(() => create('1.0.0', { tags: { k: 'x'.repeat(257) } })).toThrow('above 256 characters')
    expect(() => stateOf('1.0.0')).toThrow('not found')
  })
})
