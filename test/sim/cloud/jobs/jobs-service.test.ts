import { beforeEach, describe, expect, it } from 'vitest'
import { isTerminal, JOB_EXECUTION_STATUSES, mayMove } from '../../../../sim/cloud/jobs/job-execution.ts'
import { CloudBench } from '../fixtures.ts'

const NS = 'namespace-aws-gg-deployment'
let bench: CloudBench

beforeEach(() => {
  bench = new CloudBench().withCanaries(3)
})

const create = (jobId: string, over: object = {}) =>
  bench.cloud.jobs.createJob({
    jobId,
    targets: [{ kind: 'group', name: 'canary' }],
    document: { deploymentId: `d-${jobId}` },
    targetSelection: 'CONTINUOUS',
    namespaceId: 'aws-gg-deployment',
    ...over,
  })
const send = (rest: string, payload: unknown = {}): Record<string, unknown> | undefined => {
  bench.send('thing-0', `jobs/${rest}`, payload)
  return bench.replies.at(-1)?.payload
}
const status = (jobId: string, thing = 'thing-0'): string =>
  (bench.call('iot', 'DescribeJobExecution', { jobId, thingName: thing }).execution as { status: string }).status
const notified = (): Record<string, unknown> =>
  bench.published.filter(({ topic }) => topic === `$aws/things/thing-0/jobs/notify-${NS}`).at(-1)?.payload ?? {}

describe('the state machine', () => {
  it('lets each actor do what the service allows, and nothing leaves a terminal status', () => {
    const moves = JOB_EXECUTION_STATUSES.flatMap((from) =>
      JOB_EXECUTION_STATUSES.flatMap((to) =>
        (['device', 'service', 'cancel', 'force-cancel'] as const)
          .filter((actor) => mayMove(from, to, actor))
          .map((actor) => `${actor}: ${from} -> ${to}`),
      ),
    )
    expect(moves).toMatchInlineSnapshot(`
      [
        "device: QUEUED -> IN_PROGRESS",
        "device: QUEUED -> SUCCEEDED",
        "device: QUEUED -> FAILED",
        "device: QUEUED -> REJECTED",
        "service: QUEUED -> REMOVED",
        "cancel: QUEUED -> CANCELED",
        "force-cancel: QUEUED -> CANCELED",
        "device: IN_PROGRESS -> IN_PROGRESS",
        "device: IN_PROGRESS -> SUCCEEDED",
        "device: IN_PROGRESS -> FAILED",
        "device: IN_PROGRESS -> REJECTED",
        "service: IN_PROGRESS -> TIMED_OUT",
        "service: IN_PROGRESS -> REMOVED",
        "force-cancel: IN_PROGRESS -> CANCELED",
      ]
    `)
    expect(JOB_EXECUTION_STATUSES.filter((one) => !isTerminal(one))).toEqual(['QUEUED', 'IN_PROGRESS'])
  })
})

describe('delivery', () => {
  it('shows the job as $next before it notifies, within 45 seconds', () => {
    create('j1')
    expect(send(`$next/${NS}/get`)).not.toHaveProperty('execution')
    bench.runFor(45_000)
    expect(notified()).toMatchObject({ jobs: { QUEUED: [{ jobId: 'j1', versionNumber: 1, executionNumber: 1 }] } })
    expect(send(`$next/${NS}/get`)).toMatchObject({
      execution: { jobId: 'j1', status: 'QUEUED', jobDocument: { deploymentId: 'd-j1' } },
    })
  })

  it('keeps namespaces apart', () => {
    create('j1')
    bench.runFor(45_000)
    expect(send('$next/get')).not.toHaveProperty('execution')
    expect(send('get')).toMatchObject({ queuedJobs: [], inProgressJobs: [] })
  })

  it('puts what is in progress first', () => {
    create('j1')
    bench.runFor(60_000)
    create('j2')
    bench.runFor(60_000)
    send(`j2/${NS}/update`, { status: 'IN_PROGRESS' })
    expect(send(`$next/${NS}/get`)).toMatchObject({ execution: { jobId: 'j2' } })
  })

  it('releases 60 per minute where that is the rollout rate', () => {
    const big = new CloudBench().withCanaries(340)
    big.cloud.jobs.createJob({
      jobId: 'j1',
      targets: [{ kind: 'group', name: 'canary' }],
      document: {},
      targetSelection: 'CONTINUOUS',
      rollout: { maximumPerMinute: 60 },
    })
    const releasedAfter = (minutes: number): number => {
      big.runFor(minutes * 60_000)
      return new Set(big.published.filter(({ topic }) => topic.endsWith('/jobs/notify')).map(({ topic }) => topic)).size
    }
    expect(releasedAfter(0.99)).toBeLessThanOrEqual(60)
    expect(releasedAfter(1)).toBeLessThanOrEqual(120)
    expect(releasedAfter(5)).toBe(340)
  })
})

