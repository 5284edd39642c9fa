import { describe, expect, it } from 'vitest'
import { CANARY, HOUR_MS, MINUTE_MS, NEW, OLD, runWorld } from './fixtures.ts'

/** The effects of faults on a device under the rules of the nucleus. The release is deployed at 20 min. */
const inNew = { firmware: NEW }

describe('a crash', () => {
  it('soon after each start leaves the component BROKEN at the third, by the rule of the nucleus', async () => {
    const { states, of } = await runWorld({ faults: [{ kind: 'crash', in: inNew, after: '5min' }], hours: 3 })
    expect(of('firmware-crashed')).toHaveLength(3)
    expect(states().slice(-4)).toEqual([`${NEW} STARTING`, `${NEW} RUNNING`, `${NEW} ERRORED`, `${NEW} BROKEN`])
    // The deployment had succeeded by then and is not reverted. [source: services-to-track]
    expect(of('deployment-finished')).toMatchObject([{ status: 'SUCCEEDED' }])
  })

  it('at least an hour after each start never leaves it BROKEN', async () => {
    const { states, of } = await runWorld({ faults: [{ kind: 'crash', in: inNew, after: '61min' }], hours: 8 })
    expect(of('firmware-crashed').length).toBeGreaterThan(5)
    expect(states()).not.toContain(`${NEW} BROKEN`)
  })
})

it('a leak is a sawtooth: killed at the limit, restarted, leaks again', async () => {
  const faults = [{ kind: 'memory-leak', in: inNew, rate: '300 MiB/h' }]
  const { snapshots, of, states } = await runWorld({ faults, hours: 4, snapshotEveryMs: 60_000 })
  const memory = snapshots.map((snapshot) => snapshot[CANARY]?.gauges.memoryMiB ?? 0)
  const kills = of('firmware-crashed')
  expect(kills.map(({ reason }) => reason)).toEqual(Array(2).fill({ code: 'OUT_OF_MEMORY', data: { limitMiB: 512 } }))
  const [first, second] = kills.map(({ atMs }) => atMs) as [number, number]
  // (512 - 148 +- 5) MiB at 300 MiB/h are 73 min, plus the restart.
  expect((second - first) / MINUTE_MS).toBeGreaterThan(71)
  expect((second - first) / MINUTE_MS).toBeLessThan(76)
  const steep = memory.filter((mib, i) => mib < (memory[i - 1] ?? 0) - 200)
  expect(steep.length, 'drops of more than 200 MiB: two kills, each seen once').toBe(2)
  expect(Math.max(...memory)).toBeGreaterThan(480)
  expect(states()).not.toContain(`${NEW} BROKEN`) // the errors are more than an hour apart
})

