import { describe, expect, it } from 'vitest'
import { LIVE_FAULTS } from '../../../scenarios/world/live-faults.ts'
import { faultSchema, type InjectableSpec } from '../../../sim/faults/catalogue.ts'
import type { TraceRecord } from '../../../sim/kernel/trace-events.ts'
import { CANARY, MINUTE_MS, NEW, OLD, play, type World } from '../faults/fixtures.ts'

const AT_MINUTE = 43
const spec = (written: object): InjectableSpec => faultSchema.parse(written) as InjectableSpec
const lineOf = (thing: string): number => Number(thing.split('-')[1])

/** What happened to the devices of a line, whatever happened elsewhere. */
const ofLine = ({ records }: World, line: number, untilMs = Number.POSITIVE_INFINITY): object[] =>
  records
    .filter((one) => 'thing' in one && one.thing !== null && lineOf(one.thing) === line && one.atMs < untilMs)
    .map(({ sequence, cause, ...event }) => event)

const looksOf = ({ evaluations }: World, line: number): object[] =>
  evaluations.map((evaluation) =>
    Object.fromEntries(Object.entries(evaluation).filter(([thing]) => lineOf(thing) === line)),
  )

describe.each(LIVE_FAULTS.map(({ text, specIn }) => [text, specIn({ line: 1 })] as const))(
  'injected: %s',
  (_, fault) => {
    const world = (level: 'model' | 'wire', faults: readonly InjectableSpec[]) =>
      play({
        faults: [],
        injected: faults.map((one) => [AT_MINUTE, one]),
        hours: 1.6,
        lines: 2,
        others: 1,
        level,
        lookEveryMs: 60_000,
      })

    it('acts on its line only, from this instant on, and alike at both levels', async () => {
      const [untouched, byModel] = [await world('model', []), await world('model', [fault])]
      const { startMs } = byModel
      const atMs = startMs + AT_MINUTE * MINUTE_MS
      const begun = byModel.records.filter((one) => one.kind === 'fault-started')
      expect(begun.map(({ thing }) => lineOf(thing as string))).toEqual([1, 1])
      expect(new Set(begun.map((one) => one.atMs))).toEqual(new Set([atMs]))
      expect([ofLine(byModel, 2), looksOf(byModel, 2)]).toEqual([ofLine(untouched, 2), looksOf(untouched, 2)])
      expect(ofLine(byModel, 1, atMs)).toEqual(ofLine(untouched, 1, atMs))
      expect(looksOf(byModel, 1).slice(0, AT_MINUTE)).toEqual(looksOf(untouched, 1).slice(0, AT_MINUTE))
      expect(looksOf(byModel, 1)).not.toEqual(looksOf(untouched, 1))
      const overWire = await world('wire', [fault])
      expect(overWire.records).toEqual(byModel.records)
      expect(overWire.evaluations).toEqual(byModel.evaluations)
      expect(overWire.shadows).toEqual(byModel.shadows)
    })
  },
)

