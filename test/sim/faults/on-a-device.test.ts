import { describe, expect, it } from 'vitest'
import { CANARY, HOUR_MS, MINUTE_MS, NEW, OLD, play } from './fixtures.ts'

/** What the faults come to on a device under a real nucleus' rules. The release is deployed at 20 min. */
const inNew = { firmware: NEW }

describe('a crash', () => {
  it('soon after each start leaves the component BROKEN at its third, by the rule of the nucleus', async () => {
    const { states, of } = await play({ faults: [{ kind: 'crash', in: inNew, after: '5min' }], hours: 3 })
    expect(of('firmware-crashed')).toHaveLength(3)
    expect(states().slice(-4)).toEqual([`${NEW} STARTING`, `${NEW} RUNNING`, `${NEW} ERRORED`, `${NEW} BROKEN`])
    // The deployment had succeeded by then: nobody takes that back. [protocol 4: a crash after success]
    expect(of('deployment-finished')).toMatchObject([{ status: 'SUCCEEDED' }])
  })

  it('an hour and more after each start never does', async () => {
    const { states, of } = await play({ faults: [{ kind: 'crash', in: inNew, after: '61min' }], hours: 8 })
    expect(of('firmware-crashed').length).toBeGreaterThan(5)
    expect(states()).not.toContain(`${NEW} BROKEN`)
  })
})

it('a leak is a sawtooth: killed at the limit, restarted, and it leaks again', async () => {
  const faults = [{ kind: 'memory-leak', in: inNew, rate: '300 MiB/h' }]
  const { evaluations, of, states } = await play({ faults, hours: 4, lookEveryMs: 60_000 })
  const memory = evaluations.map((evaluation) => evaluation[CANARY]?.gauges.memoryMiB ?? 0)
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
    evaluations: Awaited<ReturnType<typeof play>>['evaluations'],
    thing: string,
    index: number,
  ): number => evaluations[index]?.[thing]?.counters.cycles ?? 0

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
    // Several devices: how far into a cycle each is decides on the minute for some of them only.
    const everyMs = 10_000
    const others = history ? 8 : 0
    const world = await play({ faults, hours: 5, lookEveryMs: everyMs, deployments, history, others })
    const { startMs, of, evaluations } = world
    for (const thing of Object.keys(world.last)) {
      const started = of('firmware-started', thing).slice(history ? 0 : 1)
      const crashed = of('firmware-crashed', thing)
      expect(crashed.length).toBeGreaterThan(1)
      const overflow = { code: 'COUNTER_OVERFLOW', data: { cycles: 100 } }
      expect(crashed.map(({ reason }) => reason)).toEqual(crashed.map(() => overflow))
      expect(world.onsets(thing)).toEqual([((crashed[0]?.atMs ?? 0) - startMs) / MINUTE_MS])
      crashed.forEach(({ atMs }, run) => {
        // The first look is at the start; a sample is seen in the look of its own millisecond, a crash comes after it.
        const before = (ms: number): number => Math.floor((ms - 2 - startMs) / everyMs)
        const isFirst = history && run === 0
        const startedAtMs = started[run]?.atMs ?? 0
        const base = isFirst ? world.cyclesBefore(thing) : cyclesAt(evaluations, thing, before(startedAtMs))
        expect(cyclesAt(evaluations, thing, before(atMs) + 1) - base, `${thing}, run ${run}`).toBeGreaterThanOrEqual(
          100,
        )
        expect(cyclesAt(evaluations, thing, before(atMs)) - base, `${thing}, run ${run}`).toBeLessThan(100)
      })
    }
  })

  it('fails first on the fast lines, and later over a weekend', async () => {
    const faults = [{ kind: 'counter-overflow', in: inNew, cycles: 1_500 }]
    const monday = await play({ faults, hours: 40, lines: 4 })
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
    const saturday = await play({ faults, hours: 60, lines: 4, start: '2026-03-07T13:00:00Z' })
    for (const thing of things) expect(firstCrash(saturday, thing)).toBeGreaterThan(firstCrash(monday, thing))
  })

  it('sees what else slows the machine, and may bring errors instead of a crash', async () => {
    const counter = { kind: 'counter-overflow', in: inNew, cycles: 100, factor: 50 }
    const slow = { kind: 'cycle-drift', in: inNew, onset: '0h', rate: '60 %/h' }
    const [alone, slowed] = [
      await play({ faults: [counter], hours: 8 }),
      await play({ faults: [counter, slow], hours: 8 }),
    ]
    expect(slowed.onsets()[1]).toBeGreaterThan((alone.onsets()[0] ?? Number.NaN) + 30)
    expect(alone.of('firmware-crashed')).toEqual([])
    expect(alone.last[CANARY]?.counters.errors).toBeGreaterThan(100)
  })
})

