import { describe, expect, it } from 'vitest'
import {
  type Evidence,
  exposureMs,
  installedCount,
  installedEvidence,
  type MemberState,
  NO_EVIDENCE,
  observe,
  observeControls,
} from '../../../controller/evidence/evidence.ts'
import type { HealthSample, Snapshot } from '../../../controller/evidence/snapshot.ts'
import { NO_SUMS, NO_TOTALS } from '../../../controller/evidence/sums.ts'
import { record } from '../../../controller/reconcile/records.ts'
import { MemoryStore } from '../../../scenarios/world/memory-store.ts'
import {
  baselineOf,
  HOUR_MS,
  MINUTE_MS,
  NO_COUNTS,
  Plant,
  policyWith,
  START_MS,
  sample,
  watchFor,
  watchOf,
} from '../fixtures.ts'
import { oneCase } from '../judge/one-case.ts'

const policy = policyWith()
const newPlant = (): Plant => new Plant(START_MS - 8 * 24 * HOUR_MS, { lines: 4 })

it('counts a device as installed at its second healthy report on the new version, not before', () => {
  const counts: number[] = []
  watchFor(newPlant(), 0.5, policy, (evidence) => counts.push(installedCount(evidence, Object.keys(evidence.members))))
  expect(counts.slice(0, 3)).toEqual([0, 4, 4])
})

it('counts exposure from then on', () => {
  const exposures: number[] = []
  watchFor(newPlant(), 1, policy, (evidence) => exposures.push(exposureMs(evidence) / MINUTE_MS))
  expect(exposures.slice(0, 4)).toEqual([0, 0, 4 * 5, 4 * 10])
})

it('keeps evaluations of the rolling window only, so that its size is bounded', () => {
  let evaluations = 0
  watchFor(newPlant(), 5, policy, (evidence) => {
    evaluations = evidence.evaluations.length
  })
  expect(evaluations).toBe(policy.evidence.rollingMs / policy.tickMs)
})

it('adds nothing when the same snapshot is seen twice', () => {
  const plant = newPlant()
  const baseline = baselineOf(plant, policy)
  const watch = watchOf(plant)
  const first = plant.at(START_MS)
  const second = plant.at(START_MS + 5 * MINUTE_MS)
  const once = observe(NO_EVIDENCE, watch, first, second, baseline, policy)
  const twice = observe(once, watch, second, second, baseline, policy)
  expect(twice.total).toEqual(once.total)
  expect(twice.members).toEqual(once.members)
})

it('counts a crash even if the evaluation that would have counted it was lost', () => {
  const plant = newPlant()
  const baseline = baselineOf(plant, policy)
  const watch = watchOf(plant)
  const a = plant.at(START_MS)
  const b = plant.at(START_MS + 5 * MINUTE_MS)
  const seen = observe(NO_EVIDENCE, watch, a, b, baseline, policy)
  plant.crash('line-2-0')
  const lost = plant.at(START_MS + 10 * MINUTE_MS)
  const d = plant.at(START_MS + 15 * MINUTE_MS)
  const after = observe(seen, watch, lost, d, baseline, policy)
  expect(after.members['line-2-0']?.crashes).toBe(1)
})

it('notices a device that went back to the old version by itself', () => {
  const plant = newPlant()
  let fallen: boolean | undefined
  watchFor(plant, 1, policy, (evidence, nowMs) => {
    if (nowMs === START_MS + HOUR_MS / 2) plant.versions.set('line-3-0', '2.3.1')
    fallen = evidence.members['line-3-0']?.hasFallenBack
  })
  expect(fallen).toBe(true)
})

it('counts a new version seen in ERRORED as crashed, though its counter is not up yet', () => {
  const plant = newPlant()
  const baseline = baselineOf(plant, policy)
  const first = plant.at(START_MS)
  plant.update(plant.canaries)
  const second = plant.at(START_MS + 5 * MINUTE_MS)
  const failing = {
    ...second.devices,
    'line-2-0': { ...second.devices['line-2-0']!, componentState: 'ERRORED' as const },
  }
  const after = observe(NO_EVIDENCE, watchOf(plant), first, { ...second, devices: failing }, baseline, policy)
  expect(after.members['line-2-0']?.crashes).toBe(1)
  expect(after.members['line-1-0']?.crashes).toBe(0)
})