describe('a counter', () => {
  const cyclesAt = (
    snapshots: Awaited<ReturnType<typeof runWorld>>['snapshots'],
    thing: string,
    index: number,
  ): number => snapshots[index]?.[thing]?.counters.cycles ?? 0

  it.each([
    [
      'overflows just after the minute in which the machine has made its cycles, again after each restart',
      inNew,
      false,
    ],
    ['of what ran before the rehearsal counts from its start, not from the week before', { fleet: 'all' }, true],
  ])('%s', async (_, where, history) => {
    const faults = [{ kind: 'counter-overflow', in: where, cycles: 100 }]
    const deployments: Record<number, string> = history ? {} : { 20: NEW }
    // Several devices: the progress of the running cycle changes the minute for some of them only.
    const everyMs = 10_000
    const others = history ? 8 : 0
    const world = await runWorld({ faults, hours: 5, snapshotEveryMs: everyMs, deployments, history, others })
    const { startMs, of, snapshots } = world
    for (const thing of Object.keys(world.last)) {
      const started = of('firmware-started', thing).slice(history ? 0 : 1)
      const crashed = of('firmware-crashed', thing)
      expect(crashed.length).toBeGreaterThan(1)
      const overflow = { code: 'COUNTER_OVERFLOW', data: { cycles: 100 } }
      expect(crashed.map(({ reason }) => reason)).toEqual(crashed.map(() => overflow))
      expect(world.onsets(thing)).toEqual([((crashed[0]?.atMs ?? 0) - startMs) / MINUTE_MS])
      crashed.forEach(({ atMs }, run) => {
        // The first snapshot is at the start; a snapshot includes the sample of its millisecond, a crash comes after it.
        const before = (ms: number): number => Math.floor((ms - 2 - startMs) / everyMs)
        const isFirst = history && run === 0
        const startedAtMs = started[run]?.atMs ?? 0
        const base = isFirst ? world.cyclesBefore(thing) : cyclesAt(snapshots, thing, before(startedAtMs))
        expect(cyclesAt(snapshots, thing, before(atMs) + 1) - base, `${thing}, run ${run}`).toBeGreaterThanOrEqual(100)
        expect(cyclesAt(snapshots, thing, before(atMs)) - base, `${thing}, run ${run}`).toBeLessThan(100)
      })
    }
  })

  it('fails first on the fast lines, and later over a weekend', async () => {
    const faults = [{ kind: 'counter-overflow', in: inNew, cycles: 1_500 }]
    const monday = await runWorld({ faults, hours: 40, lines: 4 })
    const things = Object.keys(monday.last)
    const firstCrash = (world: typeof monday, thing: string) =>
      (world.of('firmware-crashed', thing)[0]?.atMs ?? Number.NaN) - world.startMs
    const meanCycleMs = (thing: string) => {
      const { cycleTimeMsSum = 0, cycles = 1 } = monday.last[thing]?.counters ?? {}
      return cycleTimeMsSum / cycles
    }
    const bySpeed = [...things].sort((a, b) => meanCycleMs(a) - meanCycleMs(b))
    const byCrash = [...things].sort((a, b) => firstCrash(monday, a) - firstCrash(monday, b))
    expect(byCrash).toEqual(bySpeed)
    const saturday = await runWorld({ faults, hours: 60, lines: 4, start: '2026-03-07T13:00:00Z' })
    for (const thing of things) expect(firstCrash(saturday, thing)).toBeGreaterThan(firstCrash(monday, thing))
  })

  it('takes into account what else slows the machine, and may cause errors instead of a crash', async () => {
    const counter = { kind: 'counter-overflow', in: inNew, cycles: 100, factor: 50 }
    const slow = { kind: 'cycle-drift', in: inNew, onset: '0h', rate: '60 %/h' }
    const [alone, slowed] = [
      await runWorld({ faults: [counter], hours: 8 }),
      await runWorld({ faults: [counter, slow], hours: 8 }),
    ]
    expect(slowed.onsets()[1]).toBeGreaterThan((alone.onsets()[0] ?? Number.NaN) + 30)
    expect(alone.of('firmware-crashed')).toEqual([])
    expect(alone.last[CANARY]?.counters.errors).toBeGreaterThan(100)
  })
})

