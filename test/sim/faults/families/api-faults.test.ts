import { expect, it } from 'vitest'
import { AwsError } from '../../../../sim/cloud/base/aws-error.ts'
import type { ApiService } from '../../../../sim/cloud/operation-names.ts'
import { faultSchema, makeFaultsOf } from '../../../../sim/faults/catalogue.ts'
import { ApiFaults } from '../../../../sim/faults/families/api-faults.ts'
import { FaultWorld } from '../../../../sim/faults/families/fault-world.ts'
import { VirtualClock } from '../../../../sim/kernel/clock.ts'
import { InFlight } from '../../../../sim/kernel/in-flight.ts'
import { Seed } from '../../../../sim/kernel/random.ts'
import { Trace } from '../../../../sim/kernel/trace.ts'
import { HANDLER } from '../../../../sim/kernel/virtual-wait.ts'

const MINUTE_MS = 60_000
const clockAt = (clock: VirtualClock, atMs: number): void => {
  clock.at(atMs, () => undefined)
  while (clock.nowMs() < atMs) clock.advance()
}

function faultsOf(...written: object[]) {
  const clock = new VirtualClock(0)
  const trace = new Trace(clock)
  const inFlight = new InFlight()
  const specs = written.map((one) => faultSchema.parse(one))
  const faults = new ApiFaults(makeFaultsOf(specs, 'api'), new FaultWorld(new Seed(1), clock, trace, 0), inFlight)
  /** The error that a call is refused with, or null. */
  const call = (service: ApiService, operation: string, isConditional = true): AwsError | null => {
    try {
      faults.begin(service)?.admit(operation, isConditional)
      return null
    } catch (error) {
      if (error instanceof AwsError) return error
      throw error
    }
  }
  return { clock, trace, inFlight, faults, call }
}

const DEPLOY = { api: 'CreateDeployment' }

it.each([
  ['greengrass', 'CreateDeployment', 'ThrottlingException', 429],
  ['iot', 'SearchIndex', 'ThrottlingException', 400],
  ['iotdata', 'GetThingShadow', 'ThrottlingException', 429],
  ['events', 'PutEvents', 'ThrottlingException', 400],
  ['sns', 'Publish', 'ThrottledException', 429],
] as const)('%s throttles %s as %s, %i', (service, operation, name, statusCode) => {
  const { call } = faultsOf({ kind: 'api-throttle', in: { api: operation }, share: '100 %' })
  expect(call(service, operation)).toMatchObject({ name, statusCode, message: 'Rate exceeded' })
})

it('a rate is a token bucket with the capacity of one second that fills in simulated time', () => {
  const { call, clock } = faultsOf({ kind: 'api-throttle', in: DEPLOY, rate: '2/s' })
  const refused = (): boolean => call('greengrass', 'CreateDeployment') !== null
  expect([refused(), refused(), refused()]).toEqual([false, false, true])
  clockAt(clock, 400)
  expect(refused()).toBe(true)
  clockAt(clock, 500)
  expect([refused(), refused()]).toEqual([false, true])
  clockAt(clock, 60_000)
  expect([refused(), refused(), refused()]).toEqual([false, false, true])
})

it.each([
  [{ kind: 'api-error' }, 'greengrass', 'CreateDeployment', 'InternalServerException', 500],
  [{ kind: 'api-error' }, 'iot', 'SearchIndex', 'InternalFailureException', 500],
  [{ kind: 'api-error', status: 503 }, 'iot', 'SearchIndex', 'ServiceUnavailableException', 503],
  [{ kind: 'api-error' }, 'dynamodb', 'GetItem', 'InternalServerError', 500],
  [{ kind: 'api-conflict' }, 'greengrass', 'CancelDeployment', 'ConflictException', 409],
  [{ kind: 'api-conflict' }, 'dynamodb', 'PutItem', 'ConditionalCheckFailedException', 400],
] as const)('%j on %s %s is %s, %i', (fault, service, operation, name, statusCode) => {
  const { call } = faultsOf({ ...fault, in: { api: operation } })
  expect(call(service, operation)).toMatchObject({ name, statusCode })
})

