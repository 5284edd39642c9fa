import {
  AccessDeniedException,
  ConflictException,
  CreateComponentVersionCommand,
  CreateDeploymentCommand,
  DeleteComponentCommand,
  DescribeComponentCommand,
  GetComponentCommand,
  GetComponentVersionArtifactCommand,
  GreengrassV2Client,
  ListComponentsCommand,
  ListComponentVersionsCommand,
  ListInstalledComponentsCommand,
  ResolveComponentCandidatesCommand,
  ResourceNotFoundException,
  ValidationException,
} from '@aws-sdk/client-greengrassv2'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AwsEndpoint } from '../../../sim/wire/aws-endpoint.ts'
import { ACCOUNT_ID, CloudBench, REGION } from '../cloud/fixtures.ts'
import { openEndpoint } from './endpoint.ts'

/** Components by the SDK's client over HTTP. */

const NUCLEUS = `arn:aws:greengrass:${REGION}:aws:components:aws.greengrass.Nucleus`
const APP = `arn:aws:greengrass:${REGION}:${ACCOUNT_ID}:components:App:versions:1.0.0`
const recipe = {
  RecipeFormatVersion: '2020-01-25',
  ComponentName: 'App',
  ComponentVersion: '1.0.0',
  ComponentDependencies: { 'aws.greengrass.Nucleus': { VersionRequirement: '>=2.0.0' } },
  Manifests: [{ Platform: { os: 'linux' }, Artifacts: [{ URI: 's3://bucket/folder/app 1.zip' }] }],
}
let endpoint: AwsEndpoint
let client: GreengrassV2Client
let bugs: unknown[]

beforeAll(async () => {
  const bench = new CloudBench().withCanaries(1)
  const opened = await openEndpoint({ services: bench.cloud.services, controller: null })
  endpoint = opened.endpoint
  bugs = opened.bugs
  const credentials = { accessKeyId: 'k', secretAccessKey: 's' }
  client = new GreengrassV2Client({ endpoint: endpoint.url, region: REGION, credentials, maxAttempts: 1 })
  for (const ComponentVersion of ['0.9.0', '1.0.0']) {
    const inlineRecipe = Buffer.from(JSON.stringify({ ...recipe, ComponentVersion }))
    await client.send(new CreateComponentVersionCommand({ inlineRecipe }))
  }
  bench.runFor(10_000)
  bench.send('thing-0', 'greengrassv2/health/json', { ggcVersion: '2.18.0', components: [] })
})

afterAll(async () => {
  client.destroy()
  await endpoint.close()
  expect(bugs).toEqual([])
})

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes as Uint8Array).toString()

it('lists, describes and deploys the components of AWS', async () => {
  const { components } = await client.send(new ListComponentsCommand({ scope: 'PUBLIC' }))
  expect(components?.map(({ arn }) => arn)).toEqual([NUCLEUS.replace('Nucleus', 'Cli'), NUCLEUS])
  const { componentVersions } = await client.send(new ListComponentVersionsCommand({ arn: NUCLEUS }))
  const arn = componentVersions?.[0]?.arn as string
  expect(await client.send(new DescribeComponentCommand({ arn }))).toMatchObject({
    componentVersion: '2.18.0',
    platforms: [{ attributes: { os: 'linux' } }, { attributes: { os: 'windows' } }],
  })
  const { recipe } = await client.send(new GetComponentCommand({ arn, recipeOutputFormat: 'YAML' }))
  expect(text(recipe)).toContain('ComponentName: aws.greengrass.Nucleus\n')
  const { deploymentId } = await client.send(
    new CreateDeploymentCommand({
      targetArn: `arn:aws:iot:${REGION}:${ACCOUNT_ID}:thinggroup/canary`,
      components: { 'aws.greengrass.Nucleus': { componentVersion: '2.18.0' } },
    }),
  )
  expect(deploymentId).toMatch(/^[0-9a-f-]{36}$/)
  await expect(client.send(new DeleteComponentCommand({ arn }))).rejects.toBeInstanceOf(AccessDeniedException)
})

it('names the nucleus among the installed components', async () => {
  const { installedComponents } = await client.send(
    new ListInstalledComponentsCommand({ coreDeviceThingName: 'thing-0', topologyFilter: 'ALL' }),
  )
  expect(installedComponents).toMatchObject([
    { componentName: 'aws.greengrass.Nucleus', componentVersion: '2.18.0', isRoot: true },
  ])
})

it('resolves candidates to versions with their recipes', async () => {
  const resolve = (versionRequirements: Record<string, string>, os = 'linux') =>
    client.send(
      new ResolveComponentCandidatesCommand({
        platform: { attributes: { os, architecture: 'amd64' } },
        componentCandidates: [{ componentName: 'App', versionRequirements }],
      }),
    )
  const { resolvedComponentVersions } = await resolve({ 'thinggroup/canary': '^1.0.0' })
  expect(resolvedComponentVersions).toMatchObject([{ arn: APP, componentName: 'App', componentVersion: '1.0.0' }])
  expect(JSON.parse(text(resolvedComponentVersions?.[0]?.recipe))).toEqual(recipe)
  await expect(resolve({ a: '>=2.0.0' })).rejects.toBeInstanceOf(ResourceNotFoundException)
  await expect(resolve({}, 'windows')).rejects.toBeInstanceOf(ResourceNotFoundException)
  await expect(resolve({ a: '>0.9.0', b: '<1.0.0' })).rejects.toBeInstanceOf(ConflictException)
  await expect(resolve({ a: 'new' })).rejects.toBeInstanceOf(ValidationException)
})

it('says of an artifact that there is no S3, and knows no other', async () => {
  const get = (artifactName: string) =>
    client.send(new GetComponentVersionArtifactCommand({ arn: APP, artifactName, iotEndpointType: 'fips' }))
  await expect(get('bucket/folder/app 1.zip')).rejects.toMatchObject({
    name: 'NotEmulated',
    message: expect.stringContaining('s3://bucket/folder/app 1.zip'),
  })
  await expect(get('bucket/other.zip')).rejects.toBeInstanceOf(ResourceNotFoundException)
})
