import { beforeEach, describe, expect, it } from 'vitest'
import { isTerminal, JOB_EXECUTION_STATUSES, mayMove } from '../../../sim/cloud/job-execution.ts'
import { CloudBench } from './fixtures.ts'

const NS = 'namespace-aws-gg-deployment'
let bench: CloudBench

beforeEach(() => {
  bench = new CloudBench().withCanaries(3)
})

const create = (jobId: string, over: object = {}) =>
  bench.cloud.jobs.createJob({
    jobId,
    target: { kind: 'group', name: 'canary' },
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

  it('lets 60 a minute out when the rollout says so', () => {
    const big = new CloudBench().withCanaries(340)
    big.cloud.jobs.createJob({
      jobId: 'j1',
      target: { kind: 'group', name: 'canary' },
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

  it.each([
    ['VersionMismatch', { status: 'IN_PROGRESS', expectedVersion: 9 }],
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

  it('about a job of somebody else are rejected', () => {
    expect(send(`j9/${NS}/update`, { status: 'IN_PROGRESS' })).toMatchObject({ code: 'ResourceNotFound' })
  })
})

describe('ends', () => {
  it('cancel takes queued executions, and running ones by force only', () => {
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

  it('times out what is in progress for too long', () => {
    create('j1', { timeout: { inProgressTimeoutInMinutes: 5 } })
    bench.runFor(45_000)
    send(`j1/${NS}/update`, { status: 'IN_PROGRESS' })
    bench.runFor(5 * 60_000)
    expect([status('j1'), status('j1', 'thing-1')]).toEqual(['TIMED_OUT', 'QUEUED'])
  })

  it('aborts when its criteria are met, leaving what runs', () => {
    const criteriaList = [
      { failureType: 'FAILED', action: 'CANCEL', thresholdPercentage: 100, minNumberOfExecutedThings: 1 },
    ]
    const job = create('j1', { abort: { criteriaList } })
    bench.runFor(45_000)
    bench.send('thing-1', `jobs/j1/${NS}/update`, { status: 'IN_PROGRESS' })
    send(`j1/${NS}/update`, { status: 'FAILED' })
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