it('a write without a condition cannot conflict', () => {
  expect(faultsOf({ kind: 'api-conflict', in: { api: 'PutItem' } }).call('dynamodb', 'PutItem', false)).toBeNull()
})

it('acts on its operation, in its window, on its share of calls', () => {
  const fault = { kind: 'api-error', in: DEPLOY, from: '10min', for: '10min', share: '30 %' }
  const { call, clock } = faultsOf(fault)
  const failures = (): number =>
    Array.from({ length: 1_000 }, () => call('greengrass', 'CreateDeployment')).filter((error) => error !== null).length
  expect(failures()).toBe(0)
  clockAt(clock, 10 * MINUTE_MS)
  expect(failures()).toBeGreaterThan(250)
  expect(failures()).toBeLessThan(350)
  expect(call('greengrass', 'CancelDeployment')).toBeNull()
  clockAt(clock, 20 * MINUTE_MS)
  expect(failures()).toBe(0)
})

it('records when it first acts, and on what', () => {
  const { call, clock, trace } = faultsOf({ kind: 'api-error', in: { service: 'greengrass' }, from: '1min' })
  call('greengrass', 'CreateDeployment')
  clockAt(clock, MINUTE_MS)
  for (let i = 0; i < 3; i++) call('greengrass', 'CreateDeployment')
  trace.flush()
  expect(trace.records).toMatchObject([
    {
      atMs: MINUTE_MS,
      kind: 'fault-started',
      fault: 0,
      faultKind: 'api-error',
      thing: null,
      target: 'CreateDeployment',
    },
  ])
})

it('an additional fault changes nothing of those before it', () => {
  const half = { kind: 'api-error', in: DEPLOY, share: '50 %' }
  const other = { kind: 'api-throttle', in: { service: 'iot' }, share: '50 %' }
  const [one, both] = [faultsOf(half), faultsOf(half, other)]
  const outcomes = ({ call }: typeof one) =>
    Array.from({ length: 50 }, () => {
      call('iot', 'SearchIndex')
      return call('greengrass', 'CreateDeployment') === null
    })
  expect(outcomes(both)).toEqual(outcomes(one))
  expect(new Set(outcomes(one)).size).toBe(2)
})

it('delays a response on the virtual clock; its caller is not in flight meanwhile', async () => {
  const { faults, inFlight, clock } = faultsOf({ kind: 'api-latency', in: DEPLOY, delay: '20s', jitter: '5s' })
  inFlight.begin(HANDLER)
  const call = faults.begin('greengrass')
  call?.admit('CreateDeployment')
  expect(call?.isLate).toBe(true)
  const reply = call?.reply()
  expect(inFlight.pending()).toEqual({})
  expect(clock.nextAtMs()).toBeGreaterThanOrEqual(15_000)
  expect(clock.nextAtMs()).toBeLessThanOrEqual(25_000)
  clock.advance()
  expect(await reply).toBe('arrives')
  expect(inFlight.pending()).toEqual({ [HANDLER]: 1 })
})

it('a lost reply is lost after the operation was admitted', async () => {
  const call = faultsOf({ kind: 'lost-reply', in: DEPLOY }).faults.begin('greengrass')
  call?.admit('CreateDeployment')
  expect(await call?.reply()).toBe('lost')
})

it.each([
  [{ kind: 'api-error', in: { api: 'CreateDeploymen' } }, 'CreateDeployment'],
  [{ kind: 'api-error', in: {} }, 'has no target'],
  [{ kind: 'api-error', in: { api: 'CreateDeployment', service: 'iot' } }, 'is not an operation of this service'],
  [{ kind: 'api-throttle', in: DEPLOY }, 'set either'],
  [{ kind: 'api-throttle', in: DEPLOY, rate: '2' }, 'is not a rate of calls (/s); write it with its unit'],
  [{ kind: 'api-latency', in: DEPLOY, delay: '1s', jitter: '2s' }, 'must not be longer than'],
])('%j is refused', (written, message) => {
  expect(JSON.stringify(faultSchema.safeParse(written).error?.issues)).toContain(message)
})
