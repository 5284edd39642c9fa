import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import type { HealthReportV2 } from '../../../controller/contract.ts'
import { metricsSchema, plantMetricsOf } from '../../../scenarios/files/metrics.ts'
import { DeviceFaults } from '../../../sim/device/device-faults.ts'
import { Firmware } from '../../../sim/device/firmware.ts'
import { type DeferredSamples, HealthMonitor } from '../../../sim/device/health-monitor.ts'
import { makeFault, originOf, type ProcessFaultSpec } from '../../../sim/faults/catalogue.ts'
import { Priority, VirtualClock } from '../../../sim/kernel/clock.ts'
import { Seed } from '../../../sim/kernel/random.ts'
import { Trace } from '../../../sim/kernel/trace.ts'
import { LinePeers } from '../../../sim/plant/line-peers.ts'
import { Machine } from '../../../sim/plant/machine.ts'
import { PRESETS } from '../../../sim/plant/presets.ts'
import { selects } from '../../../sim/plant/selector.ts'
import { PlantCalendar } from '../../../sim/plant/shifts.ts'
import { StationMetrics } from '../../../sim/plant/station-metrics.ts'
import { NOWHERE } from './fixtures.ts'

const START_MS = Date.parse('2026-03-02T13:00:00Z')
const HOUR_MS = 3_600_000

/** Those of the hand-written document. */
const METRICS = plantMetricsOf(
  metricsSchema.parse({
    weldSpatter: { counter: '0.4 per cycle' },
    scrapped: { counter: '20 %', of: 'unitsProduced' },
    torqueNm: { gauge: '42 Nm', spread: '3 %' },
  }),
)

/** Firmware and monitor of one device, without a nucleus: the test starts and restarts the process. */
class Station {
  readonly clock = new VirtualClock(START_MS)
  readonly trace = new Trace(this.clock)
  readonly sent: { topic: string; document: HealthReportV2; qos: number }[] = []
  readonly exits: { atMs: number; exitCode: number }[] = []
  readonly machine: Machine
  readonly firmware: Firmware
  readonly monitor: HealthMonitor
  readonly absorbed: DeferredSamples[] = []
  online = true
  version = '2.4.0'

  constructor(faults: readonly ProcessFaultSpec[] = [], schema: '1.0' | '2.0' = '2.0', defers = false) {
    const seed = new Seed(1)
    const { clock, trace } = this
    const thing = 'line-01-01'
    const calendar = new PlantCalendar('Europe/Berlin')
    const metrics = StationMetrics.of(seed, thing, 1, METRICS)
    this.machine = new Machine(seed, thing, 1, calendar, PRESETS.quiet, null, 0, metrics)
    const stream = (label: string) => seed.stream(label)
    const deviceFaults = faults.map((spec, index) => ({
      index,
      kind: spec.kind,
      origin: originOf(spec),
      fault: makeFault(spec, (n) => ((n * 7) % 10) / 10),
      actsOn: (version: string) => selects(spec.in, thing, 1, version),
    }))
    this.firmware = new Firmware({
      thing,
      machine: this.machine,
      faults: new DeviceFaults(thing, deviceFaults, trace, NOWHERE),
      calendar,
      peers: new LinePeers(),
      onOutage: () => undefined,
      phaseMs: 17_000,
      clock,
      trace,
      worldStartMs: START_MS,
      stream,
    })
    const { machine, firmware } = this
    this.monitor = new HealthMonitor({
      thing,
      machine,
      firmware,
      clock,
      trace,
      phaseMs: 17_000,
      schemaOf: () => schema,
    })
    const isOnline = (): boolean => this.online
    this.monitor.attach({
      firmwareState: () => ({ version: this.version, state: 'RUNNING' }),
      publish: (topic, payload, qos) => {
        if (this.online) {
          this.sent.push({ topic, document: (payload as { state: { reported: HealthReportV2 } }).state.reported, qos })
        }
        return this.online
      },
      get online() {
        return isOnline()
      },
      absorb: defers ? (samples) => void this.absorbed.push(samples) : null,
      mayDefer: true,
    })
  }

