import { beforeEach, describe, expect, it } from 'vitest'
import type { Ports } from '../../../controller/ports/ports.ts'
import type { Outcome } from '../../../controller/reconcile/reconcile.ts'
import type { Functions } from '../../../scenarios/world/functions.ts'
import { LambdaFaults } from '../../../scenarios/world/lambda-faults.ts'
import { LambdaHost } from '../../../scenarios/world/lambda-host.ts'
import { faultSchema, makeFaultsOf } from '../../../sim/faults/catalogue.ts'
import { FaultWorld } from '../../../sim/faults/families/fault-world.ts'
import { VirtualClock } from '../../../sim/kernel/clock.ts'
import { InFlight } from '../../../sim/kernel/in-flight.ts'
import { OutsideClients } from '../../../sim/kernel/outside-clients.ts'
import { Seed } from '../../../sim/kernel/random.ts'
import { Trace } from '../../../sim/kernel/trace.ts'

const WAITING: Outcome = {
  rolloutId: 'r',
  state: 'waiting',
  stage: 'canary',
  verdict: null,
  decision: { kind: 'wait', reason: { code: 'NO_ROLLOUT', data: {} } },
}

let clock: VirtualClock
let outside: OutsideClients
let trace: Trace
let inFlight: InFlight
let host: LambdaHost
/** Effects of the calls, in order. */
let effects: string[]

beforeEach(() => {
  clock = new VirtualClock(0)
  trace = new Trace(clock)
  outside = new OutsideClients(clock, trace)
  inFlight = new InFlight()
  host = new LambdaHost(inFlight)
  effects = []
})

/** A function of three calls under a fault. Calls take some turns of the event loop, more for the first invocation. */
function install(...written: object[]): void {
  let invocations = 0
  const ports = {
    store: {
      put: async (key: string) => {
        for (let turn = 0; turn < 10; turn++) await Promise.resolve()
        effects.push(key)
      },
    },
  } as unknown as Ports
  const functionsOn = ({ store }: Ports): Functions => {
    const work = async (): Promise<Outcome> => {
      invocations += 1
      const own = `${invocations}`
      for (const step of ['a', 'b', 'c']) await store.put(own + step, {})
      return WAITING
    }
    return { analyze: work, promote: work, start: work } as unknown as Functions
  }
  const specs = written.map((one) => faultSchema.parse({ in: { lambda: 'analyze' }, ...one }))
  const world = { world: new FaultWorld(new Seed(1), clock, trace, 0), inFlight }
  const faults = new LambdaFaults(makeFaultsOf(specs, 'lambda'), world, ports, functionsOn)
  host.install(functionsOn(ports), { trace, clock, outside }, faults)
}

async function invoke(name: keyof Functions = 'analyze'): Promise<void> {
  host.invoke(host.arnOf(name), {})
  await inFlight.settled()
}

const recorded = (): object[] => {
  trace.flush()
  return trace.records.map(({ kind, atMs, ...rest }) => ({ kind, atMs, ...rest }))
}

describe('an invocation that is killed', () => {
  it.each([
    [{ call: 2 }, ['1a']],
    [{ call: 2, when: 'after' }, ['1a', '1b']],
    [{ call: 1 }, []],
    [{ call: 9 }, ['1a', '1b', '1c']],
  ])('%j leaves %j, and nothing in flight', async (fault, left) => {
    install({ kind: 'lambda-killed', ...fault })
    await invoke()
    expect(effects).toEqual(left)
    expect(inFlight.pending()).toEqual({})
    const died = fault.call < 9
    expect(recorded().some((one) => 'error' in one && one.error === 'Runtime.ExitError')).toBe(died)
    expect(recorded().some((one) => 'faultKind' in one && 'target' in one && one.target === 'analyze')).toBe(died)
    expect(host.isOver()).toBe(false)
  })

  it('does not affect another function', async () => {
    install({ kind: 'lambda-killed', call: 2 })
    await invoke('promote')
    expect(effects).toEqual(['1a', '1b', '1c'])
  })
})

it('a hanging invocation lets time pass until its limit; waiting ones run then', async () => {
  install({ kind: 'lambda-timeout', call: 2, after: '30s', for: '1s' })
  await invoke()
  expect(effects).toEqual(['1a', '1b'])
  await invoke('promote')
  expect(effects).toEqual(['1a', '1b'])
  expect(clock.nextAtMs()).toBe(30_000)
  clock.advance()
  await inFlight.settled()
  expect(effects).toEqual(['1a', '1b', '2a', '2b', '2c'])
  expect(recorded()).toContainEqual(
    expect.objectContaining({
      atMs: 30_000,
      error: 'Sandbox.Timedout',
      message: 'Task timed out after 30.00 seconds',
    }),
  )
})

it('two concurrent invocations take turns at every call, in the same order however long calls take', async () => {
  install({ kind: 'lambda-duplicate' })
  await invoke()
  expect(effects).toEqual(['1a', '2a', '1b', '2b', '1c', '2c'])
  expect(host.cost.evaluations).toBe(2)
})

it('of two concurrent invocations one may be killed, and the other continues', async () => {
  install({ kind: 'lambda-duplicate' }, { kind: 'lambda-killed', call: 2, share: '50 %' })
  for (let i = 0; i < 8; i++) await invoke()
  const whole = effects.filter((key) => key.endsWith('c')).length
  expect(whole).toBeGreaterThan(2)
  expect(whole).toBeLessThan(14)
  expect(effects.filter((key) => key.endsWith('a'))).toHaveLength(16)
  expect(inFlight.pending()).toEqual({})
})

it('affects its share of the invocations, in its window', async () => {
  install({ kind: 'lambda-killed', call: 1, from: '1min', for: '1min', share: '50 %' })
  for (let i = 0; i < 10; i++) await invoke()
  expect(effects).toHaveLength(30)
  clock.at(60_000, () => undefined)
  clock.advance()
  for (let i = 0; i < 20; i++) await invoke()
  expect(effects.length - 30).toBeGreaterThan(3 * 3)
  expect(effects.length - 30).toBeLessThan(3 * 17)
})
