import { beforeEach, describe, expect, it } from 'vitest'
import { ACCOUNT_ID, CloudBench, REGION } from '../fixtures.ts'

const arnOf = (name: string, version: string): string =>
  `arn:aws:greengrass:${REGION}:${ACCOUNT_ID}:components:${name}:versions:${version}`
let bench: CloudBench

beforeEach(() => {
  bench = new CloudBench()
})

const gg = (operation: string, input: object): Record<string, unknown> => bench.call('greengrass', operation, input)
const publish = (name: string, version: string, over: object = {}): object => {
  const recipe = { RecipeFormatVersion: '2020-01-25', ComponentName: name, ComponentVersion: version, ...over }
  gg('CreateComponentVersion', { inlineRecipe: Buffer.from(JSON.stringify(recipe)) })
  bench.runFor(10_000)
  return recipe
}
const dependingOn = (name: string, VersionRequirement: string): object => ({
  ComponentDependencies: { [name]: { VersionRequirement } },
})
const resolve = (...componentCandidates: object[]): Record<string, unknown>[] =>
  gg('ResolveComponentCandidates', { componentCandidates }).resolvedComponentVersions as Record<string, unknown>[]
const resolved = (...candidates: object[]): unknown[] =>
  resolve(...candidates).map(({ componentName, componentVersion }) => `${componentName} ${componentVersion}`)
const candidate = (componentName: string, versionRequirements?: object, componentVersion?: string): object => ({
  componentName,
  versionRequirements,
  componentVersion,
})
const refusal = (name: string, statusCode: number): unknown => expect.objectContaining({ name, statusCode })
const NOT_FOUND = refusal('ResourceNotFoundException', 404)

describe('ResolveComponentCandidates', () => {
  it('answers with the newest version that meets every requirement, and its recipe', () => {
    publish('App', '1.0.0')
    const recipe = publish('App', '1.10.0')
    publish('App', '2.0.0')
    const [answer] = resolve(candidate('App', { 'thinggroup/canary': '>=1.0.0', Other: '<2.0.0' }))
    expect(answer).toMatchObject({
      arn: arnOf('App', '1.10.0'),
      componentName: 'App',
      componentVersion: '1.10.0',
      vendorGuidance: 'ACTIVE',
    })
    expect(JSON.parse(String(answer?.recipe))).toEqual(recipe)
  })

  it('keeps the version on the device as long as it meets them', () => {
    for (const version of ['1.0.0', '1.1.0', '2.0.0']) publish('App', version)
    expect(resolved(candidate('App', {}, '1.0.0'))).toEqual(['App 1.0.0'])
    expect(resolved(candidate('App', { by: '>1' }, '1.0.0'))).toEqual(['App 2.0.0'])
    expect(resolved(candidate('App', {}, '1.0.5'))).toEqual(['App 2.0.0'])
  })

  it('takes only what is deployable, and what was not deleted', () => {
    publish('App', '1.0.0')
    const later = { RecipeFormatVersion: '2020-01-25', ComponentName: 'App', ComponentVersion: '2.0.0' }
    gg('CreateComponentVersion', { inlineRecipe: Buffer.from(JSON.stringify(later)) })
    expect(resolved(candidate('App'))).toEqual(['App 1.0.0'])
    bench.runFor(10_000)
    expect(resolved(candidate('App'))).toEqual(['App 2.0.0'])
    gg('DeleteComponent', { arn: arnOf('App', '2.0.0') })
    expect(resolved(candidate('App'))).toEqual(['App 1.0.0'])
  })

  it('lets the dependencies of recipes bind other candidates, in any order', () => {
    for (const version of ['1.0.0', '1.5.0', '2.0.0']) publish('Lib', version)
    publish('App', '1.0.0', dependingOn('Lib', '^1.0.0'))
    expect(resolved(candidate('Lib'), candidate('App'))).toEqual(['Lib 1.5.0', 'App 1.0.0'])
    expect(resolved(candidate('App'))).toEqual(['App 1.0.0'])
  })

  it('refuses requirements that conflict', () => {
    for (const version of ['1.0.0', '3.0.0']) publish('Lib', version)
    publish('A', '1.0.0', dependingOn('Lib', '>2.0.0'))
    publish('B', '1.0.0', dependingOn('Lib', '<2.0.0'))
    const conflict = refusal('ConflictException', 409)
    expect(() => resolve(candidate('A'), candidate('B'), candidate('Lib'))).toThrow(conflict)
    expect(() => resolve(candidate('Lib', { A: '>2.0.0', B: '<2.0.0' }))).toThrow(conflict)
    expect(() => resolve(candidate('Lib', { A: '>4.0.0' }))).toThrow(NOT_FOUND)
    expect(() => resolve(candidate('None'))).toThrow(NOT_FOUND)
  })

  it('knows public components', () => {
    expect(resolve(candidate('aws.greengrass.Nucleus', { Cli: '>=2.18.0 <2.19.0' }))).toMatchObject([
      { arn: `arn:aws:greengrass:${REGION}:aws:components:aws.greengrass.Nucleus:versions:2.18.0` },
    ])
  })

  it.each([
    [{ componentName: undefined }],
    [{ componentName: 'App', versionRequirements: { by: 'new' } }],
    [{ componentName: 'App', componentVersion: '' }],
  ])('refuses the candidate %j', (one) => {
    publish('App', '1.0.0')
    expect(() => resolve(one)).toThrow(refusal('ValidationException', 400))
  })

  it('refuses a component that is named twice', () => {
    publish('App', '1.0.0')
    expect(() => resolve(candidate('App'), candidate('App'))).toThrow(refusal('ValidationException', 400))
  })
})