describe('reports', () => {
  beforeEach(() => {
    create('j1')
    bench.runFor(45_000)
  })

  it('move the execution and count its version', () => {
    expect(send(`j1/${NS}/update`, { status: 'IN_PROGRESS', includeJobExecutionState: true })).toMatchObject({
      executionState: { status: 'IN_PROGRESS', versionNumber: 2 },
    })
    send(`j1/${NS}/update`, { status: 'SUCCEEDED', statusDetails: { 'detailed-deployment-status': 'SUCCESSFUL' } })
    expect(status('j1')).toBe('SUCCEEDED')
    expect(notified()).toMatchObject({ jobs: {} })
  })

  it('may name the expected version as text', () => {
    send(`j1/${NS}/update`, { status: 'IN_PROGRESS', expectedVersion: '1' })
    expect(status('j1')).toBe('IN_PROGRESS')
  })

  it.each([
    ['VersionMismatch', { status: 'IN_PROGRESS', expectedVersion: 9 }],
    ['VersionMismatch', { status: 'IN_PROGRESS', expectedVersion: '9' }],
    ['InvalidRequest', { status: 'IN_PROGRESS', expectedVersion: 'one' }],
    ['InvalidRequest', { status: 'TIMED_OUT' }],
    ['InvalidRequest', { status: 'FAILED', statusDetails: { key: '' } }],
    ['InvalidJson', null],
  ])('are rejected with %s', (code, payload) => {
    expect(send(`j1/${NS}/update`, payload)).toMatchObject({ code })
    expect(status('j1')).toBe('QUEUED')
  })

  it('after the end are rejected, with the state', () => {
    send(`j1/${NS}/update`, { status: 'FAILED' })
    expect(send(`j1/${NS}/update`, { status: 'SUCCEEDED' })).toMatchObject({
      code: 'TerminalStateReached',
      executionState: { status: 'FAILED' },
    })
  })

  it('on a job of another device are rejected', () => {
    expect(send(`j9/${NS}/update`, { status: 'IN_PROGRESS' })).toMatchObject({ code: 'ResourceNotFound' })
  })
})

describe('ends', () => {
  it('cancel ends queued executions, and running ones by force only', () => {
    create('j1')
    bench.runFor(45_000)
    send(`j1/${NS}/update`, { status: 'IN_PROGRESS' })
    bench.call('iot', 'CancelJob', { jobId: 'j1' })
    expect([status('j1'), status('j1', 'thing-1')]).toEqual(['IN_PROGRESS', 'CANCELED'])
    create('j2')
    bench.runFor(45_000)
    send(`j2/${NS}/update`, { status: 'IN_PROGRESS' })
    bench.call('iot', 'CancelJob', { jobId: 'j2', force: true })
    expect(status('j2')).toBe('CANCELED')
  })

  it('times out what exceeds its in-progress timeout', () => {
    create('j1', { timeout: { inProgressTimeoutInMinutes: 5 } })
    bench.runFor(45_000)
    send(`j1/${NS}/update`, { status: 'IN_PROGRESS' })
    bench.runFor(5 * 60_000)
    expect([status('j1'), status('j1', 'thing-1')]).toEqual(['TIMED_OUT', 'QUEUED'])
  })

  it('aborts when its criteria are met, and leaves running executions alone', () => {
    const criteriaList = [
      { failureType: 'FAILED', action: 'CANCEL', thresholdPercentage: 100, minNumberOfExecutedThings: 1 },
    ]
    const job = create('j1', { abort: { criteriaList } })
    bench.runFor(45_000)
    bench.send('thing-1', `jobs/j1/${NS}/update`, { status: 'IN_PROGRESS' })
    send(`j1/${NS}/update`, { status: 'FAILED' })
    bench.runFor(0)
    expect([job.status, status('j1', 'thing-1'), status('j1', 'thing-2')]).toEqual([
      'CANCELED',
      'IN_PROGRESS',
      'CANCELED',
    ])
    expect(job.reasonCode).toBe('ABORT_CRITERIA_MET')
  })

  it('follows membership: later joiners get a continuous job, leavers lose it', () => {
    create('j1')
    bench.call('iot', 'CreateThing', { thingName: 'late' })
    bench.call('iot', 'AddThingToThingGroup', { thingGroupName: 'canary', thingName: 'late' })
    expect(status('j1', 'late')).toBe('QUEUED')
    bench.call('iot', 'RemoveThingFromThingGroup', { thingGroupName: 'canary', thingName: 'thing-1' })
    expect(status('j1', 'thing-1')).toBe('REMOVED')
  })
})