describe('a deployment', () => {
  it('whose download hangs stays IN_PROGRESS until its job times out, and is dropped; the next one succeeds', async () => {
    const faults = [{ kind: 'hang', in: { ...inNew, device: CANARY }, at: 'download' }]
    const { executions, states, onsets, last } = await runWorld({
      faults,
      hours: 2,
      deployments: { 20: NEW, 100: OLD },
    })
    expect(executions()).toEqual(['QUEUED', 'IN_PROGRESS', 'TIMED_OUT', 'QUEUED', 'IN_PROGRESS', 'SUCCEEDED'])
    expect(onsets()[0]).toBeCloseTo(20.2, 0)
    expect(states()).toEqual([])
    expect(last[CANARY]).toMatchObject({ firmwareVersion: OLD, componentState: 'RUNNING' })
  })

  it('is rejected as stale', async () => {
    const { executions, of, states, onsets } = await runWorld({
      faults: [{ kind: 'rejected-job', in: inNew }],
      hours: 1,
    })
    expect(executions()).toEqual(['QUEUED', 'REJECTED'])
    expect(of('deployment-finished')).toMatchObject([{ status: 'REJECTED', detailedStatus: 'REJECTED' }])
    expect([states(), onsets().length]).toEqual([[], 1])
  })

  it.each([
    ['disk-full', 0, 0, ['DEPLOYMENT_FAILURE', 'ARTIFACT_DOWNLOAD_ERROR', 'DISK_SPACE_CRITICAL'], 'DEVICE_ERROR'],
    [
      'corrupt-artifact',
      1,
      10,
      ['DEPLOYMENT_FAILURE', 'ARTIFACT_DOWNLOAD_ERROR', 'ARTIFACT_CHECKSUM_MISMATCH'],
      'COMPONENT_RECIPE_ERROR',
    ],
  ])('fails without any change: %s', async (because, first, attempts, stack, type) => {
    const faults = [{ kind: 'failed-download', in: inNew, because }]
    const { executions, of, states, onsets, startMs, statusDetails } = await runWorld({ faults, hours: 1 })
    expect(executions()).toEqual(['QUEUED', 'IN_PROGRESS', 'FAILED'])
    expect(of('deployment-finished')).toMatchObject([{ detailedStatus: 'FAILED_NO_STATE_CHANGE' }])
    expect(statusDetails()).toMatchObject({
      'deployment-error-stack': JSON.stringify(stack),
      'deployment-error-types': JSON.stringify([type]),
    })
    // An attempt takes 30 to 90 s, the check before it 1 to 4 s; attempts are a minute apart.
    const minutesTo = (atMs: number): number => (atMs - (of('deployment-received')[0]?.atMs ?? 0)) / MINUTE_MS
    const within = (minutes: number, times: number): void => {
      const pauses = Math.max(0, times - 1)
      expect(minutes).toBeGreaterThan(pauses + times * 0.5)
      expect(minutes).toBeLessThan(pauses + times * 1.5 + 0.1)
    }
    within(minutesTo(startMs + (onsets()[0] ?? 0) * MINUTE_MS), first)
    within(minutesTo(of('deployment-finished')[0]?.atMs ?? 0), attempts)
    expect(states()).toEqual([])
  })
})

describe('a starved device', () => {
  const leak = { kind: 'memory-leak', in: inNew, rate: '300 MiB/h' }
  const starved = { kind: 'starved-download', in: { fleet: 'all' }, freeBelow: '10 %' }
  const pruned = { kind: 'pruned-artifacts', in: inNew }

  it('cannot download the old version for a rollback once its artifact is deleted', async () => {
    const faults = [leak, starved, pruned]
    const { executions, last, statusDetails } = await runWorld({
      faults,
      hours: 1.6,
      deployments: { 20: NEW, 85: OLD },
    })
    expect(executions().slice(-2)).toEqual(['IN_PROGRESS', 'FAILED'])
    expect(statusDetails()['deployment-error-stack']).toBe(
      '["DEPLOYMENT_FAILURE","ARTIFACT_DOWNLOAD_ERROR","IO_ERROR","IO_WRITE_ERROR"]',
    )
    expect(last[CANARY]?.firmwareVersion).toBe(NEW)
  })

  it.each([
    ['while it still has its artifact', [leak, starved], 85],
    ['while there still is memory', [leak, starved, pruned], 60],
    ['as long as it has memory to spare', [starved, pruned], 85],
  ])('rolls back %s', async (_, faults, minute) => {
    const { executions, last } = await runWorld({ faults, hours: 1.6, deployments: { 20: NEW, [minute]: OLD } })
    expect(executions().at(-1)).toBe('SUCCEEDED')
    expect(last[CANARY]?.firmwareVersion).toBe(OLD)
  })
})