describe('the platform', () => {
  const on = (attributes: object, name?: string): unknown[] =>
    (
      gg('ResolveComponentCandidates', { platform: { attributes, name }, componentCandidates: [candidate('App')] })
        .resolvedComponentVersions as { componentVersion: string }[]
    ).map(({ componentVersion }) => componentVersion)
  const made = (version: string, ...platforms: (object | undefined)[]): object =>
    publish('App', version, { Manifests: platforms.map((Platform) => ({ Platform })) })

  it('has to meet one manifest of the recipe', () => {
    made('1.0.0', undefined)
    made('2.0.0', { os: 'linux', architecture: '/amd64|aarch64/' })
    made('3.0.0', { os: 'windows' }, { os: '/.*/', architecture: 'arm' })
    made('4.0.0', { os: 'linux', gpu: 'one' }, { os: 'macos', architecture: '*' })
    expect(on({ os: 'linux', architecture: 'amd64' })).toEqual(['2.0.0'])
    expect(on({ os: 'linux', architecture: 'arm' })).toEqual(['3.0.0'])
    expect(on({ os: 'linux', architecture: 'amd64', gpu: 'one' })).toEqual(['4.0.0'])
    expect(on({ os: 'macos' })).toEqual(['4.0.0'])
    expect(on({})).toEqual(['1.0.0'])
    expect(resolved(candidate('App'))).toEqual(['App 4.0.0'])
  })

  it('that meets none is named in the error', () => {
    made('1.0.0', { os: 'windows', constructor: 'x' })
    expect(() => on({ os: 'linux', architecture: 'amd64' })).toThrow(NOT_FOUND)
    expect(() => on({ os: 'linux', architecture: 'amd64' })).toThrow('platform linux amd64')
    expect(() => on({ os: 'linux' }, 'my gateway')).toThrow('platform my gateway')
    expect(() => on({ os: 'windows' })).toThrow('platform windows')
  })

  it('is not matched with an expression that could run without end', () => {
    made('1.0.0', { os: '/(a+)+$/' })
    expect(() => on({ os: 'linux' })).toThrow(refusal('NotEmulated', 501))
  })

  it('may be anything in a recipe', () => {
    publish('App', '1.0.0', { Manifests: [null, { Platform: { os: { toString: 1 } } }, { Platform: 'linux' }] })
    expect(gg('DescribeComponent', { arn: arnOf('App', '1.0.0') })).toMatchObject({
      platforms: [{ attributes: { os: '{"toString":1}' } }, { attributes: {} }],
    })
    expect(on({ os: 'linux' })).toEqual(['1.0.0'])
  })
})

describe('GetComponentVersionArtifact', () => {
  const artifact = (artifactName: string | undefined, over: object = {}): unknown =>
    gg('GetComponentVersionArtifact', { arn: arnOf('App', '1.0.0'), artifactName, ...over })

  beforeEach(() => {
    publish('App', '1.0.0', {
      Manifests: [{}, { Artifacts: [{ URI: 's3://bucket/app.zip' }, { Uri: 'greengrass:a.jar' }] }],
    })
  })

  it.each(['bucket/app.zip', 'a.jar'])('of %s, which the recipe names, says that there is no S3', (name) => {
    expect(() => artifact(name)).toThrow(refusal('NotEmulated', 501))
    expect(() => artifact(name)).toThrow('there is no S3')
  })

  it('does not know other artifacts and components', () => {
    expect(() => artifact('b.jar')).toThrow(NOT_FOUND)
    expect(() => artifact('a.jar', { arn: arnOf('App', '2.0.0') })).toThrow(NOT_FOUND)
  })

  it('checks its inputs', () => {
    const invalid = refusal('ValidationException', 400)
    expect(() => artifact(undefined)).toThrow(invalid)
    expect(() => artifact('a.jar', { s3EndpointType: 'LOCAL' })).toThrow(invalid)
    expect(() => artifact('a.jar', { iotEndpointType: 'none' })).toThrow(invalid)
  })
})
