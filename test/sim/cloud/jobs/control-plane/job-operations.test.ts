import { beforeEach, describe, expect, it } from 'vitest'
import { ACCOUNT_ID, CloudBench, REGION } from '../../fixtures.ts'

const GROUP = `arn:aws:iot:${REGION}:${ACCOUNT_ID}:thinggroup/canary`
const THING = `arn:aws:iot:${REGION}:${ACCOUNT_ID}:thing/thing-0`
const groupArn = (name: string): string => `arn:aws:iot:${REGION}:${ACCOUNT_ID}:thinggroup/${name}`
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
    ['InvalidRequestException', { tags: [{ Key: 'aws:x', Value: '' }] }],
    ['LimitExceededException', { tags: Array.from({ length: 51 }, (_, i) => ({ Key: `k${i}` })) }],
  ])('answers %s to %o', (name, over) => {
    expect(() => create('j1', over)).toThrow(expect.objectContaining({ name }))
    expect(iot('ListJobs')).toMatchObject({ jobs: [] })
  })

  it('accepts an id only once', () => {
    create('j1')
    expect(() => create('j1')).toThrow(failing('ResourceAlreadyExistsException', 409))
  })
})

/** The group `night` of these things, which may be in others. */
function night(...things: string[]): string {
  iot('CreateThingGroup', { thingGroupName: 'night' })
  for (const thingName of things) iot('AddThingToThingGroup', { thingGroupName: 'night', thingName })
  return groupArn('night')
}
const statusOf = (thingName: string): unknown =>
  (iot('DescribeJobExecution', { jobId: 'j1', thingName }).execution as { status: string }).status
const executionsOf = (jobId: string): number =>
  (iot('ListJobExecutionsForJob', { jobId }).executionSummaries as object[]).length

describe('several targets', () => {
  it('of things and groups make one execution for each thing', () => {
    const targets = [THING, GROUP, night('thing-1'), THING]
    create('j1', { targets })
    expect(executionsOf('j1')).toBe(3)
    expect(iot('DescribeJob', { jobId: 'j1' })).toMatchObject({
      job: { targets: targets.slice(0, 3), jobProcessDetails: { numberOfQueuedThings: 3 } },
    })
    bench.runFor(45_000)
    expect(bench.on('thing-0/jobs/notify')).toHaveLength(1)
    const jobsOf = (thingGroupName: string): unknown => iot('ListJobs', { thingGroupName }).jobs
    expect(jobsOf('night')).toEqual(jobsOf('canary'))
    expect([jobsOf('night'), jobsOf('thing-0')]).toMatchObject([[{ jobId: 'j1' }], []])
  })

  it('keep a thing that leaves one of them, and give nothing new to one that joins another', () => {
    create('j1', { targets: [THING, GROUP, night('thing-1')] })
    for (const thingName of ['thing-0', 'thing-1', 'thing-2']) {
      iot('RemoveThingFromThingGroup', { thingGroupName: 'canary', thingName })
    }
    expect(['thing-0', 'thing-1', 'thing-2'].map(statusOf)).toEqual(['QUEUED', 'QUEUED', 'REMOVED'])
    bench.send('thing-1', 'jobs/j1/update', { status: 'SUCCEEDED' })
    iot('AddThingToThingGroup', { thingGroupName: 'canary', thingName: 'thing-1' })
    iot('AddThingToThingGroup', { thingGroupName: 'canary', thingName: 'thing-2' })
    expect(['thing-1', 'thing-2'].map(statusOf)).toEqual(['SUCCEEDED', 'QUEUED'])
    iot('DeleteThing', { thingName: 'thing-0' })
    expect(statusOf('thing-0')).toBe('REMOVED')
  })
})

describe('AssociateTargetsWithJob', () => {
  const associate = (targets: string[], more: object = {}): Record<string, unknown> =>
    iot('AssociateTargetsWithJob', { jobId: 'j1', targets, ...more })

  it('adds a group, whose things get the job as later joiners do', () => {
    iot('CreateThing', { thingName: 'late' })
    create('j1', { description: 'd', jobExecutionsRolloutConfig: { maximumPerMinute: 1 } })
    bench.send('thing-0', 'jobs/j1/update', { status: 'SUCCEEDED' })
    const group = night('thing-0', 'late')
    const jobArn = `arn:aws:iot:${REGION}:${ACCOUNT_ID}:job/j1`
    expect(associate([GROUP, group], { comment: 'more' })).toEqual({ jobArn, jobId: 'j1', description: 'd' })
    expect(iot('DescribeJob', { jobId: 'j1' })).toMatchObject({ job: { targets: [GROUP, group], comment: 'more' } })
    expect(['thing-0', 'late'].map(statusOf)).toEqual(['SUCCEEDED', 'QUEUED'])
    bench.runFor(45_000)
    expect(bench.on('late/jobs/notify')).toHaveLength(1)
    iot('RemoveThingFromThingGroup', { thingGroupName: 'night', thingName: 'late' })
    expect(statusOf('late')).toBe('REMOVED')
  })

  it('needs a continuous job in progress and groups that exist', () => {
    create('j1', { targetSelection: 'SNAPSHOT' })
    expect(() => associate([GROUP])).toThrow(failing('InvalidRequestException', 400))
    iot('DeleteJob', { jobId: 'j1', force: true })
    expect(() => associate([GROUP])).toThrow(failing('ResourceNotFoundException', 404))
    create('j1')
    expect(() => associate([`${GROUP}-x`])).toThrow(failing('ResourceNotFoundException', 404))
    expect(() => associate([THING])).toThrow(failing('NotEmulated', 501))
    expect(() => associate([GROUP], { namespaceId: 'other' })).toThrow(failing('ResourceNotFoundException', 404))
    iot('CancelJob', { jobId: 'j1' })
    expect(() => associate([GROUP])).toThrow(failing('InvalidRequestException', 400))
  })

  it('counts targets once, to at most 100', () => {
    const arns = Array.from({ length: 100 }, (_, i) => groupArn(`g-${i}`))
    for (let i = 0; i < 100; i++) iot('CreateThingGroup', { thingGroupName: `g-${i}` })
    create('j1')
    expect(() => associate(arns)).toThrow(failing('LimitExceededException', 410))
    expect(() => create('j2', { targets: [GROUP, ...arns] })).toThrow(failing('LimitExceededException', 410))
    associate([GROUP, ...arns.slice(1)])
    expect(iot('DescribeJob', { jobId: 'j1' })).toMatchObject({ job: { targets: { length: 100 } } })
  })
})

