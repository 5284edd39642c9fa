import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FIRMWARE_COMPONENT, HEALTH_COMPONENT } from '../../../controller/contract.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { fleetOf, twinPlan } from '../../../scenarios/world/twin-plan.ts'
import { AwsError } from '../../../sim/cloud/base/aws-error.ts'
import type { ServiceName, Services } from '../../../sim/cloud/base/operations.ts'
import { routePublish } from '../../../sim/cloud/iot/mqtt-router.ts'
import { NUCLEUS_COMPONENT, NUCLEUS_VERSION } from '../../../sim/kernel/core-software.ts'
import { InFlight } from '../../../sim/kernel/in-flight.ts'
import { runLockstep } from '../../../sim/kernel/lockstep.ts'
import { Seed } from '../../../sim/kernel/random.ts'
import { openModelLevel } from '../../../sim/model/model-level.ts'
import { Twin } from '../../../sim/twin/twin.ts'
import { CANARY, MINUTE_MS, NEW, OLD } from '../faults/fixtures.ts'

const NAMESPACE = 'aws-gg-deployment'
const SHADOW = 'AWSManagedGreengrassV2Deployment'
const GROUP_ARN = 'arn:aws:iot:eu-central-1:123456789012:thinggroup/canary'
const OTHER_ARN = 'arn:aws:iot:eu-central-1:123456789012:thinggroup/early'
const THING_ARN = `arn:aws:iot:eu-central-1:123456789012:thing/${CANARY}`

/** What a client from outside does: an operation, or a message to a service. */
type Act = (twin: Twin) => void
interface Step {
  readonly text: string
  readonly waitMinutes: number
  readonly act: Act
}

const call = (twin: Twin, service: ServiceName, operation: string, input: object): Record<string, unknown> =>
  (twin.cloud.services as Services)[service]?.[operation]?.(input as never) as Record<string, unknown>

/** Any JSON, with the members and texts that services and devices look for, and with names that every object has. */
const names = [
  ...['configurationArn', 'deploymentId', 'creationTimestamp', 'components', 'version', 'requiredCapabilities'],
  ...['fleetConfig', 'desiredStatus', 'status', 'statusDetails', 'fleetConfigurationArnForStatus', 'errorStack'],
  ...['componentName', 'componentStatusDetails', 'statusCodes', 'statusReason', 'deploymentInformation', 'ggcVersion'],
  ...['messageType', 'chunkInfo', 'platform', 'isRoot', 'state', 'desired', 'reported', 'expectedVersion'],
  ...['toString', 'valueOf', 'constructor', '__proto__', 'clientToken', 'jobs', 'QUEUED', 'stepTimeoutInMinutes'],
]
const texts = [
  'SUCCEEDED',
  'CANCELED',
  'FAILED',
  'IN_PROGRESS',
  'RUNNING',
  'COMPLETE',
  'constructor',
  '1.0.0',
  '[]',
  '',
]
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, 0, -1, 1e21, ...texts, `x:configuration:thing/${CANARY}:1`),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...names), tie('json'), { maxKeys: 5 }),
  ),
}))

const pick = <T>(list: readonly T[], index: number): T | undefined => list[index % Math.max(1, list.length)]
const jobAt = (twin: Twin, index: number): string => pick(twin.cloud.jobs.all(), index)?.jobId ?? 'none'
const deploymentAt = (twin: Twin, index: number): string =>
  pick(twin.cloud.greengrass.deployments.registry.list('ALL'), index)?.deploymentId ?? 'none'

const index = fc.nat({ max: 7 })
const force = fc.boolean()
const target = fc.constantFrom(GROUP_ARN, THING_ARN)
const version = fc.constantFrom(OLD, NEW)
const act = <T>(name: string, inputs: fc.Arbitrary<T>, run: (twin: Twin, input: T) => void) =>
  inputs.map((input) => ({ text: `${name} ${JSON.stringify(input)}`, act: (twin: Twin) => run(twin, input) }))