describe('a deployment', () => {
  it('whose download hangs stays IN_PROGRESS until its job gives up, and is dropped; the next one works', async () => {
    const faults = [{ kind: 'hang', in: { ...inNew, device: CANARY }, at: 'download' }]
    const { executions, states, onsets, last } = await play({ faults, hours: 2, deployments: { 20: NEW, 100: OLD } })
    expect(executions()).toEqual(['QUEUED', 'IN_PROGRESS', 'TIMED_OUT', 'QUEUED', 'IN_PROGRESS', 'SUCCEEDED'])
    expect(onsets()[0]).toBeCloseTo(20.2, 0)
    expect(states()).toEqual([])
    expect(last[CANARY]).toMatchObject({ firmwareVersion: OLD, componentState: 'RUNNING' })
  })

  it('is rejected as stale', async () => {
    const { executions, of, states, onsets } = await play({ faults: [{ kind: 'rejected-job', in: inNew }], hours: 1 })
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
  ])('fails with nothing changed: %s', async (because, first, attempts, stack, type) => {
    const faults = [{ kind: 'failed-download', in: inNew, because }]
    const { executions, of, states, onsets, startMs, statusDetails } = await play({ faults, hours: 1 })
    expect(executions()).toEqual(['QUEUED', 'IN_PROGRESS', 'FAILED'])
    expect(of('deployment-finished')).toMatchObject([{ detailedStatus: 'FAILED_NO_STATE_CHANGE' }])
    expect(statusDetails()).toMatchObject({
      'deployment-error-stack': JSON.stringify(stack),
      'deployment-error-types': JSON.stringify([type]),
    })
    // An attempt takes 30 to 90 s, the look before it 1 to 4 s; attempts are a minute apart.
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

  it('cannot download its own way back, once the old artifact is gone', async () => {
    const faults = [leak, starved, pruned]
    const { executions, last, statusDetails } = await play({ faults, hours: 1.6, deployments: { 20: NEW, 85: OLD } })
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
  ])('goes back %s', async (_, faults, minute) => {
    const { executions, last } = await play({ faults, hours: 1.6, deployments: { 20: NEW, [minute]: OLD } })
    expect(executions().at(-1)).toBe('SUCCEEDED')
    expect(last[CANARY]?.firmwareVersion).toBe(OLD)
  })
})

describe('a device that restarts', () => {
  it('falls back silently: AWS says SUCCEEDED, the device runs the version before', async () => {
    const faults = [{ kind: 'silent-fallback', in: inNew, after: '30min' }]
    const world = await play({ faults, hours: 2 })
    const { executions, states, of, last } = world
    expect(executions()).toEqual(['QUEUED', 'IN_PROGRESS', 'SUCCEEDED'])
    expect(states().slice(-4)).toEqual([`${OLD} NEW`, `${OLD} INSTALLED`, `${OLD} STARTING`, `${OLD} RUNNING`])
    expect(last[CANARY]).toMatchObject({ firmwareVersion: OLD, componentState: 'RUNNING' })
    const [onsetMs] = of('fault-started').map(({ atMs }) => atMs)
    expect(of('device-disconnected').map(({ atMs }) => atMs)).toEqual([onsetMs])
    expect(of('firmware-started').map(({ bootId }) => bootId)).toContain(last[CANARY]?.bootId)
  })

  it('in the download takes the job up again and succeeds', async () => {
    const faults = [{ kind: 'reboot', in: inNew, at: 'download', for: '3min' }]
    const { executions, of, states, last } = await play({ faults, hours: 1 })
    expect(executions()).toEqual(['QUEUED', 'IN_PROGRESS', 'SUCCEEDED'])
    expect(of('deployment-received')).toHaveLength(2)
    expect(of('device-connected')).toHaveLength(2)
    expect(states().slice(0, 4)).toEqual([`${OLD} NEW`, `${OLD} INSTALLED`, `${OLD} STARTING`, `${OLD} RUNNING`])
    expect(last[CANARY]?.firmwareVersion).toBe(NEW)
  })

  it('in the install finds its configuration merged, and is done when the new version runs', async () => {
    const faults = [{ kind: 'reboot', in: inNew, at: 'install' }]
    const { of, states } = await play({ faults, hours: 1 })
    expect(of('deployment-received')).toHaveLength(2)
    const running = of('component-state').find(({ version, state }) => version === NEW && state === 'RUNNING')
    expect(of('deployment-finished')).toMatchObject([{ status: 'SUCCEEDED', atMs: running?.atMs }])
    expect(states().filter((state) => state === `${NEW} NEW`)).toHaveLength(2)
  })

  it('in the install of a version that does not start has nothing to go back to', async () => {
    const faults = [
      { kind: 'reboot', in: inNew, at: 'install' },
      { kind: 'crash', in: inNew, at: 'start' },
    ]
    const { of, last } = await play({ faults, hours: 1 })
    expect(of('deployment-finished')).toMatchObject([{ detailedStatus: 'FAILED_UNABLE_TO_ROLLBACK' }])
    expect(last[CANARY]).toMatchObject({ firmwareVersion: NEW, componentState: 'BROKEN' })
  })

  it.each([
    ['3min', 41],
    ['30min', 53],
  ])('for %s while its network is down until minute 41 stays away until both are back', async (away, minute) => {
    const faults = [
      { kind: 'reboot', in: inNew, at: 'install', for: away },
      { kind: 'offline', in: { device: CANARY }, from: '21min', for: '20min' },
    ]
    const { of, startMs } = await play({ faults, hours: 1 })
    const minutes = of('device-connected').map(({ atMs }) => Math.ceil((atMs - startMs) / MINUTE_MS))
    expect(minutes).toEqual([0, minute])
  })
})

describe('a bricked device', () => {
  it('in the install never answers: its job runs into its time limit', async () => {
    const { executions, of, states } = await play({ faults: [{ kind: 'bricked', in: inNew, at: 'install' }], hours: 3 })
    expect(executions()).toEqual(['QUEUED', 'IN_PROGRESS', 'TIMED_OUT'])
    expect(states().at(-1)).toBe(`${NEW} NEW`)
    expect([of('device-connected').length, of('device-disconnected').length]).toEqual([1, 1])
  })

  it('after a success is silent from then on, whatever is deployed', async () => {
    const faults = [{ kind: 'bricked', in: inNew, after: '30min' }]
    const { executions, last, onsets, startMs } = await play({ faults, hours: 3, deployments: { 20: NEW, 90: OLD } })
    expect(executions()).toEqual(['QUEUED', 'IN_PROGRESS', 'SUCCEEDED', 'QUEUED'])
    expect((last[CANARY]?.sampledAtMs ?? 0) - startMs).toBeLessThanOrEqual((onsets()[0] ?? 0) * MINUTE_MS)
  })
})

it('a wrong clock shows in the documents alone', async () => {
  const faults = [{ kind: 'clock-skew', in: inNew, behind: '90min' }]
  const [right, wrong] = [await play({ faults: [], hours: 1 }), await play({ faults, hours: 1 })]
  const [a, b] = [right.last[CANARY], wrong.last[CANARY]]
  expect((b?.sampledAtMs ?? 0) - (a?.sampledAtMs ?? 0)).toBe(-1.5 * HOUR_MS)
  expect({ ...b, sampledAtMs: 0 }).toEqual({ ...a, sampledAtMs: 0 })
  expect(wrong.records.filter(({ kind }) => kind !== 'fault-started')).toHaveLength(right.records.length)
})

describe('data that the other version cannot read', () => {
  const state = { kind: 'unreadable-state', in: { firmware: OLD }, writtenBy: NEW }
  const messages = { kind: 'unreadable-messages', in: { firmware: OLD }, sentBy: NEW, factor: 40 }
  const backAt60 = { 20: NEW, 60: OLD }

  it('keeps the old version from starting where the new one has run, and there alone', async () => {
    const { executions, of, last, onsets } = await play({ faults: [state], hours: 2, others: 1, deployments: backAt60 })
    expect(executions().at(-1)).toBe('FAILED')
    expect(of('deployment-finished').at(-1)).toMatchObject({ detailedStatus: 'FAILED_ROLLBACK_COMPLETE' })
    expect(last[CANARY]).toMatchObject({ firmwareVersion: NEW, componentState: 'RUNNING' })
    expect(onsets()[0]).toBeGreaterThan(60)
    const [other] = Object.keys(last).filter((thing) => thing !== CANARY)
    expect(onsets(other)).toEqual([])
  })

  it('rests where a migration is installed', async () => {
    // The health component stands for the migration: what counts is that it is installed.
    const faults = [{ ...state, unlessComponent: 'com.plant.HealthMonitor' }]
    const { executions, last } = await play({ faults, hours: 2, deployments: backAt60 })
    expect(executions().at(-1)).toBe('SUCCEEDED')
    expect(last[CANARY]?.firmwareVersion).toBe(OLD)
  })

  it('disturbs the neighbours that stay on the old version, as long as the new one runs on their line', async () => {
    const options = { hours: 5, lines: 2, others: 2, deployments: { 40: NEW, 140: OLD }, lookEveryMs: HOUR_MS / 2 }
    const [healthy, disturbed] = [
      await play({ faults: [], ...options }),
      await play({ faults: [messages], ...options }),
    ]
    const errors = (world: typeof healthy, thing: string) =>
      world.evaluations.map((evaluation) => evaluation[thing]?.counters.errors ?? 0)
    for (const thing of Object.keys(healthy.last)) {
      const more = errors(disturbed, thing).map((count, i) => count - (errors(healthy, thing)[i] ?? 0))
      const isNeighbour = healthy.of('deployment-received', thing).length === 0
      if (!isNeighbour) continue
      expect(more[1], 'before the release').toBe(0)
      expect(more[4], 'while the new version runs').toBeGreaterThan(40)
      expect(more.slice(5), 'after the way back').toEqual(Array(more.length - 5).fill(more[5]))
      const started = healthy.records.find((record) => {
        return (
          record.kind === 'firmware-started' && record.version === NEW && record.thing.startsWith(thing.slice(0, 7))
        )
      })
      expect(disturbed.of('fault-started', thing).map(({ atMs }) => atMs)).toEqual([started?.atMs])
    }
  })
})