  /** As the twin does when the connection is lost, and when it is back. */
  setOnline(online: boolean): void {
    if (!online) this.monitor.unsettle()
    this.online = online
  }

  /** Starts the process, and restarts it whenever it dies. */
  start(): void {
    this.firmware.running(this.version, (exitCode) => {
      this.exits.push({ atMs: this.clock.nowMs(), exitCode })
      this.firmware.stopped()
      this.start()
    })
  }

  runFor(durationMs: number): void {
    const untilMs = this.clock.nowMs() + durationMs
    this.clock.at(untilMs, () => undefined)
    while ((this.clock.nextAtMs() ?? Number.POSITIVE_INFINITY) <= untilMs) this.clock.advance()
  }

  onsets(): number[] {
    this.trace.flush()
    return this.trace.records.filter(({ kind }) => kind === 'fault-started').map(({ atMs }) => atMs)
  }
}

let station: Station
const begin = (faults?: readonly ProcessFaultSpec[], schema?: '1.0' | '2.0'): void => {
  station = new Station(faults, schema)
  station.start()
  station.monitor.running()
}
const lastOf = (one: Station): HealthReportV2 => one.sent.at(-1)?.document as HealthReportV2
const last = (): HealthReportV2 => lastOf(station)
const shapeOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, child]) => [key, shapeOf(child)]))
    : typeof value
const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url), 'utf8'))

beforeEach(() => begin())

describe('the health component', () => {
  it('reports once per minute at its own second, QoS 0, to the health shadow', () => {
    station.runFor(5 * 60_000)
    expect(station.sent.map(({ document }) => (document.sampledAtMs - START_MS) / 1000)).toEqual([
      17, 77, 137, 197, 257,
    ])
    expect(station.sent[0]).toMatchObject({ topic: '$aws/things/line-01-01/shadow/name/health/update', qos: 0 })
    expect(last()).toMatchObject({ sequence: 5, gauges: { uptimeS: 257 } })
  })

  it.each([
    ['2.0', 'health-v2.json'],
    ['1.0', 'health-v1.json'],
  ] as const)('writes version %s as the hand-written document has it', (schema, file) => {
    begin([], schema)
    station.runFor(3 * 60_000)
    expect(shapeOf(last())).toEqual(shapeOf(fixture(file)))
  })

  it('deletes a metric that the firmware does not report from its shadow, and continues it later', () => {
    const where = { firmware: '2.4.0' }
    const missing = { kind: 'metric-missing', in: where, onset: 120_000, for: 180_000 } as const
    begin([
      { ...missing, metric: 'torqueNm' },
      { ...missing, metric: 'scrapped' },
    ])
    station.runFor(8 * 60_000)
    const metrics = station.sent.map(({ document }) => document.metrics)
    expect(metrics.map((one) => one?.gauges.torqueNm?.count ?? null)).toEqual([1, 2, null, null, null, 6, 7, 8])
    expect(metrics.map((one) => one?.counters.scrapped === null)).toEqual(
      [0, 0, 1, 1, 1, 0, 0, 0].map((isMissing) => isMissing === 1),
    )
    expect(metrics.every((one) => Number.isInteger(one?.counters.weldSpatter))).toBe(true)
    expect(metrics[2]?.gauges).toEqual({ scrapped: null, torqueNm: null })
    expect(station.monitor.report()).toMatchObject({ metrics: { gauges: { torqueNm: { count: 8 } } } })
    expect(station.onsets()).toEqual([START_MS + 120_000, START_MS + 120_000])
  })

  it('knows of a missing metric only that it is missing', () => {
    begin([{ kind: 'metric-missing', in: { firmware: '2.4.0' }, metric: 'torqueNm', onset: 0 }])
    station.runFor(3 * 60_000)
    expect((station.monitor.report() as HealthReportV2).metrics?.gauges).toEqual({})
  })

  it('reports the last minute in version 1.0', () => {
    begin([], '1.0')
    station.runFor(60 * 60_000)
    const total = station.sent.reduce(
      (sum, { document }) => sum + (document as unknown as { cycles: number }).cycles,
      0,
    )
    expect(total).toBe(station.machine.cycles)
  })

  it('counts the same whether a minute is sampled or history', () => {
    const past = new Station()
    past.monitor.passHistory(START_MS, START_MS + HOUR_MS, '2.4.0')
    station.runFor(HOUR_MS)
    expect(past.machine).toMatchObject({
      cycles: station.machine.cycles,
      cycleTimeMsSum: station.machine.cycleTimeMsSum,
    })
  })

  it('reports the last minute in version 1.0, also of history', () => {
    begin([], '1.0')
    station.monitor.passHistory(START_MS, START_MS + HOUR_MS, '2.4.0')
    const before = station.machine.cycles
    station.monitor.passHistory(START_MS + HOUR_MS, START_MS + HOUR_MS + 60_000, '2.4.0')
    const document = station.monitor.historyDocument(START_MS + HOUR_MS + 60_000, '2.4.0')
    expect(document).toMatchObject({ schema: '1.0', cycles: station.machine.cycles - before })
    expect(before).toBeGreaterThan(0)
    station.monitor.passHistory(START_MS + HOUR_MS + 60_000, START_MS + 9 * HOUR_MS, '2.4.0')
    const after = station.monitor.historyDocument(START_MS + 9 * HOUR_MS, '2.4.0') as { readonly cycles: number }
    expect(after.cycles).toBeLessThan(10)
  })

  it('records the first healthy report of each process', () => {
    station.runFor(10 * 60_000)
    station.trace.flush()
    expect(station.trace.records.filter(({ kind }) => kind === 'device-healthy')).toHaveLength(1)
  })
})

