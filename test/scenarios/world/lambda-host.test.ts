import { beforeEach, describe, expect, it } from 'vitest'
import { ROLLOUT_EVENT_SOURCE, STAGE_PASSED_EVENT } from '../../../controller/contract.ts'
import type { Outcome } from '../../../controller/reconcile/reconcile.ts'
import type { Functions } from '../../../scenarios/world/functions.ts'
import { LambdaHost } from '../../../scenarios/world/lambda-host.ts'
import type { OutsideClient } from '../../../sim/kernel/client-activity.ts'
import { VirtualClock } from '../../../sim/kernel/clock.ts'
import { InFlight } from '../../../sim/kernel/in-flight.ts'
import { OutsideClients } from '../../../sim/kernel/outside-clients.ts'
import { Trace } from '../../../sim/kernel/trace.ts'

let inFlight: InFlight
let host: LambdaHost
let trace: Trace
let clock: VirtualClock
let outside: OutsideClients

beforeEach(() => {
  inFlight = new InFlight()
  host = new LambdaHost(inFlight)
  clock = new VirtualClock(0)
  trace = new Trace(clock)
  outside = new OutsideClients(clock, trace)
})

const WAITING: Outcome = {
  rolloutId: 'r',
  state: 'waiting',
  stage: 'canary',
  verdict: null,
  decision: { kind: 'wait', reason: { code: 'NO_ROLLOUT', data: {} } },
}

async function invoke(name: keyof Functions, work: () => Promise<Outcome>): Promise<void> {
  const functions = { analyze: work, promote: work, start: work } as unknown as Functions
  host.install(functions, { trace, clock, outside })
  host.invoke(host.arnOf(name), {})
  await inFlight.settled()
}

const awsError = (name: string): Error => Object.assign(new Error('said AWS'), { name, $metadata: {} })

it.each(['ThrottlingException', 'InternalServerException', 'ConflictException'])(
  'leaves %s of AWS to the next scheduled invocation, and records it',
  async (name) => {
    await invoke('analyze', () => Promise.reject(awsError(name)))
    expect(host.isOver()).toBe(false)
    trace.flush()
    expect(trace.records).toMatchObject([{ kind: 'handler-failed', handler: 'analyze', error: name }])
  },
)

it.each(['ValidationException', 'InvalidRequestException', 'NotEmulated'])(
  'ends the rehearsal after a wrong request (%s)',
  async (name) => {
    await invoke('analyze', () => Promise.reject(awsError(name)))
    expect(() => host.isOver()).toThrow('said AWS')
  },
)

it('tries a start again after one and two minutes, as Lambda does, and then ends the rehearsal', async () => {
  let tries: number[] = []
  await invoke('start', () => {
    tries = [...tries, clock.nowMs()]
    return Promise.reject(awsError('ThrottlingException'))
  })
  while (clock.advance()) {
    expect(host.isOver()).toBe(false)
    await inFlight.settled()
  }
  expect(tries).toEqual([0, 60_000, 180_000])
  expect([host.isOver(), host.isRefused]).toEqual([false, true])
})

it('runs one invocation at a time, and counts them', async () => {
  const log: string[] = []
  const work = async (): Promise<Outcome> => {
    log.push('begins')
    await Promise.resolve()
    log.push('ends')
    return WAITING
  }
  host.install({ analyze: work, promote: work, start: work } as unknown as Functions, { trace, clock, outside })
  host.invoke(host.arnOf('analyze'), {})
  host.invoke(host.arnOf('promote'), {})
  await inFlight.settled()
  expect(log).toEqual(['begins', 'ends', 'begins', 'ends'])
  expect(host.cost.evaluations).toBe(2)
  expect(host.status).toBe('canary waiting')
})

it('is over when the expected rollout has ended, not by the end of the one before, which is recorded once', async () => {
  const ended = (rolloutId: string): Outcome => ({ ...WAITING, rolloutId, state: 'completed' })
  await invoke('analyze', async () => ended('first'))
  await invoke('analyze', async () => ended('first'))
  expect(host.isOver()).toBe(true)
  host.expectStart()
  await invoke('analyze', async () => ended('first'))
  expect(host.isOver()).toBe(false)
  await invoke('analyze', async () => ended('second'))
  expect(host.isOver()).toBe(true)
  trace.flush()
  expect(trace.records).toHaveLength(2)
})

it('drops the refusal of one rollout when it expects another, but keeps a bug', async () => {
  await invoke('start', () => Promise.reject(awsError('ThrottlingException')))
  host.expectStart()
  expect(host.isOver()).toBe(false)
  host.fail(new TypeError('a bug'))
  host.expectStart()
  expect(() => host.isOver()).toThrow('a bug')
})

const JO: OutsideClient = { by: 'access-key', id: 'AKIDJO' }
const PAUSED = { operation: 'pause', actor: 'jo', reason: 'r', result: 'accepted', answer: 'held', outcome: null }

