import { describe, expect, it } from 'vitest'
import { faultSchema, type LinkOutageSpec, makeFault, type ProcessFaultSpec } from '../../../sim/faults/catalogue.ts'
import type { ProcessFault, ProcessView } from '../../../sim/faults/families/process-fault.ts'
import { DEFAULT_PLANT, type PlantShift } from '../../../sim/plant/settings.ts'

const HOUR_MS = 3_600_000
const EVERYWHERE = { fleet: 'all' } as const
const view = (over: Partial<ProcessView> = {}): ProcessView => ({
  installedAtMs: 0,
  startedAtMs: 0,
  worldStartMs: 0,
  boot: 1,
  baseMemoryMiB: 152,
  memoryLimitMiB: 512,
  plantTime: () => ({
    shift: DEFAULT_PLANT.shifts[0] as PlantShift,
    isWeekend: false,
    day: 0,
    startMs: 0,
    volume: 1,
  }),
  counterFullAtMs: Number.POSITIVE_INFINITY,
  ...over,
})
/** As a scenario file writes it. */
const fault = (written: object, draws: readonly number[] = [0.5]): ProcessFault =>
  makeFault(
    faultSchema.parse({ in: EVERYWHERE, ...written }) as ProcessFaultSpec,
    (n) => draws[n % draws.length] as number,
  )
const effectsAt = (one: ProcessFault, hours: readonly number[], of: ProcessView = view()) =>
  hours.map((hour) => one.effect?.(of, hour * HOUR_MS))

describe('a memory leak', () => {
  it('grows linearly from its onset to the limit', () => {
    const leak = fault({ kind: 'memory-leak', rate: '36 MiB/h', after: '2h' })
    expect(leak.onsetMs(view())).toBe(2 * HOUR_MS)
    expect(effectsAt(leak, [1, 2, 3, 12])).toEqual(
      [0, 0, 36, 360].map((extraMemoryMiB) => ({ extraMemoryMiB: expect.closeTo(extraMemoryMiB, 6) })),
    )
    expect(leak.death?.(view())).toMatchObject({ atMs: 12 * HOUR_MS, exitCode: 137 })
  })

  it('in steps is constant between them, and dies on the step that exceeds the limit', () => {
    const leak = fault({ kind: 'memory-leak', rate: '36 MiB/h', every: '4h' })
    expect(effectsAt(leak, [3.9, 4, 7.9, 8])).toEqual(
      [0, 144, 144, 288].map((extraMemoryMiB) => ({ extraMemoryMiB: expect.closeTo(extraMemoryMiB, 6) })),
    )
    expect(leak.death?.(view())?.atMs).toBe(12 * HOUR_MS)
  })
})

describe('a cycle drift', () => {
  it('grows without limit at a rate', () => {
    const drift = fault({ kind: 'cycle-drift', onset: '12h', rate: '4 %/h' })
    expect(effectsAt(drift, [12, 14.5])).toEqual([{ cycleTimeFactor: 1 }, { cycleTimeFactor: 1.1 }])
  })

  it('rises along an S-curve and stays constant', () => {
    const drift = fault({ kind: 'cycle-drift', onset: '1h', rise: '20 %', over: '4h' })
    const factors = effectsAt(drift, [1, 2, 3, 4, 5, 50]).map((effect) => effect?.cycleTimeFactor)
    expect(factors).toEqual([1, 1.03125, 1.1, 1.16875, 1.2, 1.2].map((factor) => expect.closeTo(factor, 9)))
  })
})

describe('a fault that needs load', () => {
  // Shifts begin at 6, 14 and 22 h; the second day is a weekend.
  const plantTime = (atMs: number) => {
    const hour = (atMs / HOUR_MS) % 24
    const shift = DEFAULT_PLANT.shifts[hour >= 6 && hour < 14 ? 0 : hour >= 14 && hour < 22 ? 1 : 2] as PlantShift
    const day = Math.floor(atMs / HOUR_MS / 24)
    return { shift, isWeekend: day === 1, day, startMs: 0, volume: shift.volume }
  }

  it('acts in the minutes that begin in its shift, on working days; its onset is the first of them', () => {
    const loaded = fault({ kind: 'error-rise', factor: 3, onset: '2h', during: 'first' })
    const minute = 1 / 60
    const hours = [2, 6, 6 + minute, 14, 14 + minute, 24 + 8, 48 + 8]
    const factors = effectsAt(loaded, hours, view({ plantTime })).map((effect) => effect?.errorRateFactor ?? 1)
    expect(factors).toEqual([1, 1, 3, 3, 1, 1, 3])
    expect(loaded.onsetMs(view({ plantTime }))).toBe(6 * HOUR_MS)
    expect(loaded.onsetMs(view({ plantTime, installedAtMs: 7 * HOUR_MS }))).toBe(9 * HOUR_MS)
    expect(loaded.onsetMs(view({ plantTime, installedAtMs: 13 * HOUR_MS }))).toBe((48 + 6) * HOUR_MS)
  })

  it('may drift as well as err', () => {
    const loaded = fault({ kind: 'cycle-drift', onset: '0h', rate: '10 %/h', during: 'second' })
    const factors = effectsAt(loaded, [10, 15], view({ plantTime })).map((effect) => effect?.cycleTimeFactor)
    expect(factors).toEqual([undefined, 2.5])
  })
})

