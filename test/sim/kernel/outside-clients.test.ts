import { beforeEach, expect, it } from 'vitest'
import type { OutsideClient } from '../../../sim/kernel/client-activity.ts'
import { VirtualClock } from '../../../sim/kernel/clock.ts'
import { OutsideClients } from '../../../sim/kernel/outside-clients.ts'
import { Trace } from '../../../sim/kernel/trace.ts'

const KEY: OutsideClient = { by: 'access-key', id: 'AKIDEXAMPLE' }
const change = { code: 'MESSAGE_TAKEN', data: { client: KEY, request: 'r' } } as const

let clock: VirtualClock
let trace: Trace
let outside: OutsideClients

beforeEach(() => {
  clock = new VirtualClock(1_000)
  trace = new Trace(clock)
  outside = new OutsideClients(clock, trace)
})

function advanceTo(atMs: number): void {
  clock.at(atMs, () => undefined)
  clock.advance()
}

it('keeps what each client did, how often and when', () => {
  outside.changed(KEY, 'iot CreateThing', change)
  outside.read(KEY, 'iot ListThings')
  outside.failed(KEY, 'iot DeleteJob', 'InvalidRequestException', 'no')
  advanceTo(3_000)
  outside.changed(KEY, 'iot CreateThing', change)
  outside.read(KEY, 'iot ListThings')
  outside.read({ by: 'client-id', id: 'mosq' }, 'SUBSCRIBE #')
  expect(outside.activity()).toEqual([
    {
      client: KEY,
      changes: [{ request: 'iot CreateThing', count: 2, firstAtMs: 1_000, lastAtMs: 3_000 }],
      reads: { 'iot ListThings': 2 },
      errors: [
        {
          request: 'iot DeleteJob',
          error: 'InvalidRequestException',
          message: 'no',
          count: 1,
          firstAtMs: 1_000,
          lastAtMs: 1_000,
        },
      ],
    },
    { client: { by: 'client-id', id: 'mosq' }, changes: [], reads: { 'SUBSCRIBE #': 1 }, errors: [] },
  ])
})

it('records changes as interventions; reads and errors leave the trace as it is', () => {
  const digest = trace.digest()
  outside.read(KEY, 'x')
  outside.failed(KEY, 'x', 'E', 'm')
  expect(trace.digest()).toBe(digest)
  outside.changed(KEY, 'x', change)
  expect(trace.digest()).not.toBe(digest)
  expect(trace.records).toMatchObject([{ kind: 'intervention', source: 'client', code: 'MESSAGE_TAKEN' }])
})

it('names the client in what its request leads to, and in nothing else', () => {
  const event = { kind: 'device-connected', thing: 'a' } as const
  outside.serve(KEY, () => trace.record('core/a', event))
  expect(() =>
    outside.serve(KEY, () => {
      throw new Error('refused')
    }),
  ).toThrow('refused')
  trace.record('core/b', event)
  trace.flush()
  expect(trace.records.map(({ client }) => client)).toEqual([KEY, undefined])
})

it('keeps a bounded amount of a flood of clients, names and changes', () => {
  for (let i = 0; i < 3_000; i++) {
    outside.read({ by: 'client-id', id: `c${i}` }, 'x')
    outside.failed(KEY, `r${i}`, 'E', 'm'.repeat(10_000))
    outside.changed(KEY, 'publish', change)
  }
  trace.flush()
  const activity = outside.activity()
  expect(activity.length).toBeLessThan(1_100)
  const own = activity.find(({ client }) => client.by === 'access-key')
  expect(own?.errors.length).toBeLessThan(1_100)
  expect(own?.errors.at(-1)).toMatchObject({ request: 'others' })
  expect(own?.changes).toMatchObject([{ count: 3_000 }])
  expect(JSON.stringify(activity).length).toBeLessThan(2_000_000)
  expect(trace.records).toHaveLength(100)
})
