import { beforeEach, describe, expect, it } from 'vitest'
import { ACCOUNT_ID, CloudBench, REGION } from '../../fixtures.ts'

const GROUP = `arn:aws:iot:${REGION}:${ACCOUNT_ID}:thinggroup/canary`
const THING = `arn:aws:iot:${REGION}:${ACCOUNT_ID}:thing/thing-0`
let bench: CloudBench

beforeEach(() => {
  bench = new CloudBench().withCanaries(3)
})

const iot = (operation: string, input: object = {}): Record<string, unknown> => bench.call('iot', operation, input)
const create = (jobId: string, over: object = {}): Record<string, unknown> =>
  iot('CreateJob', { jobId, targets: [GROUP], document: '{"do":"it"}', targetSelection: 'CONTINUOUS', ...over })
const failing = (name: string, statusCode: number) => expect.objectContaining({ name, statusCode })

describe('CreateJob', () => {
  it('makes a job that can be described, listed and read', () => {
    const jobArn = `arn:aws:iot:${REGION}:${ACCOUNT_ID}:job/j1`
    expect(create('j1', { description: 'first' })).toEqual({ jobArn, jobId: 'j1', description: 'first' })
    expect(iot('DescribeJob', { jobId: 'j1' })).toMatchObject({
      job: {
        jobArn,
        status: 'IN_PROGRESS',
        targets: [GROUP],
        targetSelection: 'CONTINUOUS',
        jobProcessDetails: { numberOfQueuedThings: 3, numberOfSucceededThings: 0, processingTargets: [GROUP] },
      },
    })
    expect(iot('GetJobDocument', { jobId: 'j1' })).toEqual({ document: '{"do":"it"}' })
  })

  it.each([
    ['InvalidRequestException', { jobId: 'not valid' }],
    ['InvalidRequestException', { targets: [] }],
    ['InvalidRequestException', { targets: ['arn:nonsense'] }],
    ['InvalidRequestException', { document: '[1]' }],
    ['InvalidRequestException', { document: `{"k":"${'x'.repeat(32 * 1024)}"}` }],
    ['InvalidRequestException', { jobExecutionsRolloutConfig: { maximumPerMinute: 1001 } }],
    ['InvalidRequestException', { timeoutConfig: { inProgressTimeoutInMinutes: 0 } }],
    ['ResourceNotFoundException', { targets: [`${GROUP}-x`] }],
    ['NotEmulated', { documentSource: 's3://bucket/key' }],
    ['NotEmulated', { schedulingConfig: {} }],
    ['NotEmulated', { targets: [GROUP, THING] }],
  ])('answers %s to %o', (name, over) => {
    expect(() => create('j1', over)).toThrow(expect.objectContaining({ name }))
    expect(iot('ListJobs')).toMatchObject({ jobs: [] })
  })

  it('accepts an id only once', () => {
    create('j1')
    expect(() => create('j1')).toThrow(failing('ResourceAlreadyExistsException', 409))
  })
})

describe('lists', () => {
  it('are paged, the newest first, and filtered by status', () => {
    for (const jobId of ['j1', 'j2', 'j3']) create(jobId)
    iot('CancelJob', { jobId: 'j2' })
    const ids = ({ jobs }: Record<string, unknown>): unknown => (jobs as { jobId: string }[]).map(({ jobId }) => jobId)
    const first = iot('ListJobs', { maxResults: 2 })
    expect(ids(first)).toEqual(['j3', 'j2'])
    expect(ids(iot('ListJobs', { maxResults: 2, nextToken: first.nextToken }))).toEqual(['j1'])
    expect(ids(iot('ListJobs', { status: 'CANCELED' }))).toEqual(['j2'])
  })

  it('of executions exist by job and by thing', () => {
    create('j1')
    create('j2', { targets: [THING] })
    bench.send('thing-0', 'jobs/j1/update', { status: 'IN_PROGRESS' })
    const byJob = iot('ListJobExecutionsForJob', { jobId: 'j1', status: 'QUEUED' })
    expect(byJob.executionSummaries).toMatchObject([
      { thingArn: THING.replace('thing-0', 'thing-1'), jobExecutionSummary: { status: 'QUEUED', executionNumber: 1 } },
      { thingArn: THING.replace('thing-0', 'thing-2') },
    ])
    expect(iot('ListJobExecutionsForThing', { thingName: 'thing-0' }).executionSummaries).toMatchObject([
      { jobId: 'j2' },
      { jobId: 'j1', jobExecutionSummary: { status: 'IN_PROGRESS' } },
    ])
  })
})