const components = { [HEALTH_COMPONENT]: { componentVersion: '1.2.0' } }
const ACTS = fc.oneof(
  act('CreateDeployment', fc.record({ target, version }), (twin, input) => {
    const firmware = { [FIRMWARE_COMPONENT]: { componentVersion: input.version } }
    call(twin, 'greengrass', 'CreateDeployment', {
      targetArn: input.target,
      components: { ...components, ...firmware },
      iotJobConfiguration: {
        timeoutConfig: { inProgressTimeoutInMinutes: 3 },
        abortConfig: { criteriaList: [{ failureType: 'ALL', action: 'CANCEL', thresholdPercentage: 1 }] },
      },
    })
  }),
  act(
    'CreateDeployment of a foreign component',
    fc.record({ target, name: fc.constantFrom(...names) }),
    (twin, input) => {
      const foreign = { [input.name]: { componentVersion: '1.0.0' } }
      call(twin, 'greengrass', 'CreateDeployment', { targetArn: input.target, components: foreign })
    },
  ),
  act('CreateDeployment of the nucleus', fc.record({ target, withFirmware: fc.boolean() }), (twin, input) => {
    const firmware = input.withFirmware ? { ...components, [FIRMWARE_COMPONENT]: { componentVersion: OLD } } : {}
    const nucleus = { [NUCLEUS_COMPONENT]: { componentVersion: NUCLEUS_VERSION } }
    call(twin, 'greengrass', 'CreateDeployment', { targetArn: input.target, components: { ...firmware, ...nucleus } })
  }),
  act('CancelDeployment', index, (twin, at) => {
    call(twin, 'greengrass', 'CancelDeployment', { deploymentId: deploymentAt(twin, at) })
  }),
  act('DeleteDeployment', index, (twin, at) => {
    call(twin, 'greengrass', 'DeleteDeployment', { deploymentId: deploymentAt(twin, at) })
  }),
  act('CreateComponentVersion', fc.constantFrom(...names), (twin, name) => {
    const recipe = { RecipeFormatVersion: '2020-01-25', ComponentName: name, ComponentVersion: '1.0.0' }
    call(twin, 'greengrass', 'CreateComponentVersion', { inlineRecipe: Buffer.from(JSON.stringify(recipe)) })
  }),
  act('DeleteComponent', version, (twin, deleted) => {
    const arn = twin.cloud.greengrass.components.arnOf(FIRMWARE_COMPONENT, deleted)
    call(twin, 'greengrass', 'DeleteComponent', { arn })
  }),
  act('DeleteCoreDevice', fc.constant(CANARY), (twin, coreDeviceThingName) => {
    call(twin, 'greengrass', 'DeleteCoreDevice', { coreDeviceThingName })
  }),
  act('CancelJob', fc.record({ index, force }), (twin, input) => {
    call(twin, 'iot', 'CancelJob', { jobId: jobAt(twin, input.index), force: input.force })
  }),
  act('DeleteJob', fc.record({ index, force }), (twin, input) => {
    call(twin, 'iot', 'DeleteJob', { jobId: jobAt(twin, input.index), force: input.force })
  }),
  act('CancelJobExecution', fc.record({ index, force }), (twin, input) => {
    const of = { jobId: jobAt(twin, input.index), thingName: CANARY }
    call(twin, 'iot', 'CancelJobExecution', { ...of, force: input.force })
  }),
  act('DeleteJobExecution', fc.record({ index, force }), (twin, input) => {
    const of = { jobId: jobAt(twin, input.index), thingName: CANARY, executionNumber: 1 }
    call(twin, 'iot', 'DeleteJobExecution', { ...of, force: input.force })
  }),
  act('CreateJob', fc.record({ index, target, document: json, isForeign: fc.boolean() }), (twin, input) => {
    call(twin, 'iot', 'CreateJob', {
      jobId: pick(twin.cloud.greengrass.deployments.registry.list('ALL'), input.index)?.jobId ?? 'foreign',
      targets: [input.target],
      document: JSON.stringify(input.document),
      namespaceId: input.isForeign ? undefined : NAMESPACE,
    })
  }),
  act('UpdateJob', fc.record({ index, minutes: fc.integer({ min: 1, max: 5 }) }), (twin, input) => {
    call(twin, 'iot', 'UpdateJob', {
      jobId: jobAt(twin, input.index),
      description: 'changed',
      jobExecutionsRolloutConfig: { maximumPerMinute: input.minutes },
      timeoutConfig: { inProgressTimeoutInMinutes: input.minutes },
      abortConfig: { criteriaList: [{ failureType: 'ALL', action: 'CANCEL', thresholdPercentage: 1 }] },
    })
  }),
  act('AssociateTargetsWithJob', fc.record({ index, target: fc.constantFrom(GROUP_ARN, OTHER_ARN) }), (twin, input) => {
    call(twin, 'iot', 'AssociateTargetsWithJob', { jobId: jobAt(twin, input.index), targets: [input.target] })
  }),
  act('StartNextPendingJobExecution', fc.constant(CANARY), (twin, thingName) => {
    call(twin, 'iot-jobs-data', 'StartNextPendingJobExecution', { thingName })
  }),
  act(
    'a message to jobs',
    fc.record({ index, verb: fc.constantFrom('get', 'update'), payload: json }),
    (twin, input) => {
      const topic = `$aws/things/${CANARY}/jobs/${jobAt(twin, input.index)}/namespace-${NAMESPACE}/${input.verb}`
      routePublish(twin.cloud.mqtt, 'outside', topic, input.payload)
    },
  ),
  act('a fleet status message', fc.array(json, { maxLength: 3 }), (twin, list) => {
    const payload = { components: list, ...Object.assign({}, ...list.filter((one) => typeof one === 'object')) }
    routePublish(twin.cloud.mqtt, 'outside', `$aws/things/${CANARY}/greengrassv2/health/json`, payload)
  }),
  act('the deployment shadow', fc.record({ section: fc.constantFrom('desired', 'reported'), json }), (twin, input) => {
    const payload = { state: { [input.section]: input.json } }
    routePublish(twin.cloud.mqtt, 'outside', `$aws/things/${CANARY}/shadow/name/${SHADOW}/update`, payload)
  }),
  act('the deployment shadow, as a document', json, (twin, document) => {
    const desired = { fleetConfig: JSON.stringify(document), desiredStatus: 'SUCCEEDED' }
    const topic = `$aws/things/${CANARY}/shadow/name/${SHADOW}/update`
    routePublish(twin.cloud.mqtt, 'outside', topic, { state: { desired } })
  }),
  act('DeleteThing', fc.constant(CANARY), (twin, thingName) => void call(twin, 'iot', 'DeleteThing', { thingName })),
  act('CreateThing', fc.constant(CANARY), (twin, thingName) => void call(twin, 'iot', 'CreateThing', { thingName })),
  act('membership', fc.constantFrom('AddThingToThingGroup', 'RemoveThingFromThingGroup'), (twin, operation) => {
    call(twin, 'iot', operation, { thingName: CANARY, thingGroupName: 'canary' })
  }),
  act('reading', index, readAll),
)