describe('a clock', () => {
  const offsetsMin = (written: object, hours: readonly number[], of: ProcessView) =>
    hours.map((hour) => (fault(written).clockOffsetMs?.(of, hour * HOUR_MS) ?? 0) / 60_000)

  it('is off by a jump from the start of the rehearsal, or drifts from the install on', () => {
    const of = view({ installedAtMs: 2 * HOUR_MS, startedAtMs: 3 * HOUR_MS })
    expect(offsetsMin({ kind: 'clock-skew', behind: '90min' }, [0, 9], of)).toEqual([-90, -90])
    const drifting = { kind: 'clock-skew', in: { firmware: '2.4.0' }, ahead: '8min', over: '4h' }
    expect(offsetsMin(drifting, [2, 3, 6, 7], of)).toEqual([0, 2, 8, 8])
    expect(fault(drifting).onsetMs(of)).toBe(2 * HOUR_MS)
  })
})

describe('a crash', () => {
  it('at random has an exponential time between crashes, with a new draw for each process', () => {
    const draws = Array.from({ length: 10_000 }, (_, i) => ((i * 7_919) % 10_007) / 10_007)
    const crash = fault({ kind: 'crash', every: '6h' }, draws)
    const uptimesMs = draws
      .map((_, boot) => crash.death?.(view({ boot, startedAtMs: 5 }))?.atMs as number)
      .map((atMs) => atMs - 5)
    const meanHours = uptimesMs.reduce((sum, ms) => sum + ms, 0) / uptimesMs.length / HOUR_MS
    expect(meanHours).toBeCloseTo(6, 1)
    // Memoryless: a share of e^-1 outlives the mean.
    expect(uptimesMs.filter((ms) => ms > 6 * HOUR_MS).length / uptimesMs.length).toBeCloseTo(Math.exp(-1), 2)
    expect(crash.onsetMs(view({ boot: 3 }))).toBe(crash.death?.(view({ boot: 3 }))?.atMs)
  })
})

describe('an error rise', () => {
  it('is a burst or a step', () => {
    const burst = fault({ kind: 'error-rise', factor: 5, onset: '2h', for: '30min' })
    expect(effectsAt(burst, [1.9, 2, 2.4, 2.5])).toEqual([{}, { errorRateFactor: 5 }, { errorRateFactor: 5 }, {}])
    const step = fault({ kind: 'error-rise', factor: 2, onset: '0h' })
    expect(effectsAt(step, [0, 1_000])).toEqual([{ errorRateFactor: 2 }, { errorRateFactor: 2 }])
  })
})

describe('a change after the install', () => {
  it('comes all at once, or grows evenly, and may end', () => {
    const units = fault({ kind: 'units-drop', share: '20 %', onset: '2h', for: '3h' })
    expect(units.onsetMs(view({ installedAtMs: HOUR_MS }))).toBe(3 * HOUR_MS)
    expect(effectsAt(units, [1.9, 2, 4.9, 5])).toEqual([{}, { unitLossShare: 0.2 }, { unitLossShare: 0.2 }, {}])
    const quality = fault({ kind: 'quality-drop', share: '20 %', over: '4h' })
    const shares = effectsAt(quality, [1, 2, 4, 9]).map((effect) => effect?.qualityFailureShare)
    expect(shares).toEqual([0.05, 0.1, 0.2, 0.2])
    const jitter = fault({ kind: 'cycle-time-jitter', factor: 3, over: '4h' })
    expect(effectsAt(jitter, [2, 4])).toEqual([{ cycleSpreadFactor: 2 }, { cycleSpreadFactor: 3 }])
  })

  it("acts on one of the plant's own metrics", () => {
    const at = (written: object) => effectsAt(fault({ metric: 'torqueNm', ...written }), [1, 2])
    const name = 'torqueNm'
    expect(at({ kind: 'metric-shift', by: '-10 %', over: '2h' })).toEqual([
      { metric: { name, factor: 0.95 } },
      { metric: { name, factor: 0.9 } },
    ])
    expect(at({ kind: 'metric-shift', by: '+4 Nm', over: '2h' })).toEqual([
      { metric: { name, add: 2 } },
      { metric: { name, add: 4 } },
    ])
    expect(at({ kind: 'metric-spread', factor: 3, onset: '2h' })).toEqual([{}, { metric: { name, spreadFactor: 3 } }])
    expect(at({ kind: 'metric-missing', onset: '2h' })).toEqual([{}, { metric: { name, isMissing: true } }])
  })
})