describe('CancelJobExecution', () => {
  it('needs force for what is in progress, and the expected version', () => {
    create('j1')
    bench.send('thing-0', 'jobs/j1/update', { status: 'IN_PROGRESS' })
    const one = { jobId: 'j1', thingName: 'thing-0' }
    expect(() => iot('CancelJobExecution', one)).toThrow(failing('InvalidStateTransitionException', 409))
    expect(() => iot('CancelJobExecution', { ...one, force: true, expectedVersion: 1 })).toThrow(
      failing('VersionConflictException', 409),
    )
    iot('CancelJobExecution', { ...one, force: true, expectedVersion: 2, statusDetails: { why: 'test' } })
    expect(iot('DescribeJobExecution', one)).toMatchObject({
      execution: { status: 'CANCELED', versionNumber: 3, statusDetails: { detailsMap: { why: 'test' } } },
    })
    expect(iot('DescribeJobExecution', { jobId: 'j1', thingName: 'thing-1' })).toMatchObject({
      execution: { status: 'QUEUED' },
    })
  })
})

describe('the end of a job', () => {
  it('keeps the reason it was cancelled for', () => {
    create('j1')
    iot('CancelJob', { jobId: 'j1', reasonCode: 'BAD_BUILD', comment: 'it leaks' })
    expect(iot('DescribeJob', { jobId: 'j1' })).toMatchObject({
      job: {
        status: 'CANCELED',
        reasonCode: 'BAD_BUILD',
        comment: 'it leaks',
        completedAt: new Date(bench.clock.nowMs()),
      },
    })
    expect(() => iot('CancelJob', { jobId: 'j1', reasonCode: 'lower case' })).toThrow('reasonCode')
  })

  it('by deletion needs force while it is in progress, and removes it from every queue', () => {
    create('j1')
    bench.runFor(45_000)
    expect(() => iot('DeleteJob', { jobId: 'j1' })).toThrow(failing('InvalidStateTransitionException', 409))
    iot('DeleteJob', { jobId: 'j1', force: true })
    expect(() => iot('DescribeJob', { jobId: 'j1' })).toThrow(failing('ResourceNotFoundException', 404))
    bench.send('thing-0', 'jobs/$next/get', {})
    expect(bench.replies.at(-1)?.payload).not.toHaveProperty('execution')
    expect(bench.on('thing-0/jobs/notify').at(-1)).toMatchObject({ jobs: {} })
  })

  it('may be that of its last execution, which is deleted by force while it has not ended', () => {
    create('j1')
    bench.runFor(45_000)
    const one = { jobId: 'j1', thingName: 'thing-0' }
    const remove = (more: object) => iot('DeleteJobExecution', { ...one, executionNumber: 1, ...more })
    expect(() => remove({})).toThrow(failing('InvalidStateTransitionException', 409))
    expect(() => remove({ executionNumber: 2, force: true })).toThrow(failing('ResourceNotFoundException', 404))
    expect(() => remove({ namespaceId: 'other', force: true })).toThrow(failing('ResourceNotFoundException', 404))
    remove({ force: true })
    expect(() => iot('DescribeJobExecution', one)).toThrow(failing('ResourceNotFoundException', 404))
    bench.send('thing-0', 'jobs/$next/get', {})
    expect(bench.replies.at(-1)?.payload).not.toHaveProperty('execution')
    expect(bench.on('thing-0/jobs/notify').at(-1)).toMatchObject({ jobs: {} })
    expect(iot('ListJobExecutionsForJob', { jobId: 'j1' })).not.toMatchObject({
      executionSummaries: expect.arrayContaining([{ thingArn: expect.stringContaining('thing-0') }]),
    })
  })

  it('is refused in another namespace; what is not emulated of reading it, by name', () => {
    create('j1')
    expect(() => iot('DeleteJob', { jobId: 'j1', namespaceId: 'other', force: true })).toThrow('namespace')
    expect(() => iot('DescribeJob', { jobId: 'j1', beforeSubstitution: true })).toThrow('beforeSubstitution')
    expect(() => iot('GetJobDocument', { jobId: 'j1', beforeSubstitution: true })).toThrow('beforeSubstitution')
  })

  it('by deletion before its notifications never notifies', () => {
    create('j1', { jobExecutionsRolloutConfig: { maximumPerMinute: 1 } })
    iot('DeleteJob', { jobId: 'j1', force: true })
    bench.runFor(5 * 60_000)
    expect(bench.on('jobs/notify')).toEqual([])
  })
})