/** Every answer is made, also of what others have left behind. */
function readAll(twin: Twin): void {
  for (const at of [0, 1, 2, 3]) {
    attempt(() => call(twin, 'iot', 'DescribeJob', { jobId: jobAt(twin, at) }))
    attempt(() => call(twin, 'iot', 'DescribeJobExecution', { jobId: jobAt(twin, at), thingName: CANARY }))
    attempt(() => call(twin, 'greengrass', 'GetDeployment', { deploymentId: deploymentAt(twin, at) }))
  }
  const core = { coreDeviceThingName: CANARY }
  attempt(() => call(twin, 'greengrass', 'GetCoreDevice', core))
  attempt(() => call(twin, 'greengrass', 'ListInstalledComponents', { ...core, topologyFilter: 'ALL' }))
  attempt(() => call(twin, 'greengrass', 'ListEffectiveDeployments', core))
  attempt(() => call(twin, 'greengrass', 'ListCoreDevices', { thingGroupArn: GROUP_ARN }))
  const { components: own } = call(twin, 'greengrass', 'ListComponents', {}) as {
    components: { componentName: string }[]
  }
  call(twin, 'greengrass', 'ListComponents', { scope: 'PUBLIC' })
  for (const { componentName } of own) {
    const componentCandidates = [{ componentName }]
    attempt(() => call(twin, 'greengrass', 'ResolveComponentCandidates', { componentCandidates }))
  }
  attempt(() => call(twin, 'iot', 'ListJobExecutionsForThing', { thingName: CANARY }))
}

/** A client is refused by an AwsError; anything else is a bug. */
function attempt(run: () => unknown): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
  }
}

const STEPS: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({ made: ACTS, waitMinutes: fc.constantFrom(0, 0, 0.5, 1, 2, 4) }).map(({ made, waitMinutes }) => ({
    ...made,
    waitMinutes,
    toString: () => `${made.text}, ${waitMinutes} min`,
  })),
  { minLength: 5, maxLength: 30 },
)

/** Devices and services must not answer each other without end: simulated time would stop. */
function limitMessages({ clock, cloud }: Twin): void {
  const { shadow, jobs } = cloud.mqtt
  let [atMs, count] = [0, 0]
  const counted =
    <Inputs extends unknown[]>(take: (...inputs: Inputs) => void) =>
    (...inputs: Inputs): void => {
      count = atMs === clock.nowMs() ? count + 1 : 0
      atMs = clock.nowMs()
      if (count > 1_000) throw new Error(`more than 1,000 messages at ${atMs}: ${JSON.stringify(inputs)}`)
      take(...inputs)
    }
  Object.assign(cloud.mqtt, { shadow: counted(shadow), jobs: counted(jobs) })
}

async function run(steps: readonly Step[]): Promise<void> {
  const scenario = { ...findScenario('healthy'), fleet: { lines: 1, devicesPerLine: 20, noise: 'quiet' as const } }
  const devices = fleetOf(scenario).filter(({ thing }) => thing === CANARY)
  const inFlight = new InFlight()
  const bugs: unknown[] = []
  const onBug = (error: unknown): void => void bugs.push(error)
  const open = twinPlan(scenario, new Seed(1), devices)
  const twin = await Twin.open(
    open,
    inFlight,
    async (events) => openModelLevel(events, inFlight, onBug),
    () => undefined,
  )
  const { clock } = twin
  limitMessages(twin)
  twin.start()
  let atMs = clock.nowMs() + MINUTE_MS
  for (const step of steps) {
    atMs += step.waitMinutes * MINUTE_MS
    clock.at(atMs, () => attempt(() => step.act(twin)))
  }
  const untilMs = atMs + 10 * MINUTE_MS
  clock.at(untilMs - 1, () => readAll(twin))
  await runLockstep({ clock, inFlight, untilMs, isOver: () => false, pace: async () => undefined })
  await twin.level.close()
  expect(bugs).toEqual([])
  expect(clock.nowMs()).toBe(untilMs)
}

it('goes on whatever clients from outside do with jobs, deployments, components and core devices', async () => {
  await fc.assert(fc.asyncProperty(STEPS, run), { numRuns: 150 })
}, 60_000)
