import { expect, it } from 'vitest'
import { type Evidence, exposureMs, installedCount, NO_EVIDENCE, observe } from '../../controller/evidence.ts'
import { MemoryStore } from '../../controller/memory-store.ts'
import { record } from '../../controller/records.ts'
import type { Snapshot } from '../../controller/snapshot.ts'
import { baselineOf, HOUR_MS, MINUTE_MS, Plant, policyWith, START_MS, watchFor, watchOf } from './fixtures.ts'

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

it('keeps looks of the rolling window only, so that its size is bounded', () => {
  let looks = 0
  watchFor(newPlant(), 5, policy, (evidence) => {
    looks = evidence.looks.length
  })
  expect(looks).toBe(policy.evidence.rollingMs / policy.tickMs)
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

it('sees a crash even if the look that would have counted it was lost', () => {
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
  const lookAt = (atMs: number, change: (devices: typeof previous.devices) => typeof previous.devices = (d) => d) => {
    const seen = plant.at(atMs)
    const current = { atMs, devices: change(seen.devices) }
    evidence = observe(evidence, watch, previous, current, baseline, policy)
    previous = current
  }
  for (let minute = 5; minute <= 30; minute += 5) lookAt(START_MS + minute * MINUTE_MS)
  const away = previous.devices['line-2-0']!
  for (let hour = 1; hour <= 10; hour++) lookAt(START_MS + hour * HOUR_MS, (d) => ({ ...d, 'line-2-0': away }))
  lookAt(START_MS + 11 * HOUR_MS)
  const line = evidence.looks.at(-1)?.lines.find((one) => one.line === 2)
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
  watchFor(plant, 1, policy, ({ looks }) => {
    const sum = (of: 'squares' | 'degrees'): number => looks.reduce((all, { noise }) => all + noise[of], 0)
    sigma = Math.sqrt(sum('squares') / sum('degrees'))
  })
  // Some 8 cycles a look at 5 % each. [detection D: 5 % a cycle]
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

it('sums each line since the update, and tells who is down', () => {
  const plant = newPlant()
  let last = NO_EVIDENCE
  watchFor(plant, 2, policy, (evidence) => {
    last = evidence
  })
  const minutes = last.lines.reduce((sum, { stage }) => sum + stage.minutes, 0)
  expect(minutes).toBe(last.total.stage.minutes)
  expect(last.lines.every(({ looks }) => looks === 22)).toBe(true)
  expect(last.looks.at(-1)?.down).toEqual({ stage: 0, stageOf: 4, controls: 0, controlsOf: 8 })
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
  expect(evidence.looks.map(({ down }) => down.stage)).toEqual([0, 0, 0, 0, 1])
})

it('takes a device for down by how long it has been silent, not by how many looks', async () => {
  const plant = newPlant()
  const baseline = baselineOf(plant, policy)
  const watch = watchOf(plant)
  const store = new MemoryStore()
  let evidence = NO_EVIDENCE
  const lookAt = async (atMs: number, silent: readonly string[] = []): Promise<Evidence['looks'][number]['down']> => {
    const [seen, before] = [plant.at(atMs), await store.get<Snapshot>('snapshot#latest')]
    const same = silent.map((thing) => [thing, before?.value.devices[thing]])
    const current = { ...seen, devices: { ...seen.devices, ...Object.fromEntries(same) } }
    const previous = await record(store, policy, current)
    evidence = observe(evidence, watch, previous, current, baseline, policy)
    return evidence.looks.at(-1)!.down
  }
  const nobody = { stage: 0, stageOf: 4, controls: 0, controlsOf: 8 }
  await lookAt(START_MS)
  plant.update(plant.canaries)
  for (let minute = 5; minute <= 20; minute += 5) await lookAt(START_MS + minute * MINUTE_MS)
  const lastMs = START_MS + 20 * MINUTE_MS
  // Three looks within a minute, in which nobody had to report.
  for (const seconds of [5, 10, 29]) expect(await lookAt(lastMs + seconds * 1000)).toEqual(nobody)
  const silent = ['line-2-0', 'line-3-1']
  for (const minute of [1, 2, 3]) expect(await lookAt(lastMs + minute * MINUTE_MS, silent)).toEqual(nobody)
  for (const minute of [4, 4.5, 5]) {
    expect(await lookAt(lastMs + minute * MINUTE_MS, silent)).toEqual({ ...nobody, stage: 1, controls: 1 })
  }
  expect(await lookAt(lastMs + 6 * MINUTE_MS)).toEqual(nobody)
})

it('has heard a device as late as its sample says, where the reading was slow and not the device', () => {
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