describe('a noisy network', () => {
  it('does not depend on releases: it counts from the start of the rehearsal', () => {
    const noise = fault({ kind: 'noisy-network', share: '3 %', from: '1h', for: '2h' })
    const late = view({ installedAtMs: 2.5 * HOUR_MS, startedAtMs: 2.5 * HOUR_MS })
    expect(noise.onsetMs(late)).toBe(HOUR_MS)
    expect(effectsAt(noise, [0.9, 1, 2.9, 3], late)).toEqual([
      {},
      { connectionFailureShare: 0.03 },
      { connectionFailureShare: 0.03 },
      {},
    ])
  })
})

it('a hang names its script', () => {
  expect(fault({ kind: 'hang', at: 'install' }).hangsIn).toBe('install')
})

it.each([
  [{ kind: 'crash', in: EVERYWHERE }, 'set one of'],
  [{ kind: 'crash', in: EVERYWHERE, at: 'start', after: '1h' }, 'set one of'],
  [{ kind: 'cycle-drift', in: EVERYWHERE, onset: '1h', rise: '3 %' }, 'set either'],
  [{ kind: 'cycle-drift', in: EVERYWHERE, onset: '1h', rate: '3 %/h', rise: '3 %', over: '1h' }, 'set either'],
  [{ kind: 'noisy-network', in: EVERYWHERE, share: 3 }, 'with its unit, such as "3 %"'],
  [{ kind: 'hang', in: {}, at: 'install' }, 'has no target'],
  [{ kind: 'cycle-drift', in: EVERYWHERE, onset: '1h', rise: '3 %', over: '0h' }, 'must be longer than 0'],
  [{ kind: 'error-rise', in: EVERYWHERE, factor: 2, onset: '1h', for: '1h', during: 'first' }, 'not both'],
  [{ kind: 'clock-skew', in: EVERYWHERE }, 'set one of'],
  [{ kind: 'clock-skew', in: EVERYWHERE, ahead: '1h', behind: '1h' }, 'set one of'],
  [{ kind: 'bricked', in: EVERYWHERE }, 'set one of'],
  [{ kind: 'bricked', in: EVERYWHERE, at: 'install', after: '1h' }, 'set one of'],
  [
    { kind: 'silent-fallback', in: EVERYWHERE, after: '1h' },
    'set the firmware version that the device falls back from',
  ],
  [
    { kind: 'unreadable-state', in: { line: 1 }, writtenBy: '2.4.0' },
    'set the firmware version that cannot read the state',
  ],
  [{ kind: 'unreadable-state', in: { firmware: '2.4.0' }, writtenBy: '2.4.0' }, 'different from'],
  [{ kind: 'unreadable-messages', in: { firmware: '2.4.0' }, sentBy: '2.4.0', factor: 2 }, 'different from'],
  [{ kind: 'counter-overflow', in: EVERYWHERE, cycles: 0 }, 'cycles'],
])('%j is refused', (written, message) => {
  expect(JSON.stringify(faultSchema.safeParse(written).error?.issues)).toContain(JSON.stringify(message).slice(1, -1))
})

describe('a lost connection', () => {
  const offline = (written: object) => faultSchema.safeParse({ kind: 'offline', in: EVERYWHERE, ...written })

  const outage = (written: object, draws: readonly number[] = [0]) =>
    makeFault(offline(written).data as LinkOutageSpec, 1_000, (n) => draws[n % draws.length] as number)

  it('is lost once, or periodically', () => {
    const once = outage({ from: '5min', for: '4h' })
    expect(once).toMatchObject({ firstAtMs: 301_000, periodMs: null })
    expect(once.durationMs(0)).toBe(4 * HOUR_MS)
    expect(outage({ from: '0min', for: '30s', every: '10min' }).periodMs).toBe(600_000)
  })

  it('of all devices comes back spread by the jitter, with a new draw each time', () => {
    const storm = outage({ kind: 'reconnect-storm', from: '0min', for: '2s', jitter: '10s' }, [0, 0.5, 0.99])
    expect([0, 1, 2].map(storm.durationMs)).toEqual([2_000, 7_000, 11_900])
    expect(outage({ kind: 'reconnect-storm', from: '0min' }, [0.9]).durationMs(0)).toBe(1_000)
  })

  it.each([
    [{ from: '5min', for: '10min', every: '10min' }, 'must be longer than'],
    [{ in: { firmware: '2.4.0' }, from: '5min', for: '1h' }, 'a connection has no firmware version'],
  ])('%j is refused', (written, message) => {
    expect(JSON.stringify(offline(written).error?.issues)).toContain(message)
  })
})