describe('samples that wait until the shadow is read', () => {
  const leak: ProcessFaultSpec = { kind: 'memory-leak', in: { firmware: '2.4.0' }, rate: 90 }
  const crash: ProcessFaultSpec = { kind: 'crash', in: { firmware: '2.4.0' }, after: 47 * 60_000 }
  const atSample: ProcessFaultSpec = { kind: 'crash', in: { firmware: '2.4.0' }, after: 40 * 60_000 + 17_000 }
  const drift: ProcessFaultSpec = { kind: 'cycle-drift', in: { firmware: '2.4.0' }, onset: HOUR_MS, rate: 30 }

  it.each([
    ['2.0', 'nothing', []],
    ['1.0', 'nothing', []],
    ['2.0', 'a leak', [leak]],
    ['1.0', 'a crash', [crash]],
    ['2.0', 'a crash and a drift', [crash, drift]],
    ['2.0', 'a crash at the very millisecond of a sample', [atSample]],
  ] as const)('equal those that are sent (version %s, %s)', (schema, _, faults) => {
    const [timed, deferred] = [new Station(faults, schema), new Station(faults, schema, true)]
    for (const one of [timed, deferred]) {
      one.start()
      one.monitor.running()
    }
    for (const minutes of [3, 5, 5, 5, 17, 60, 1, 1, 200, 7, 0.4, 0.3, 0.5, 480]) {
      for (const one of [timed, deferred]) one.runFor(minutes * 60_000)
      expect(deferred.monitor.report()).toEqual(lastOf(timed))
      expect(deferred.monitor.report()).toEqual(timed.monitor.report())
    }
    deferred.monitor.settle()
    const count = deferred.absorbed.reduce((sum, samples) => sum + samples.count, deferred.sent.length)
    expect(count).toBe(timed.sent.length)
    expect(deferred.sent.length).toBeLessThan(timed.sent.length / 10)
    expect(deferred.absorbed.at(-1)?.last).toEqual(lastOf(timed))
    expect(deferred.exits).toEqual(timed.exits)
    deferred.trace.flush()
    timed.trace.flush()
    expect(deferred.trace.records).toEqual(timed.trace.records)
  })

  it('are those sent before the connection was lost, until it is back', () => {
    const [timed, deferred] = [new Station(), new Station([], '2.0', true)]
    for (const one of [timed, deferred]) {
      one.start()
      one.monitor.running()
      one.runFor(20 * 60_000)
      one.setOnline(false)
      one.runFor(30 * 60_000)
    }
    expect(deferred.monitor.report()).toMatchObject({ sequence: 20 })
    expect(deferred.monitor.report()).toEqual(lastOf(timed))
    for (const one of [timed, deferred]) {
      one.setOnline(true)
      one.runFor(10 * 60_000)
    }
    expect(deferred.monitor.report()).toMatchObject({ sequence: 60 })
    expect(deferred.monitor.report()).toEqual(lastOf(timed))
  })

  it('of one millisecond are simulated once, and only from the sample phase on', () => {
    const one = new Station([], '2.0', true)
    one.start()
    one.monitor.running()
    one.runFor(17_000 + 60_000)
    const sequences: (number | undefined)[] = []
    const read = (): void => void sequences.push((one.monitor.report() as HealthReportV2).sequence)
    one.clock.at(START_MS + 17_000 + 2 * 60_000, read, Priority.world)
    one.clock.at(START_MS + 17_000 + 2 * 60_000, read, Priority.schedule)
    one.runFor(60_000)
    expect(sequences).toEqual([2, 3])
  })
})