describe('the function that operators call', () => {
  const install = (answer: object): void =>
    host.install({ operate: () => Promise.resolve(answer) } as unknown as Functions, { trace, clock, outside })
  const ANSWER = { operation: 'pause', actor: 'jo', reason: 'r', result: 'accepted', answer: 'held', outcome: null }

  it('is recorded with its answer, and so is the outcome of the rollout', async () => {
    install({ ...ANSWER, outcome: { ...WAITING, state: 'rolling-back' } })
    expect(await host.call('operate', { operation: 'pause', actor: 'jo' }, JO)).toMatchObject({ answer: 'held' })
    trace.flush()
    expect(trace.records).toMatchObject([
      { kind: 'intervention', code: 'OPERATION_INVOKED', data: { operation: 'pause', actor: 'jo', client: JO } },
      { kind: 'operation', operation: 'pause', actor: 'jo', reason: 'r', result: 'accepted', answer: 'held' },
      { kind: 'evaluated', handler: 'operate', state: 'rolling-back' },
    ])
    expect(host.status).toBe('canary rolling-back')
  })

  it('is not recorded when it only asks for the status', async () => {
    install({ ...ANSWER, operation: 'status' })
    await host.call('operate', { operation: 'status' }, JO)
    trace.flush()
    expect(trace.records).toEqual([])
  })

  it('fails only for its caller when the call came from outside', async () => {
    host.install({ analyze: () => Promise.reject(new Error('no time')) } as unknown as Functions, {
      trace,
      clock,
      outside,
    })
    await expect(host.call('analyze', {}, JO)).rejects.toThrow('no time')
    expect(host.isOver()).toBe(false)
    host.invoke(host.arnOf('analyze'), {})
    await inFlight.settled()
    expect(() => host.isOver()).toThrow('no time')
  })
})

describe('a delivery of EventBridge that a client from outside has caused', () => {
  const PASSED = { id: 'e1', source: ROLLOUT_EVENT_SOURCE, 'detail-type': STAGE_PASSED_EVENT, detail: {} }
  const TICK = { id: 'e2', source: 'aws.events', resources: ['arn:aws:events:eu-central-1:123456789012:rule/analyze'] }
  const FAILING = ['analyze', 'promote', 'start'].map((name) => [
    name,
    () => Promise.reject(new TypeError('no such field')),
  ])
  beforeEach(() => host.install(Object.fromEntries(FAILING) as unknown as Functions, { trace, clock, outside }))

  it.each([
    ['by its rule for start', 'start', PASSED],
    [
      'by its rule for analyze',
      'analyze',
      { ...TICK, resources: ['arn:aws:events:eu-central-1:123456789012:rule/mine'] },
    ],
    ['by its rule for promote', 'promote', TICK],
  ] as const)('%s fails alone', async (_, name, event) => {
    host.deliver(host.arnOf(name), event)
    await inFlight.settled()
    expect(host.isOver()).toBe(false)
    expect(outside.activity()).toMatchObject([
      { client: { id: 'events.amazonaws.com' }, errors: [{ request: `lambda Invoke ${name}`, error: 'TypeError' }] },
    ])
    expect(host.cost.evaluations).toBe(0)
  })

  it('by its event fails alone, under the name of who put the event', async () => {
    host.foreignEvents(['e1'], JO)
    host.deliver(host.arnOf('promote'), PASSED)
    await inFlight.settled()
    expect(host.isOver()).toBe(false)
    expect(outside.activity()).toMatchObject([{ client: JO, errors: [{ error: 'TypeError' }] }])
  })

  it.each([
    ['a function that does not exist', 'arn:aws:lambda:eu-central-1:123456789012:function:toString'],
    ['a function of another account', 'arn:aws:lambda:eu-central-1:210987654321:function:analyze'],
    ['what is no function', 'arn:aws:sqs:eu-central-1:123456789012:analyze'],
  ])('to %s fails alone', async (_, arn) => {
    host.deliver(arn, TICK)
    await inFlight.settled()
    expect(outside.activity()).toMatchObject([{ errors: [{ error: 'ResourceNotFoundException' }] }])
    trace.flush()
    expect(trace.records).toEqual([])
  })

  it('is told from the controller’s own, whose failures are bugs', async () => {
    host.deliver(host.arnOf('promote'), PASSED)
    await inFlight.settled()
    expect(() => host.isOver()).toThrow('no such field')
  })
})

it('orders an intervention behind what happened before it in its millisecond, and before what follows', async () => {
  host.install({ operate: async () => ({ ...PAUSED }) } as unknown as Functions, { trace, clock, outside })
  trace.record('z-device', { kind: 'device-connected', thing: 'before' })
  await host.call('operate', { operation: 'pause', actor: 'jo' }, JO)
  trace.record('a-device', { kind: 'device-connected', thing: 'after' })
  trace.flush()
  expect(trace.records.map(({ kind, source }) => `${source} ${kind}`)).toEqual([
    'z-device device-connected',
    'client intervention',
    'controller operation',
    'a-device device-connected',
  ])
})

it('answers the status without a trace, without faults, and as a read of the client', async () => {
  const faults = {
    invocations: () => {
      throw new Error('a fault counts its invocations')
    },
  }
  const functions = { operate: () => Promise.reject(new Error('not this one')) } as unknown as Functions
  host.install(functions, { trace, clock, outside }, faults, async () => ({ ...PAUSED, operation: 'status' }) as never)
  trace.record('z-device', { kind: 'device-connected', thing: 'before' })
  for (const event of [{ operation: 'status' }, { detail: { operation: 'status' } }])
    await host.call('operate', event, JO)
  trace.record('a-device', { kind: 'device-connected', thing: 'after' })
  trace.flush()
  expect(trace.records.map(({ source }) => source)).toEqual(['a-device', 'z-device'])
  expect(outside.activity()).toMatchObject([{ client: JO, reads: { 'lambda Invoke operate status': 2 }, changes: [] }])
  expect(host.cost.evaluations).toBe(0)
})

it('keeps an operation of a client under its name', async () => {
  host.install({ operate: async () => ({ ...PAUSED }) } as unknown as Functions, { trace, clock, outside })
  await host.call('operate', { operation: 'pause', actor: 'jo' }, JO)
  expect(outside.activity()).toMatchObject([{ client: JO, changes: [{ request: 'lambda Invoke operate', count: 1 }] }])
})