it('holds a device that was away over a change of shift to no one expectation', () => {
  const plant = newPlant()
  const baseline = baselineOf(plant, policy)
  const watch = watchOf(plant)
  let evidence = NO_EVIDENCE
  let previous = plant.at(START_MS)
  plant.update(plant.canaries)
  const downAt = (atMs: number, change: (devices: typeof previous.devices) => typeof previous.devices = (d) => d) => {
    const seen = plant.at(atMs)
    const current = { atMs, devices: change(seen.devices) }
    evidence = observe(evidence, watch, previous, current, baseline, policy)
    previous = current
  }
  for (let minute = 5; minute <= 30; minute += 5) downAt(START_MS + minute * MINUTE_MS)
  const away = previous.devices['line-2-0']!
  for (let hour = 1; hour <= 10; hour++) downAt(START_MS + hour * HOUR_MS, (d) => ({ ...d, 'line-2-0': away }))
  downAt(START_MS + 11 * HOUR_MS)
  const line = evidence.evaluations.at(-1)?.lines.find((one) => one.line === 2)
  expect(line?.stage).toMatchObject({ minutes: 630, attempts: 630, cycles: 0, expectedCycleMs: 0 })
})

it('does not touch what it is given', () => {
  const plant = newPlant()
  const baseline = baselineOf(plant, policy)
  const [first, second] = [plant.at(START_MS), plant.at(START_MS + 5 * MINUTE_MS)]
  const before = observe(NO_EVIDENCE, watchOf(plant), null, first, baseline, policy)
  const texts = [before, first, second, baseline].map((value) => JSON.stringify(value))
  observe(before, watchOf(plant), first, second, baseline, policy)
  expect([before, first, second, baseline].map((value) => JSON.stringify(value))).toEqual(texts)
})

it('measures how the controls scatter about their lines, whatever their lines do', () => {
  const plant = new Plant(START_MS - 8 * 24 * HOUR_MS, { lines: 8, perLine: 8 })
  let sigma = 0
  watchFor(plant, 1, policy, ({ evaluations }) => {
    const sum = (of: 'squares' | 'degrees'): number => evaluations.reduce((all, { noise }) => all + noise[of], 0)
    sigma = Math.sqrt(sum('squares') / sum('degrees'))
  })
  // Some 8 cycles per evaluation at 5 % each. [source: plant-noise]
  expect(sigma).toBeGreaterThan(0.014)
  expect(sigma).toBeLessThan(0.022)
})

it('stays of one size, whatever the hours', () => {
  const sizes: number[] = []
  const plant = newPlant()
  watchFor(plant, 60, policy, (evidence) => sizes.push(JSON.stringify(evidence).length))
  const day = sizes[287] as number
  expect(Math.max(...sizes.slice(288))).toBeLessThan(day * 1.15 + 2000)
})

it('sums each line since the update, and counts the devices that are down', () => {
  const plant = newPlant()
  let last = NO_EVIDENCE
  watchFor(plant, 2, policy, (evidence) => {
    last = evidence
  })
  const minutes = last.lines.reduce((sum, { stage }) => sum + stage.minutes, 0)
  expect(minutes).toBe(last.total.stage.minutes)
  expect(last.lines.every(({ evaluations }) => evaluations === 22)).toBe(true)
  expect(last.evaluations.at(-1)?.down).toEqual({ stage: 0, stageOf: 4, controls: 0, controlsOf: 8 })
})

it('takes a device of which nothing new is heard for down', () => {
  const plant = newPlant()
  const baseline = baselineOf(plant, policy)
  const watch = watchOf(plant)
  let evidence = NO_EVIDENCE
  let previous = plant.at(START_MS)
  plant.update(plant.canaries)
  const silent = 'line-2-0'
  for (let minute = 5; minute <= 25; minute += 5) {
    const seen = plant.at(START_MS + minute * MINUTE_MS)
    const devices = minute < 25 ? seen.devices : { ...seen.devices, [silent]: previous.devices[silent]! }
    const current = { ...seen, devices }
    evidence = observe(evidence, watch, previous, current, baseline, policy)
    previous = current
  }
  expect(evidence.evaluations.map(({ down }) => down.stage)).toEqual([0, 0, 0, 0, 1])
})