describe('notifications', () => {
  it('are not sent when a queued job starts, and are empty when the last one is cancelled', () => {
    create('j1')
    bench.runFor(45_000)
    const before = bench.published.length
    send(`j1/${NS}/update`, { status: 'IN_PROGRESS' })
    expect(bench.published).toHaveLength(before)
    bench.cloud.jobs.cancelJob('j1', { force: true })
    expect(notified()).toEqual({ timestamp: bench.clock.nowMs() / 1000, jobs: {} })
    expect(bench.on(`thing-0/jobs/notify-next-${NS}`).at(-1)).not.toHaveProperty('execution')
  })

  it('announce another first pending job only when it changed', () => {
    create('j1')
    bench.runFor(60_000)
    create('j2')
    bench.runFor(60_000)
    expect(bench.on(`thing-0/jobs/notify-${NS}`)).toHaveLength(2)
    expect(bench.on(`thing-0/jobs/notify-next-${NS}`)).toMatchObject([{ execution: { jobId: 'j1' } }])
    send(`j1/${NS}/update`, { status: 'SUCCEEDED' })
    expect(bench.on(`thing-0/jobs/notify-next-${NS}`).at(-1)).toMatchObject({ execution: { jobId: 'j2' } })
  })

  it('carry at most ten summaries', () => {
    for (let i = 0; i < 12; i++) create(`j${i}`)
    bench.runFor(60_000)
    expect((notified().jobs as { QUEUED: object[] }).QUEUED).toHaveLength(10)
  })

  it('never show a device a job older than one it has seen', () => {
    for (let i = 0; i < 12; i++) {
      create(`j${i}`)
      bench.runFor(1_000)
    }
    bench.runFor(60_000)
    const seen = bench.on(`thing-0/jobs/notify-${NS}`).map(({ jobs }) => {
      const { QUEUED } = jobs as { QUEUED: { queuedAt: number }[] }
      return Math.max(...QUEUED.map(({ queuedAt }) => queuedAt))
    })
    expect(seen).toHaveLength(12)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
  })

  it('are not made for a job whose thing left before its release', () => {
    create('j1')
    bench.call('iot', 'RemoveThingFromThingGroup', { thingGroupName: 'canary', thingName: 'thing-0' })
    bench.runFor(60_000)
    expect(bench.on(`thing-0/jobs/notify-${NS}`)).toEqual([])
  })
})