describe('a device that restarts', () => {
  it('falls back silently: AWS lists SUCCEEDED, the device runs the previous version', async () => {
    const faults = [{ kind: 'silent-fallback', in: inNew, after: '30min' }]
    const world = await runWorld({ faults, hours: 2 })
    const { executions, states, of, last } = world
    expect(executions()).toEqual(['QUEUED', 'IN_PROGRESS', 'SUCCEEDED'])
    expect(states().slice(-4)).toEqual([`${OLD} NEW`, `${OLD} INSTALLED`, `${OLD} STARTING`, `${OLD} RUNNING`])
    expect(last[CANARY]).toMatchObject({ firmwareVersion: OLD, componentState: 'RUNNING' })
    const [onsetMs] = of('fault-started').map(({ atMs }) => atMs)
    expect(of('device-disconnected').map(({ atMs }) => atMs)).toEqual([onsetMs])
    expect(of('firmware-started').map(({ bootId }) => bootId)).toContain(last[CANARY]?.bootId)
  })

  it('in the download processes the job again and succeeds', async () => {
    const faults = [{ kind: 'reboot', in: inNew, at: 'download', for: '3min' }]
    const { executions, of, states, last } = await runWorld({ faults, hours: 1 })
    expect(executions()).toEqual(['QUEUED', 'IN_PROGRESS', 'SUCCEEDED'])
    expect(of('deployment-received')).toHaveLength(2)
    expect(of('device-connected')).toHaveLength(2)
    expect(states().slice(0, 4)).toEqual([`${OLD} NEW`, `${OLD} INSTALLED`, `${OLD} STARTING`, `${OLD} RUNNING`])
    expect(last[CANARY]?.firmwareVersion).toBe(NEW)
  })

  it('in the install finds its configuration merged, and succeeds when the new version runs', async () => {
    const faults = [{ kind: 'reboot', in: inNew, at: 'install' }]
    const { of, states } = await runWorld({ faults, hours: 1 })
    expect(of('deployment-received')).toHaveLength(2)
    const running = of('component-state').find(({ version, state }) => version === NEW && state === 'RUNNING')
    expect(of('deployment-finished')).toMatchObject([{ status: 'SUCCEEDED', atMs: running?.atMs }])
    expect(states().filter((state) => state === `${NEW} NEW`)).toHaveLength(2)
  })

  it('in the install of a version that does not start has nothing to roll back to', async () => {
    const faults = [
      { kind: 'reboot', in: inNew, at: 'install' },
      { kind: 'crash', in: inNew, at: 'start' },
    ]
    const { of, last } = await runWorld({ faults, hours: 1 })
    expect(of('deployment-finished')).toMatchObject([{ detailedStatus: 'FAILED_UNABLE_TO_ROLLBACK' }])
    expect(last[CANARY]).toMatchObject({ firmwareVersion: NEW, componentState: 'BROKEN' })
  })

  it.each([
    ['3min', 41],
    ['30min', 53],
  ])('for %s while its network is down until minute 41 is offline until both are back', async (away, minute) => {
    const faults = [
      { kind: 'reboot', in: inNew, at: 'install', for: away },
      { kind: 'offline', in: { device: CANARY }, from: '21min', for: '20min' },
    ]
    const { of, startMs } = await runWorld({ faults, hours: 1 })
    const minutes = of('device-connected').map(({ atMs }) => Math.ceil((atMs - startMs) / MINUTE_MS))
    expect(minutes).toEqual([0, minute])
  })
})

describe('a bricked device', () => {
  it('in the install never answers: its job times out', async () => {
    const { executions, of, states } = await runWorld({
      faults: [{ kind: 'bricked', in: inNew, at: 'install' }],
      hours: 3,
    })
    expect(executions()).toEqual(['QUEUED', 'IN_PROGRESS', 'TIMED_OUT'])
    expect(states().at(-1)).toBe(`${NEW} NEW`)
    expect([of('device-connected').length, of('device-disconnected').length]).toEqual([1, 1])
  })

  it('after a success is silent from then on, whatever is deployed', async () => {
    const faults = [{ kind: 'bricked', in: inNew, after: '30min' }]
    const { executions, last, onsets, startMs } = await runWorld({
      faults,
      hours: 3,
      deployments: { 20: NEW, 90: OLD },
    })
    expect(executions()).toEqual(['QUEUED', 'IN_PROGRESS', 'SUCCEEDED', 'QUEUED'])
    expect((last[CANARY]?.sampledAtMs ?? 0) - startMs).toBeLessThanOrEqual((onsets()[0] ?? 0) * MINUTE_MS)
  })
})