describe('an injected fault', () => {
  const after = `${AT_MINUTE}min`
  it.each([
    ['a drift', [], { kind: 'cycle-drift', onset: '0h', rise: '25 %', over: '30min' }, { onset: after }],
    ['a burst of errors', [], { kind: 'error-rise', onset: '0h', factor: 4, for: '20min' }, { onset: after }],
    ['a noisy network', [], { kind: 'noisy-network', share: '5 %', for: '20min' }, { from: after }],
    ['a flapping link', [], { kind: 'offline', from: '0h', for: '3min', every: '10min' }, { from: after }],
    ['a fault that rests', [], { kind: 'unreadable-messages', sentBy: NEW, factor: 30 }, {}],
    [
      'a drift before a counter is full',
      [{ kind: 'counter-overflow', in: { fleet: 'all' }, cycles: 120 }],
      { kind: 'cycle-drift', onset: '0h', rise: '60 %', over: '1min' },
      { onset: after },
    ],
  ])('is as one of the scenario that begins at its time: %s', async (_, others, written, planned) => {
    const rests = written.kind === 'unreadable-messages'
    const where = { in: rests ? { firmware: OLD } : { line: 1 } }
    // An install that is yet to come would be one that the scenario's onset counts from.
    const deployments: Record<number, string> = rests ? { 70: NEW } : {}
    const common = { hours: 3, lines: 2, others: 2, lookEveryMs: 10 * MINUTE_MS, deployments, history: true }
    const [scenario, injected] = [
      await play({ ...common, faults: [...others, { ...written, ...where, ...planned }] }),
      await play({ ...common, faults: others, injected: [[AT_MINUTE, spec({ ...written, ...where })]] }),
    ]
    const begun = injected.records.flatMap((one) => (one.kind === 'fault-started' && one.thing !== null ? [one] : []))
    const onLine1 = begun.filter(({ thing }) => lineOf(thing as string) === 1).map(({ fault }) => fault)
    expect([...new Set(onLine1)].sort()).toEqual([...others, written].map((_, index) => index))
    expect(injected.records).toEqual(scenario.records)
    expect(injected.evaluations).toEqual(scenario.evaluations)
  })

  it('leaks from now on, not from the start of the process, and again in each process after it', async () => {
    const leak = spec({ kind: 'memory-leak', in: { device: CANARY }, rate: '300 MiB/h' })
    const common = { faults: [], hours: 5.5, deployments: {}, lookEveryMs: MINUTE_MS }
    const [untouched, { of, evaluations, onsets }] = [
      await play(common),
      await play({ ...common, injected: [[100, leak]] }),
    ]
    expect(onsets()).toEqual([100])
    const memory = evaluations.map((evaluation) => evaluation[CANARY]?.gauges.memoryMiB ?? 0)
    const leaked = memory.map((mib, minute) => mib - (untouched.evaluations[minute]?.[CANARY]?.gauges.memoryMiB ?? 0))
    expect(new Set(leaked.slice(1, 101))).toEqual(new Set([0]))
    // The sample may be a minute old.
    expect(leaked[160]).toBeGreaterThan(294)
    expect(leaked[160]).toBeLessThanOrEqual(301)
    const kills = of('firmware-crashed')
    expect(kills.map(({ reason }) => reason)).toEqual(Array(3).fill({ code: 'OUT_OF_MEMORY', data: { limitMiB: 512 } }))
  })

  it('for a version that comes later begins when this version starts', async () => {
    const [fault] = LIVE_FAULTS.map(({ specIn }) => specIn({ firmware: NEW }))
    const { onsets, of, states } = await play({
      faults: [],
      injected: [[5, fault as InjectableSpec]],
      hours: 1,
      deployments: { 20: NEW },
    })
    const installed = of('firmware-started').find(({ version }) => version === NEW)
    expect(of('fault-started').map(({ atMs }) => atMs)).toEqual([installed?.atMs])
    expect(onsets()[0]).toBeGreaterThan(20)
    expect(states().at(-1)).toBe(`${NEW} BROKEN`)
  })

  it('cuts the links of those that run the version at this moment', async () => {
    const cut = LIVE_FAULTS.map(({ specIn }) => specIn({ firmware: NEW })).find(({ kind }) => kind === 'offline')
    const { records } = await play({
      faults: [],
      injected: [
        [10, cut as InjectableSpec],
        [40, cut as InjectableSpec],
      ],
      hours: 1.5,
      others: 2,
    })
    const lost = records.filter((one: TraceRecord) => one.kind === 'device-disconnected')
    expect(lost.map(({ thing }) => thing)).toEqual([CANARY])
  })

  it('on one device moves no other, and no fault before it', async () => {
    const common = {
      faults: [{ kind: 'crash', in: { fleet: 'all' }, every: '40min' }],
      hours: 3,
      others: 2,
      deployments: {},
    }
    const drift = spec({ kind: 'cycle-drift', in: { device: CANARY }, onset: '0h', rise: '25 %', over: '1min' })
    const [untouched, touched] = [await play(common), await play({ ...common, injected: [[AT_MINUTE, drift]] })]
    for (const thing of Object.keys(untouched.last)) {
      expect(touched.of('firmware-crashed', thing).map(({ atMs }) => atMs)).toEqual(
        untouched.of('firmware-crashed', thing).map(({ atMs }) => atMs),
      )
      if (thing === CANARY) expect(touched.last[thing]).not.toEqual(untouched.last[thing])
      else expect(touched.last[thing]).toEqual(untouched.last[thing])
    }
  })
})