describe('the rollout rate', () => {
  const releasedByMinute = (rollout: object, report: (thing: string) => void = () => undefined): number[] => {
    bench = new CloudBench().withCanaries(340)
    create('j1', { rollout })
    const seen = new Set<string>()
    const perMinute: number[] = []
    while (seen.size < 340) {
      const before = seen.size
      bench.runFor(59_999)
      for (const { topic } of bench.published)
        if (topic.endsWith(`/notify-${NS}`)) seen.add(topic.split('/')[2] as string)
      for (const thing of seen) report(thing)
      bench.runFor(1)
      perMinute.push(seen.size - before)
    }
    return perMinute
  }

  it('is constant', () => {
    expect(releasedByMinute({ maximumPerMinute: 60 })).toEqual([60, 60, 60, 60, 60, 40])
  })

  it('doubles with the number of notified things', () => {
    const exponentialRate = {
      baseRatePerMinute: 20,
      incrementFactor: 2,
      rateIncreaseCriteria: { numberOfNotifiedThings: 20 },
    }
    expect(releasedByMinute({ exponentialRate, maximumPerMinute: 100 })).toEqual([20, 40, 100, 100, 80])
  })

  it('doubles with the number of succeeded things only while they succeed', () => {
    const exponentialRate = {
      baseRatePerMinute: 50,
      incrementFactor: 2,
      rateIncreaseCriteria: { numberOfSucceededThings: 50 },
    }
    const succeed = (thing: string): void => bench.send(thing, `jobs/j1/${NS}/update`, { status: 'SUCCEEDED' })
    expect(releasedByMinute({ exponentialRate })).toEqual([50, 50, 50, 50, 50, 50, 40])
    expect(releasedByMinute({ exponentialRate }, succeed)).toEqual([50, 100, 190])
  })

  it('does not hold back later joiners', () => {
    bench = new CloudBench().withCanaries(10)
    create('j1', { rollout: { maximumPerMinute: 1 } })
    bench.call('iot', 'CreateThing', { thingName: 'late' })
    bench.call('iot', 'AddThingToThingGroup', { thingGroupName: 'canary', thingName: 'late' })
    bench.runFor(45_000)
    expect(bench.on(`late/jobs/notify-${NS}`)).toHaveLength(1)
    expect(bench.on(`jobs/notify-${NS}`)).toHaveLength(2)
  })
})

describe('timers', () => {
  const start = (payload: object = {}): unknown => {
    bench.runFor(45_000)
    return send(`j1/${NS}/update`, { status: 'IN_PROGRESS', ...payload })
  }
  const secondsLeft = (): unknown =>
    (send(`j1/${NS}/get`)?.execution as Record<string, unknown> | undefined)?.approximateSecondsBeforeTimedOut

  it('end a step that exceeds its timeout, unless the device sets it again', () => {
    create('j1')
    start({ stepTimeoutInMinutes: 2 })
    expect(secondsLeft()).toBe(120)
    bench.runFor(60_000)
    send(`j1/${NS}/update`, { status: 'IN_PROGRESS', stepTimeoutInMinutes: 2 })
    bench.runFor(119_999)
    expect(status('j1')).toBe('IN_PROGRESS')
    bench.runFor(1)
    expect(status('j1')).toBe('TIMED_OUT')
    expect(notified()).toMatchObject({ jobs: {} })
  })

  it('of a step can be cleared, and never outlast the one of the job', () => {
    create('j1', { timeout: { inProgressTimeoutInMinutes: 5 } })
    start({ stepTimeoutInMinutes: 2 })
    send(`j1/${NS}/update`, { status: 'IN_PROGRESS', stepTimeoutInMinutes: -1 })
    expect(secondsLeft()).toBe(300)
    send(`j1/${NS}/update`, { status: 'IN_PROGRESS', stepTimeoutInMinutes: 60 })
    expect(secondsLeft()).toBe(300)
    bench.runFor(5 * 60_000)
    expect(status('j1')).toBe('TIMED_OUT')
  })

  it('stop when the execution ends', () => {
    create('j1', { timeout: { inProgressTimeoutInMinutes: 5 } })
    start()
    send(`j1/${NS}/update`, { status: 'SUCCEEDED' })
    bench.runFor(10 * 60_000)
    expect(status('j1')).toBe('SUCCEEDED')
  })

  it('give precedence to a report at the same instant', () => {
    create('j1', { timeout: { inProgressTimeoutInMinutes: 5 } })
    start()
    bench.clock.after(5 * 60_000, () => send(`j1/${NS}/update`, { status: 'SUCCEEDED' }))
    bench.runFor(5 * 60_000)
    expect(status('j1')).toBe('SUCCEEDED')
  })

  it('count as failures for the abort criteria', () => {
    const criteriaList = [
      { failureType: 'TIMED_OUT', action: 'CANCEL', thresholdPercentage: 50, minNumberOfExecutedThings: 1 },
    ]
    const job = create('j1', { timeout: { inProgressTimeoutInMinutes: 5 }, abort: { criteriaList } })
    start()
    bench.runFor(5 * 60_000)
    expect([job.status, job.comment]).toEqual(['CANCELED', '1 of 1 executed things: TIMED_OUT'])
  })
})