it('takes a device for down by how long it has been silent, not by how many evaluations', async () => {
  const plant = newPlant()
  const baseline = baselineOf(plant, policy)
  const watch = watchOf(plant)
  const store = new MemoryStore()
  let evidence = NO_EVIDENCE
  const downAt = async (
    atMs: number,
    silent: readonly string[] = [],
  ): Promise<Evidence['evaluations'][number]['down']> => {
    const [seen, before] = [plant.at(atMs), await store.get<Snapshot>('snapshot#latest')]
    const same = silent.map((thing) => [thing, before?.value.devices[thing]])
    const current = { ...seen, devices: { ...seen.devices, ...Object.fromEntries(same) } }
    const previous = await record(store, policy, current)
    evidence = observe(evidence, watch, previous, current, baseline, policy)
    return evidence.evaluations.at(-1)!.down
  }
  const none = { stage: 0, stageOf: 4, controls: 0, controlsOf: 8 }
  await downAt(START_MS)
  plant.update(plant.canaries)
  for (let minute = 5; minute <= 20; minute += 5) await downAt(START_MS + minute * MINUTE_MS)
  const lastMs = START_MS + 20 * MINUTE_MS
  // Three evaluations within a minute, in which no device had to report.
  for (const seconds of [5, 10, 29]) expect(await downAt(lastMs + seconds * 1000)).toEqual(none)
  const silent = ['line-2-0', 'line-3-1']
  for (const minute of [1, 2, 3]) expect(await downAt(lastMs + minute * MINUTE_MS, silent)).toEqual(none)
  for (const minute of [4, 4.5, 5]) {
    expect(await downAt(lastMs + minute * MINUTE_MS, silent)).toEqual({ ...none, stage: 1, controls: 1 })
  }
  expect(await downAt(lastMs + 6 * MINUTE_MS)).toEqual(none)
})

it('dates a device as late as its sample is, where the reading was slow and not the device', () => {
  const plant = newPlant()
  const baseline = baselineOf(plant, policy)
  const watch = watchOf(plant)
  const previous = plant.at(START_MS)
  const late = { ...plant.at(START_MS + 12 * MINUTE_MS), atMs: START_MS } // read 12 minutes after it began
  const first = observe(NO_EVIDENCE, watch, previous, late, baseline, policy)
  const next = { ...late, atMs: START_MS + 15 * MINUTE_MS }
  const { members } = observe(first, watch, late, next, baseline, policy)
  for (const thing of plant.canaries) {
    expect(next.atMs - (members[thing]?.heardAtMs ?? 0)).toBeLessThan(policy.lostAfterMs)
  }
  const wrongClock = { ...late, devices: plant.at(START_MS + 5 * HOUR_MS).devices }
  const heard = observe(NO_EVIDENCE, watch, previous, wrongClock, baseline, policy).members[plant.canaries[0] as string]
  expect(heard?.heardAtMs).toBe(START_MS + 15 * MINUTE_MS)
})

/** Two lines, whose devices take 36 s a cycle by their baseline, and err twice an hour. */
const two = oneCase({ lines: 2 })
const [CANARY, CONTROL] = ['line-1-0', 'line-1-1']
const OLD = { firmwareVersion: '2.3.1', bootId: 'old' }
const NEW = { firmwareVersion: '2.4.0', bootId: 'new' }

/** What some devices report so many minutes after 14:00, by as many samples. */
const reported = (minute: number, devices: Readonly<Record<string, Partial<HealthSample>>>): Snapshot => {
  const atMs = START_MS + minute * MINUTE_MS
  const whole = (over: Partial<HealthSample>) => sample({ sequence: 1000 + minute, sampledAtMs: atMs, ...over })
  return {
    atMs,
    devices: Object.fromEntries(Object.entries(devices).map(([thing, over]) => [thing, whole(over)])),
  }
}

const using = (memoryMiB: number, over: Partial<HealthSample> = OLD): Partial<HealthSample> => ({
  ...over,
  gauges: { ...sample().gauges, memoryMiB },
})

/** The evidence after the last of some evaluations, each of which continues the one before. */
const after = (evaluations: readonly (Snapshot | null)[], from: Evidence = NO_EVIDENCE): Evidence =>
  evaluations.slice(1).reduce<Evidence>((evidence, current, i) => {
    if (current === null) throw new Error('only the first may be missing')
    return observe(evidence, two.watch, evaluations[i] ?? null, current, two.baseline, policy)
  }, from)