it('a wrong clock changes only the times in documents', async () => {
  const faults = [{ kind: 'clock-skew', in: inNew, behind: '90min' }]
  const [right, wrong] = [await runWorld({ faults: [], hours: 1 }), await runWorld({ faults, hours: 1 })]
  const [a, b] = [right.last[CANARY], wrong.last[CANARY]]
  expect((b?.sampledAtMs ?? 0) - (a?.sampledAtMs ?? 0)).toBe(-1.5 * HOUR_MS)
  expect({ ...b, sampledAtMs: 0 }).toEqual({ ...a, sampledAtMs: 0 })
  expect(wrong.records.filter(({ kind }) => kind !== 'fault-started')).toHaveLength(right.records.length)
})

describe('data that the other version cannot read', () => {
  const state = { kind: 'unreadable-state', in: { firmware: OLD }, writtenBy: NEW }
  const messages = { kind: 'unreadable-messages', in: { firmware: OLD }, sentBy: NEW, factor: 40 }
  const backAt60 = { 20: NEW, 60: OLD }

  it('prevents the start of the old version only where the new one has run', async () => {
    const { executions, of, last, onsets } = await runWorld({
      faults: [state],
      hours: 2,
      others: 1,
      deployments: backAt60,
    })
    expect(executions().at(-1)).toBe('FAILED')
    expect(of('deployment-finished').at(-1)).toMatchObject({ detailedStatus: 'FAILED_ROLLBACK_COMPLETE' })
    expect(last[CANARY]).toMatchObject({ firmwareVersion: NEW, componentState: 'RUNNING' })
    expect(onsets()[0]).toBeGreaterThan(60)
    const [other] = Object.keys(last).filter((thing) => thing !== CANARY)
    expect(onsets(other)).toEqual([])
  })

  it('is inactive where a migration is installed', async () => {
    // The health component replaces the migration: only its presence matters.
    const faults = [{ ...state, unlessComponent: 'com.plant.HealthMonitor' }]
    const { executions, last } = await runWorld({ faults, hours: 2, deployments: backAt60 })
    expect(executions().at(-1)).toBe('SUCCEEDED')
    expect(last[CANARY]?.firmwareVersion).toBe(OLD)
  })

  it('affects line peers on the old version, as long as the new one runs on their line', async () => {
    const options = { hours: 5, lines: 2, others: 2, deployments: { 40: NEW, 140: OLD }, snapshotEveryMs: HOUR_MS / 2 }
    const [healthy, disturbed] = [
      await runWorld({ faults: [], ...options }),
      await runWorld({ faults: [messages], ...options }),
    ]
    const errors = (world: typeof healthy, thing: string) =>
      world.snapshots.map((snapshot) => snapshot[thing]?.counters.errors ?? 0)
    for (const thing of Object.keys(healthy.last)) {
      const more = errors(disturbed, thing).map((count, i) => count - (errors(healthy, thing)[i] ?? 0))
      const isNeighbour = healthy.of('deployment-received', thing).length === 0
      if (!isNeighbour) continue
      expect(more[1], 'before the release').toBe(0)
      expect(more[4], 'while the new version runs').toBeGreaterThan(40)
      expect(more.slice(5), 'after the rollback').toEqual(Array(more.length - 5).fill(more[5]))
      const started = healthy.records.find((record) => {
        return (
          record.kind === 'firmware-started' && record.version === NEW && record.thing.startsWith(thing.slice(0, 7))
        )
      })
      expect(disturbed.of('fault-started', thing).map(({ atMs }) => atMs)).toEqual([started?.atMs])
    }
  })
})