describe('a memory leak', () => {
  it('grows at its rate until the process is killed at the limit, then begins again', () => {
    begin([{ kind: 'memory-leak', in: { firmware: '2.4.0' }, rate: 26 }])
    station.runFor(10 * HOUR_MS)
    expect(last().gauges.memoryMiB).toBeGreaterThan(148 + 260 - 60)
    expect(station.onsets()).toEqual([START_MS])
    station.runFor(20 * HOUR_MS)
    const hours = station.exits.map(({ atMs }) => (atMs - START_MS) / HOUR_MS)
    expect(hours[0]).toBeCloseTo((512 - station.machine.baseMemoryMiBAt(0)) / 26, 2)
    expect(hours[1]).toBeCloseTo(2 * (hours[0] as number), 2)
    expect(last()).toMatchObject({ counters: { crashes: 2 } })
    expect(new Set(station.sent.map(({ document }) => document.bootId)).size).toBe(3)
  })

  it('does not act on another version', () => {
    station = new Station([{ kind: 'memory-leak', in: { firmware: '2.4.0' }, rate: 26 }])
    station.version = '2.3.1'
    station.start()
    station.monitor.running()
    station.runFor(20 * HOUR_MS)
    expect([station.exits, station.onsets()]).toEqual([[], []])
  })
})

describe('a crash', () => {
  it('at start makes every startup script fail', () => {
    station = new Station([{ kind: 'crash', in: { firmware: '2.4.0' }, at: 'start' }])
    expect(station.firmware.startup('2.4.0').exitCode).toBe(1)
    expect(station.firmware.startup('2.3.1').exitCode).toBe(0)
    station.runFor(60_000)
    expect([station.firmware.crashes, station.onsets().length]).toEqual([1, 1])
  })

  it('happens at its uptime, in every process', () => {
    begin([{ kind: 'crash', in: { device: 'line-01-01' }, after: 2 * HOUR_MS }])
    station.runFor(5 * HOUR_MS)
    expect(station.exits.map(({ atMs }) => atMs - START_MS)).toEqual([2 * HOUR_MS, 4 * HOUR_MS])
  })
})

describe('a drift', () => {
  it('starts after its onset and lengthens the cycles at its rate', () => {
    begin([{ kind: 'cycle-drift', in: { line: 1 }, onset: 2 * HOUR_MS, rate: 10 }])
    const healthy = new Station()
    healthy.start()
    healthy.monitor.running()
    station.runFor(2 * HOUR_MS)
    healthy.runFor(2 * HOUR_MS)
    expect(station.machine.cycleTimeMsSum).toBe(healthy.machine.cycleTimeMsSum)
    const mean = (one: Station, sumMs: number, cycles: number): number =>
      (one.machine.cycleTimeMsSum - sumMs) / (one.machine.cycles - cycles)
    const [sumMs, cycles] = [station.machine.cycleTimeMsSum, station.machine.cycles]
    station.runFor(2 * HOUR_MS)
    healthy.runFor(2 * HOUR_MS)
    expect(mean(station, sumMs, cycles) / mean(healthy, sumMs, cycles)).toBeCloseTo(1.1, 1)
    expect(station.onsets()).toEqual([START_MS + 2 * HOUR_MS])
  })
})
