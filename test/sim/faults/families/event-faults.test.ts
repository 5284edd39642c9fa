import { expect, it } from 'vitest'
import type { CloudContext } from '../../../../sim/cloud/base/cloud-context.ts'
import { bindOperations } from '../../../../sim/cloud/base/operations.ts'
import { DEFAULT_QUOTAS } from '../../../../sim/cloud/base/quotas.ts'
import { EventBus } from '../../../../sim/cloud/events/event-bus.ts'
import { ruleOperations } from '../../../../sim/cloud/events/rule-operations.ts'
import { faultSchema, makeFaultsOf } from '../../../../sim/faults/catalogue.ts'
import { eventFates } from '../../../../sim/faults/families/event-faults.ts'
import { FaultWorld } from '../../../../sim/faults/families/fault-world.ts'
import { Priority, VirtualClock } from '../../../../sim/kernel/clock.ts'
import { Seed } from '../../../../sim/kernel/random.ts'
import { Trace } from '../../../../sim/kernel/trace.ts'

const MINUTE_MS = 60_000

/** The deliveries of one hour on a bus with a tick every 5 minutes and a rule on `PutEvents`. */
function hourOf(...written: object[]) {
  const clock = new VirtualClock(0)
  const trace = new Trace(clock)
  const seed = new Seed(1)
  const specs = written.map((one) => faultSchema.parse(one))
  const world = new FaultWorld(seed, clock, trace, 0)
  const delivered: { atMs: number; type: string; time: string; phase: number }[] = []
  const stream: CloudContext['stream'] = (label) => seed.stream(label)
  const ctx = { clock, trace, region: 'r', accountId: 'a', quotas: DEFAULT_QUOTAS, stream } as unknown as CloudContext
  const bus = new EventBus(
    ctx,
    (_, event) => {
      const { 'detail-type': type, time } = event as { 'detail-type': string; time: string }
      delivered.push({ atMs: clock.nowMs(), type, time, phase: clock.phase() })
    },
    eventFates(makeFaultsOf(specs, 'event'), world),
  )
  const { PutRule, PutTargets } = bindOperations(ruleOperations, { events: bus })
  PutRule({ Name: 'tick', ScheduleExpression: 'rate(5 minutes)' })
  PutTargets({ Rule: 'tick', Targets: [{ Id: 'a', Arn: 'arn:aws:lambda:r:a:function:tick' }] })
  PutRule({ Name: 'news', EventPattern: JSON.stringify({ source: ['ours'] }) })
  PutTargets({ Rule: 'news', Targets: [{ Id: 'a', Arn: 'arn:aws:lambda:r:a:function:news' }] })
  for (let minute = 0; minute < 60; minute++) {
    clock.at(minute * MINUTE_MS, () => {
      bus.put({ source: 'ours', detailType: 'Firmware Rollout Stage Passed', detail: {}, resources: [] })
    })
  }
  while ((clock.nextAtMs() ?? 0) <= 60 * MINUTE_MS) clock.advance()
  trace.flush()
  const of = (type: string) => delivered.filter((one) => one.type === type)
  return { ticks: of('Scheduled Event'), news: of('Firmware Rollout Stage Passed'), trace }
}

const TICKS = { detailType: 'Scheduled Event' }
const usual = hourOf()

it('without faults every tick is on time and every event a little later', () => {
  expect(usual.ticks.map(({ atMs }) => atMs / MINUTE_MS)).toEqual([5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60])
  expect(usual.news).toHaveLength(60)
})

it('ticks are lost in the window, with the onset recorded; nothing else changes', () => {
  const { ticks, news, trace } = hourOf({ kind: 'event-lost', in: TICKS, from: '20min', for: '20min' })
  expect(ticks.map(({ atMs }) => atMs / MINUTE_MS)).toEqual([5, 10, 15, 40, 45, 50, 55, 60])
  expect(news).toEqual(usual.news)
  expect(trace.records.filter(({ kind }) => kind === 'fault-started')).toMatchObject([
    { atMs: 20 * MINUTE_MS, faultKind: 'event-lost', thing: null, target: 'Scheduled Event' },
  ])
})

it('a share is lost', () => {
  const { news } = hourOf({ kind: 'event-lost', in: { events: 'all' }, share: '50 %' })
  expect(news.length).toBeGreaterThan(15)
  expect(news.length).toBeLessThan(45)
})

it('a copy arrives after the original and is the same event', () => {
  const { ticks } = hourOf({ kind: 'event-duplicated', in: TICKS, after: '2s', for: '6min' })
  expect(ticks.slice(0, 3).map(({ atMs }) => atMs)).toEqual([300_000, 302_000, 600_000])
  expect(ticks[1]?.time).toBe(ticks[0]?.time)
})

it('a late tick keeps its scheduled time, and comes in the last phase of its millisecond', () => {
  const { ticks } = hourOf({ kind: 'event-late', in: TICKS, delay: '90s', for: '6min' })
  expect(ticks[0]).toEqual({
    atMs: 390_000,
    type: 'Scheduled Event',
    time: '1970-01-01T00:05:00Z',
    phase: Priority.schedule,
  })
})

it('delayed events overtake each other, and none is lost', () => {
  const { ticks } = hourOf({ kind: 'event-reordered', in: TICKS, within: '12min', for: '40min' })
  const times = ticks.map(({ time }) => time)
  expect([...times].sort()).toEqual(usual.ticks.slice(0, times.length).map(({ time }) => time))
  expect(times).not.toEqual([...times].sort())
})

it('faults act one after the other', () => {
  const twice = { kind: 'event-duplicated', in: TICKS, after: '2s', for: '6min' }
  const { ticks } = hourOf(twice, { kind: 'event-late', in: TICKS, delay: '10s', for: '6min' })
  expect(ticks.slice(0, 2).map(({ atMs }) => atMs)).toEqual([310_000, 312_000])
})

it.each([
  [{ kind: 'event-lost', in: {} }, 'has no target'],
  [{ kind: 'event-lost', in: { detailType: 'Scheduled Evnt' } }, 'Scheduled Event'],
  [{ kind: 'event-late', in: TICKS, delay: '1s', jitter: '2s' }, 'must not be longer than'],
])('%j is refused', (written, message) => {
  expect(JSON.stringify(faultSchema.safeParse(written).error?.issues)).toContain(message)
})