describe('a device', () => {
  /** What the canary reports every five minutes. */
  const every5 = (...reports: readonly Partial<HealthSample>[]): Snapshot[] =>
    reports.map((report, i) => reported(5 * i, { [CANARY]: report }))
  const member = (...reports: readonly Partial<HealthSample>[]): MemberState =>
    after(every5(...reports)).members[CANARY]!
  const crashed = (crashes: number, over: Partial<HealthSample> = NEW): Partial<HealthSample> => ({
    ...over,
    counters: { ...NO_COUNTS, crashes },
  })
  const v1 = (over: Partial<HealthSample>): Partial<HealthSample> => ({ ...over, schema: '1.0' })
  const at = (minute: number): number => START_MS + minute * MINUTE_MS

  it('is seen on the new version, confirmed by a second report, and exposed from then on', () => {
    expect(member(OLD, NEW)).toEqual({
      bootIdBefore: 'old',
      firstSeenSequence: 1005,
      installedAtMs: null,
      exposureMs: 0,
      heardAtMs: at(5),
      crashes: 0,
      crashCounter: 0,
      hasFallenBack: false,
    })
    expect(member(OLD, NEW, NEW)).toMatchObject({ firstSeenSequence: 1005, installedAtMs: at(10), exposureMs: 0 })
    expect(member(OLD, NEW, NEW, NEW, NEW)).toMatchObject({ installedAtMs: at(10), exposureMs: 10 * MINUTE_MS })
  })

  it.each<[string, readonly Partial<HealthSample>[], number | null]>([
    ['still runs what it ran', [OLD, OLD, OLD], null],
    ['runs with the boot id of the old process', [OLD, { ...NEW, bootId: 'old' }, { ...NEW, bootId: 'old' }], null],
    ['is starting', [OLD, { ...NEW, componentState: 'STARTING' }, { ...NEW, componentState: 'STARTING' }], null],
    ['ran once, then broke', [OLD, NEW, { ...NEW, componentState: 'BROKEN' }], null],
    ['ran, broke, and ran', [OLD, NEW, { ...NEW, componentState: 'BROKEN' }, NEW], 15],
    ['ran, went back, and ran', [OLD, NEW, OLD, NEW], 15],
    ['restarts with the same sequence', [OLD, NEW, { ...NEW, bootId: 'newer', sequence: 1005 }], null],
    ['ran the new version before the first evaluation', [NEW, NEW, NEW], 10],
    ['is met in between, on a health document of version 1.0', [v1(NEW), v1(NEW), v1(NEW)], 10],
  ])('that %s is installed accordingly', (_, reports, minute) => {
    expect(member(...reports).installedAtMs).toBe(minute === null ? null : at(minute))
  })

  it('is met at the first report of version 1.0, and only at the second one of 2.0', () => {
    expect(after([null, reported(5, { [CANARY]: v1(NEW) })]).members[CANARY]).toMatchObject({
      bootIdBefore: null,
      firstSeenSequence: 1005,
      heardAtMs: at(5),
    })
    expect(after([null, reported(5, { [CANARY]: NEW })]).members[CANARY]).toMatchObject({
      firstSeenSequence: null,
      heardAtMs: null,
    })
  })

  it('keeps the process that ran before, whatever it runs later', () => {
    expect(member(OLD, OLD, NEW, { ...NEW, bootId: 'newer' })).toMatchObject({ bootIdBefore: 'old' })
  })

  it('is as it was where it reports nothing, or is not there at all', () => {
    const evaluations = every5(OLD, NEW, NEW)
    const known = after(evaluations).members
    expect(after([...evaluations, { ...evaluations[2]!, atMs: at(15) }]).members).toEqual(known)
    expect(after([...evaluations, reported(15, {})]).members).toEqual(known)
    expect(known['line-2-0']).toMatchObject({ heardAtMs: null, installedAtMs: null })
  })

  it('is exposed only while it runs the new version', () => {
    const exposed = (report: Partial<HealthSample>) => member(OLD, NEW, NEW, NEW, report).exposureMs / MINUTE_MS
    expect(exposed(NEW)).toBe(10)
    expect(exposed({ ...NEW, componentState: 'ERRORED' })).toBe(5)
    expect(exposed(OLD)).toBe(5)
  })

  it('has fallen back for good once it did after its confirmation, not before', () => {
    expect(member(OLD, NEW, OLD).hasFallenBack).toBe(false)
    expect(member(OLD, NEW, NEW, OLD).hasFallenBack).toBe(true)
    expect(member(OLD, NEW, NEW, OLD, NEW).hasFallenBack).toBe(true)
  })

  it.each<[string, readonly Partial<HealthSample>[], number]>([
    ['those that its counter shows', [crashed(7, OLD), crashed(8), crashed(10)], 3],
    ['none from before the first evaluation', [crashed(7, OLD), crashed(7)], 0],
    ['all of a counter that began anew', [crashed(7, OLD), crashed(2)], 2],
    ['none where version 1.0 came before, which does not count them', [crashed(1, OLD), v1(NEW), crashed(4)], 0],
    ['one at least where it is in ERRORED', [OLD, { ...NEW, componentState: 'ERRORED' }], 1],
    ['one at least where it is BROKEN', [OLD, { ...NEW, componentState: 'BROKEN' }], 1],
    ['no more for being in ERRORED', [crashed(0, OLD), { ...crashed(3), componentState: 'ERRORED' }], 3],
    ['none for the old version in ERRORED', [OLD, { ...OLD, componentState: 'ERRORED' }], 0],
    ['none for stopping', [OLD, { ...NEW, componentState: 'STOPPING' }], 0],
    ['those of each minute that version 1.0 reports', [v1(OLD), v1(crashed(1)), v1(crashed(2))], 3],
    ['one at least by version 1.0 as well', [v1(OLD), v1({ ...NEW, componentState: 'BROKEN' })], 1],
    ['those counted since it writes 2.0', [v1(crashed(5, OLD)), crashed(6), crashed(8)], 2],
  ])('has crashed: %s', (_, reports, crashes) => {
    expect(member(...reports).crashes).toBe(crashes)
  })

  it('keeps its memory before the install, and a series since', () => {
    const memory = (...reports: readonly Partial<HealthSample>[]) => after(every5(...reports)).memory[CANARY]
    expect(memory(using(140), using(150, NEW), using(160, NEW))).toMatchObject({ beforeMiB: 140, limitMiB: 0 })
    expect(memory(using(0), NEW)?.beforeMiB).toBeNull() // it was not running
    expect(memory(NEW, NEW)?.beforeMiB).toBeNull()
    expect(after([null, reported(5, { [CANARY]: OLD })]).memory[CANARY]?.beforeMiB).toBeNull()
    // From half an hour after it is met: what a start takes is no leak.
    const begun = { beforeMiB: 140, limitMiB: 512, bootId: 'new', fromMs: at(45), isAboveControls: false }
    expect(memory(using(140), NEW, NEW, NEW)).toMatchObject(begun)
    const withControls = every5(OLD, NEW, NEW, NEW).map(({ atMs, devices }) => ({
      atMs,
      devices: { ...devices, [CONTROL]: sample(OLD) },
    }))
    expect(after(withControls).memory[CANARY]).toMatchObject({ fromMs: at(45), isAboveControls: true })
    expect(memory(using(140), NEW, NEW, { ...OLD, bootId: 'older' })).toMatchObject({ limitMiB: 0, bootId: '' })
    const evaluations = every5(OLD, NEW, NEW)
    expect(after([...evaluations, { ...evaluations[2]!, atMs: at(15) }]).memory[CANARY]).toMatchObject({ limitMiB: 0 }) // no news
  })
})