describe('the standard namespace', () => {
  const standard = { namespaceId: undefined, targetSelection: 'SNAPSHOT' }

  it('lists, starts and ends jobs; a snapshot job is completed when all of its executions have ended', () => {
    const job = create('j1', standard)
    bench.runFor(45_000)
    expect(send('get', { clientToken: 'c' })).toMatchObject({
      queuedJobs: [{ jobId: 'j1' }],
      inProgressJobs: [],
      clientToken: 'c',
    })
    expect(send('start-next', { statusDetails: { step: '1' } })).toMatchObject({
      execution: { jobId: 'j1', status: 'IN_PROGRESS', statusDetails: { step: '1' }, versionNumber: 2 },
    })
    for (const thing of ['thing-0', 'thing-1', 'thing-2']) {
      expect(job.status).toBe('IN_PROGRESS')
      bench.send(thing, 'jobs/j1/update', { status: 'SUCCEEDED' })
    }
    expect(job.status).toBe('COMPLETED')
    expect(send('start-next')).toEqual({ timestamp: bench.clock.nowMs() / 1000 })
  })

  it('does not reach things that join a snapshot job later', () => {
    create('j1', standard)
    bench.call('iot', 'CreateThing', { thingName: 'late' })
    bench.call('iot', 'AddThingToThingGroup', { thingGroupName: 'canary', thingName: 'late' })
    expect(() => status('j1', 'late')).toThrow('No execution')
  })

  it('is served over HTTP with documents as text', () => {
    create('j1', standard)
    bench.runFor(45_000)
    const data = (operation: string, input: object = {}): Record<string, unknown> =>
      bench.call('iot-jobs-data', operation, { thingName: 'thing-0', ...input })
    expect(data('GetPendingJobExecutions')).toMatchObject({ queuedJobs: [{ jobId: 'j1' }] })
    expect(data('StartNextPendingJobExecution')).toMatchObject({
      execution: { status: 'IN_PROGRESS', jobDocument: '{"deploymentId":"d-j1"}' },
    })
    expect(data('UpdateJobExecution', { jobId: 'j1', status: 'FAILED', includeJobDocument: true })).toEqual({
      jobDocument: '{"deploymentId":"d-j1"}',
    })
    expect(() => data('UpdateJobExecution', { jobId: 'j1', status: 'FAILED' })).toThrow(
      expect.objectContaining({ name: 'InvalidStateTransitionException', statusCode: 409 }),
    )
    expect(() => data('DescribeJobExecution', { jobId: 'j1' })).toThrow(
      expect.objectContaining({ name: 'TerminalStateException', statusCode: 410 }),
    )
  })
})

describe('membership', () => {
  const canary = { thingGroupName: 'canary', thingName: 'thing-0' }

  it('lost and regained gives a new execution, after the notification delay', () => {
    create('j1')
    bench.runFor(45_000)
    send(`j1/${NS}/update`, { status: 'SUCCEEDED' })
    bench.call('iot', 'RemoveThingFromThingGroup', canary)
    expect(status('j1')).toBe('SUCCEEDED')
    bench.call('iot', 'AddThingToThingGroup', canary)
    bench.runFor(45_000)
    expect(send(`$next/${NS}/get`)).toMatchObject({ execution: { status: 'QUEUED', executionNumber: 2 } })
    expect(send(`j1/${NS}/update`, { status: 'FAILED', executionNumber: 1 })).toMatchObject({
      code: 'ResourceNotFound',
    })
  })

  it('gained does not revive a cancelled job', () => {
    create('j1')
    bench.cloud.jobs.cancelJob('j1', { force: false })
    bench.call('iot', 'RemoveThingFromThingGroup', canary)
    bench.call('iot', 'AddThingToThingGroup', canary)
    expect(status('j1')).toBe('CANCELED')
  })
})

it('records the status of executions of deployments, and of nothing else', () => {
  create('j1')
  create('j2', { document: { free: true } })
  bench.runFor(45_000)
  send(`j1/${NS}/update`, { status: 'IN_PROGRESS' })
  send(`j1/${NS}/update`, { status: 'IN_PROGRESS', statusDetails: { step: '2' } })
  send(`j1/${NS}/update`, { status: 'SUCCEEDED' })
  bench.trace.flush()
  const own = bench.trace.records.filter(({ source }) => source === 'jobs/thing-0')
  expect(own.map((record) => record.kind === 'job-execution' && [record.deploymentId, record.status])).toEqual([
    ['d-j1', 'QUEUED'],
    ['d-j1', 'IN_PROGRESS'],
    ['d-j1', 'SUCCEEDED'],
  ])
})
