import fc, { type Arbitrary } from 'fast-check'
import { expect, it } from 'vitest'
import type { Services } from '../../../sim/cloud/base/operations.ts'
import { OPERATIONS } from '../../../sim/cloud/operations.ts'
import { ServiceEndpoint, type ServiceRequest } from '../../../sim/protocol/service-endpoint.ts'
import { loadServiceModel, type OperationModel, type ServiceModel } from '../../../sim/protocol/service-model.ts'
import { CloudBench } from '../cloud/fixtures.ts'
import { mutated, validInput } from './inputs.ts'
import { type Parts, partsOf, requestOf } from './messages.ts'

/** Requests of every operation, valid and mutated, against the emulated services: answered all, and by errors of AWS. */

/** Requests of each operation; more by this variable. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 20)
const HOUR_MS = 3_600_000

interface Target {
  readonly model: ServiceModel
  readonly operation: OperationModel
}

const models = await Promise.all((Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[]).map(loadServiceModel))
const targets: readonly Target[] = models.flatMap((model) =>
  Object.keys(OPERATIONS[model.service as keyof typeof OPERATIONS]).map((name) => ({
    model,
    operation: model.operations.get(name) as OperationModel,
  })),
)

/** A plant in which most kinds of resources exist. */
function bench(): CloudBench {
  const made = new CloudBench().withCanaries(2)
  const recipe = { RecipeFormatVersion: '2020-01-25', ComponentName: 'App', ComponentVersion: '1.0.0' }
  made.call('greengrass', 'CreateComponentVersion', { inlineRecipe: Buffer.from(JSON.stringify(recipe)) })
  made.call('events', 'PutRule', { Name: 'rule', ScheduleExpression: 'rate(5 minutes)' })
  made.call('sns', 'CreateTopic', { Name: 'topic' })
  const TopicArn = 'arn:aws:sns:eu-central-1:123456789012:topic'
  made.call('sns', 'Subscribe', { TopicArn, Protocol: 'http', Endpoint: 'http://localhost:1/' })
  return made
}

function requestsOf({ model, operation }: Target): Arbitrary<ServiceRequest> {
  const valid = validInput(operation, model.constraints).map((input) => partsOf(model, operation, input))
  const changed = (change: (parts: Parts) => Arbitrary<Partial<Parts>>): Arbitrary<Parts> =>
    valid.chain((parts) => change(parts).map((other) => ({ ...parts, ...other })))
  const all = fc.oneof(
    { weight: 3, arbitrary: valid },
    { weight: 5, arbitrary: changed(({ body }) => mutated(body).map((one) => ({ body: one }))) },
    {
      weight: 1,
      arbitrary: changed(({ path }) => fc.constantFrom(...ENDS).map((end) => ({ path: ended(path, end) }))),
    },
    { weight: 1, arbitrary: changed(({ query }) => PARAMETER.map((one) => ({ query: [...query, one] }))) },
    { weight: 1, arbitrary: changed(() => fc.uint8Array().map((bytes) => ({ body: Buffer.from(bytes) }))) },
  )
  return all.map((parts) => requestOf(parts, model.protocol === 'aws-query'))
}

const ENDS = ['%', '%E0%A4%A', '%00', '%F0%9F%92%80', 'x'.repeat(3_000), '']
const ended = (path: string, end: string): string => path.replace(/[^/]*$/, end)
const PARAMETER = fc.tuple(fc.constantFrom('maxResults', 'nextToken', 'x', '__proto__'), fc.string({ unit: 'binary' }))

let tried = 0

/** @throws the error of an operation that is none of AWS */
function send({ cloud }: CloudBench, { model }: Target, request: ServiceRequest): void {
  tried += 1
  const endpoint = new ServiceEndpoint(model, (cloud.services as Services)[model.service] ?? {})
  const bugs: unknown[] = []
  const { response } = endpoint.handle(request, { admit: () => undefined, onBug: (bug) => bugs.push(bug) })
  if (bugs.length > 0) throw new Error(`for ${request.method} ${request.path} ${request.body}`, { cause: bugs[0] })
  if (response.statusCode >= 500 && response.statusCode !== 501) throw new Error(`${response.statusCode}`)
}

const names = targets.map((target) => [`${target.model.service} ${target.operation.name}`, target] as const)

it.each(names)('%s answers every request', (_, target) => {
  const cloud = bench()
  const property = fc.property(requestsOf(target), (request) => {
    send(cloud, target, request)
    cloud.runFor(60_000)
  })
  fc.assert(property, { numRuns: RUNS, seed: 17 })
  cloud.runFor(HOUR_MS)
})

it('survives what operations do to each other’s resources', () => {
  const some = fc.oneof(...targets.map((target) => requestsOf(target).map((request) => ({ target, request }))))
  const property = fc.property(fc.array(some, { minLength: 5, maxLength: 40 }), (steps) => {
    const cloud = bench()
    for (const { target, request } of steps) {
      send(cloud, target, request)
      cloud.runFor(10_000)
    }
    cloud.runFor(HOUR_MS)
  })
  fc.assert(property, { numRuns: RUNS, seed: 17 })
  console.info(`fuzz: ${targets.length} operations, ${tried} requests, 0 deaths, 0 hangs`)
})

it.each(names)('%s takes what its model allows', (_, { model, operation }) => {
  const endpoint = new ServiceEndpoint(model, { [operation.name]: () => ({}) })
  const caller = { admit: () => undefined, onBug: () => undefined }
  for (const input of fc.sample(validInput(operation, model.constraints), { numRuns: 5, seed: 17 })) {
    expect(endpoint.call(operation.name, input as Record<string, unknown>, caller)).toEqual({})
  }
})