describe('UpdateJob', () => {
  const update = (over: object): Record<string, unknown> => iot('UpdateJob', { jobId: 'j1', ...over })

  it('changes what is given, and leaves the rest', () => {
    create('j1', { description: 'before', timeoutConfig: { inProgressTimeoutInMinutes: 5 } })
    bench.runFor(1_000)
    expect(update({ description: 'after' })).toEqual({})
    expect(iot('DescribeJob', { jobId: 'j1' })).toMatchObject({
      job: {
        description: 'after',
        timeoutConfig: { inProgressTimeoutInMinutes: 5 },
        lastUpdatedAt: new Date(bench.clock.nowMs()),
      },
    })
  })

  it('of the timeout concerns executions that start later', () => {
    create('j1', { timeoutConfig: { inProgressTimeoutInMinutes: 5 } })
    bench.send('thing-0', 'jobs/j1/update', { status: 'IN_PROGRESS' })
    update({ timeoutConfig: { inProgressTimeoutInMinutes: 1 } })
    bench.send('thing-1', 'jobs/j1/update', { status: 'IN_PROGRESS' })
    bench.runFor(60_000)
    expect(['thing-0', 'thing-1'].map(statusOf)).toEqual(['IN_PROGRESS', 'TIMED_OUT'])
    bench.runFor(4 * 60_000)
    expect(statusOf('thing-0')).toBe('TIMED_OUT')
  })

  it('of the rollout rate concerns the next minute', () => {
    create('j1', { jobExecutionsRolloutConfig: { maximumPerMinute: 1 } })
    update({ jobExecutionsRolloutConfig: { maximumPerMinute: 2 } })
    bench.runFor(59_999)
    expect(bench.on('jobs/notify')).toHaveLength(1)
    bench.runFor(60_000)
    expect(bench.on('jobs/notify')).toHaveLength(3)
  })

  it('of the abort criteria concerns the next execution that ends', () => {
    create('j1')
    const criteriaList = [
      { failureType: 'FAILED', action: 'CANCEL', thresholdPercentage: 50, minNumberOfExecutedThings: 2 },
    ]
    bench.send('thing-0', 'jobs/j1/update', { status: 'FAILED' })
    update({ abortConfig: { criteriaList } })
    bench.runFor(0)
    expect(statusOf('thing-2')).toBe('QUEUED')
    bench.send('thing-1', 'jobs/j1/update', { status: 'SUCCEEDED' })
    bench.runFor(0)
    expect(statusOf('thing-2')).toBe('CANCELED')
  })

  it.each([
    ['InvalidRequestException', { jobExecutionsRolloutConfig: { maximumPerMinute: 1001 } }],
    ['InvalidRequestException', { timeoutConfig: { inProgressTimeoutInMinutes: 0 } }],
    ['InvalidRequestException', { abortConfig: { criteriaList: [{ thresholdPercentage: 101 }] } }],
    ['ResourceNotFoundException', { jobId: 'j2' }],
    ['ResourceNotFoundException', { namespaceId: 'other' }],
  ])('answers %s to %o', (name, over) => {
    create('j1', { description: 'before' })
    expect(() => update({ description: 'after', ...over })).toThrow(expect.objectContaining({ name }))
    expect(iot('DescribeJob', { jobId: 'j1' })).toMatchObject({ job: { description: 'before' } })
  })
})

describe('tags', () => {
  const resourceArn = `arn:aws:iot:${REGION}:${ACCOUNT_ID}:job/j1`
  const tags = (): unknown => iot('ListTagsForResource', { resourceArn }).tags

  it('of a job are set with it, and end with it', () => {
    create('j1', { tags: [{ Key: 'line', Value: '7' }] })
    iot('TagResource', { resourceArn, tags: [{ Key: 'shift' }] })
    expect(tags()).toEqual([
      { Key: 'line', Value: '7' },
      { Key: 'shift', Value: '' },
    ])
    expect(() => create('j1', { tags: [{ Key: 'other', Value: '' }] })).toThrow('already exists')
    iot('UntagResource', { resourceArn, tagKeys: ['line'] })
    expect(tags()).toEqual([{ Key: 'shift', Value: '' }])
    iot('DeleteJob', { jobId: 'j1', force: true })
    create('j1')
    expect(tags()).toEqual([])
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