describe('a stage that is installed', () => {
  const installed = installedEvidence(two.watch)
  const did = (cycles: number, over: Partial<typeof NO_COUNTS> = {}): Partial<HealthSample> => ({
    ...NEW,
    counters: { ...NO_COUNTS, cycles, cycleTimeMsSum: cycles * 36_000, ...over },
  })

  it('is one whose members run since the deployment', () => {
    expect(Object.keys(installed.members)).toEqual(['line-1-0', 'line-2-0'])
    expect(installed.members[CANARY]).toMatchObject({ installedAtMs: 0, exposureMs: 0, heardAtMs: null })
    expect(installed.total).toBe(NO_TOTALS)
  })

  it('is summed by line, with what its baseline expects and its controls do', () => {
    const before = reported(0, { [CANARY]: did(0), 'line-2-1': { ...did(0), ...OLD } })
    const now = reported(5, {
      [CANARY]: did(8, { connectionAttempts: 5, connectionFailures: 1, operations: 96, errors: 2 }),
      'line-2-1': { ...did(9, { connectionAttempts: 5 }), ...OLD },
    })
    const { evaluations, lines, total, strata, controlsHeardAtMs } = after([before, now], installed)
    const stage = {
      minutes: 5,
      countedMinutes: 5,
      readings: 1,
      attempts: 5,
      failures: 1,
      cycles: 8,
      expectedReadings: 1,
      boundedEffects: 0,
      expectedCycles: expect.closeTo(25 / 3, 9),
      units: 0,
      expectedUnits: expect.closeTo(25 / 3, 9),
      cycleMs: 288_000,
      expectedCycleMs: 288_000,
      operations: 96,
      errors: 2,
      expectedErrors: expect.closeTo(1 / 6, 9),
    }
    expect(lines).toEqual([
      { line: 1, evaluations: 1, stage, controls: NO_SUMS },
      { line: 2, evaluations: 0, stage: NO_SUMS, controls: expect.objectContaining({ minutes: 5, cycles: 9 }) },
    ])
    const controls = expect.objectContaining({ cycles: 9, expectedCycleMs: 324_000 })
    expect(total).toEqual({ stage, controls, perControl: 1 })
    expect(evaluations).toEqual([
      {
        atMs: now.atMs,
        stratum: 'second/weekday',
        lines: [expect.objectContaining({ line: 1 }), expect.objectContaining({ line: 2 })],
        total: { stage, controls },
        noise: { squares: 0, degrees: 0 },
        outputNoise: { squares: 0, degrees: 0 },
        metrics: expect.any(Object),
        down: { stage: 1, stageOf: 2, controls: 0, controlsOf: 1 }, // the other canary reported nothing
      },
    ])
    expect([strata, controlsHeardAtMs]).toEqual([['second/weekday'], now.atMs])
  })

  it('is observed only where one of its devices ran the new version', () => {
    const controls = (minute: number) => ({ [CONTROL]: { ...did(minute), ...OLD } })
    const seen = after(
      [reported(0, { [CANARY]: did(0), ...controls(0) }), reported(5, { [CANARY]: OLD, ...controls(5) })],
      installed,
    )
    expect(seen.evaluations[0]?.total).toEqual({ stage: NO_SUMS, controls: expect.objectContaining({ cycles: 5 }) })
    expect([seen.total, seen.lines, seen.strata]).toEqual([NO_TOTALS, [], []])
    expect(seen.runs).toBe(installed.runs)
    expect(after([reported(0, { [CANARY]: OLD }), reported(5, { [CANARY]: NEW })]).total).toBe(NO_TOTALS) // not confirmed
  })

  it('is observed in each stratum once, which the middle of the evaluation belongs to', () => {
    const evaluations = [470, 475, 480, 485, 490].map((minute) =>
      reported(minute, { [CANARY]: did(minute), [CONTROL]: { ...did(minute), ...OLD } }),
    )
    const { evaluations: seen, strata } = after(evaluations, installed)
    expect(seen.map(({ stratum, total }) => [stratum, total.stage.cycles, total.controls.cycles])).toEqual([
      ['second/weekday', 5, 5],
      ['second/weekday', 5, 5], // 22:00
      ['third/weekday', 0, 0], // of which the baseline knows nothing
      ['third/weekday', 0, 0],
    ])
    expect(strata).toEqual(['second/weekday', 'third/weekday'])
  })

  it.each([
    [30, 30, true, 'since the shift began'],
    [30, 31, false, 'since a minute before'],
    [7, 10, true, 'in two evaluations, though a shift began between'],
    [7, 11, false, 'in more'],
  ])('expects at %i minutes past 14:00 what %i minutes bring: %s, %s', (minute, samples, isExpected) => {
    const before = reported(minute, { [CANARY]: { ...did(0), sequence: 1000 + minute - samples } })
    const { lines } = after([before, reported(minute, { [CANARY]: did(50) })], installed)
    expect(lines[0]?.stage).toMatchObject({ minutes: samples, cycles: isExpected ? 50 : 0 })
  })

  it.each([
    ['reported nothing for four minutes', 4, 0, 0, 1],
    ['reported nothing for less', 3.9, 0, 0, 0],
    ['connected every other time', 1, 10, 5, 0],
    ['connected more seldom', 1, 10, 6, 1],
  ])('counts a device as down, or not, that %s', (_, minutes, connectionAttempts, connectionFailures, down) => {
    const before = reported(20, { [CANARY]: did(0), [CONTROL]: { ...did(0), ...OLD } })
    const counters = { ...NO_COUNTS, connectionAttempts, connectionFailures }
    const isSilent = connectionAttempts === 0
    const now = isSilent
      ? { ...before, atMs: before.atMs + minutes * MINUTE_MS }
      : reported(20 + minutes, { [CANARY]: { ...NEW, counters }, [CONTROL]: { ...OLD, counters } })
    const seen = after([before, now], { ...installed, members: { [CANARY]: installed.members[CANARY]! } })
    expect(seen.evaluations[0]?.down).toEqual({ stage: down, stageOf: 1, controls: down, controlsOf: 1 })
  })

  it('has none down at the first evaluation of all, which has none before it', () => {
    expect(after([null, reported(5, { [CANARY]: NEW, [CONTROL]: OLD })], installed).evaluations[0]?.down).toEqual({
      stage: 0,
      stageOf: 2,
      controls: 0,
      controlsOf: 1,
    })
  })

  it('remembers when its controls were last heard', () => {
    const evaluations = [0, 5].map((minute) => reported(minute, { [CANARY]: did(minute), [CONTROL]: OLD }))
    expect(after(evaluations, installed).controlsHeardAtMs).toBe(evaluations[1]?.atMs)
    expect(after([...evaluations, reported(10, { [CANARY]: did(10) })], installed).controlsHeardAtMs).toBe(
      evaluations[1]?.atMs,
    )
  })
})

describe('controls', () => {
  const evaluation = (devices: Readonly<Record<string, Partial<HealthSample>>>, from: Snapshot | null = null) =>
    observeControls(two.watch, from, reported(5, devices), two.baseline, policy)

  it.each([
    ['the middle one of three', { 'line-1-1': using(90), 'line-1-2': using(200), 'line-2-1': using(100) }, 100],
    ['the upper one of two', { 'line-1-1': using(1000), 'line-1-2': using(200) }, 1000],
    ['of those on the old version', { 'line-1-1': using(90), 'line-1-2': using(200, NEW) }, 90],
    ['of those that run', { 'line-1-1': using(90), 'line-1-2': using(0), 'line-2-1': using(0) }, 90],
    ['nothing without any', { 'line-1-0': using(90) }, null],
  ])('use in the middle %s', (_, devices, commonMiB) => {
    expect(evaluation(devices).commonMiB).toBe(commonMiB)
  })

  it('that run another version are heard, and count for nothing else', () => {
    const before = reported(0, { 'line-1-1': NEW, 'line-1-2': OLD })
    const { lines, of, isHeard } = evaluation({ 'line-1-1': NEW }, before)
    expect([lines.size, of, isHeard]).toEqual([0, 1, true])
    expect(evaluation({ 'line-1-2': OLD }, before).lines.get(1)).toMatchObject({ minutes: 5 })
    const both = reported(0, { 'line-1-2': OLD, 'line-1-3': OLD })
    expect(evaluation({ 'line-1-2': OLD, 'line-1-3': OLD }, both).lines.get(1)).toMatchObject({ minutes: 10 })
    expect(evaluation({ 'line-1-2': { ...OLD, sequence: 1000 } }, before)).toMatchObject({ of: 1, isHeard: false })
  })

  it('scatter about the mean of their line, in ln(cycle time)', () => {
    const took = (cycleTimeMsSum: number): Partial<HealthSample> => ({
      ...OLD,
      counters: { ...NO_COUNTS, cycles: 10, cycleTimeMsSum },
    })
    const things = ['line-1-1', 'line-1-2', 'line-2-1']
    const before = reported(0, Object.fromEntries(things.map((thing) => [thing, OLD])))
    // e^0.02 apart on line 1: 0.01^2 each about their mean.
    const { noise } = evaluation(
      { 'line-1-1': took(360_000), 'line-1-2': took(367_272.48), 'line-2-1': took(900_000) },
      before,
    )
    expect(noise).toEqual({ squares: expect.closeTo(0.0002, 8), degrees: 1 })
  })
})
