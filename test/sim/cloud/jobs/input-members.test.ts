import type { NormalizedSchema } from '@smithy/core/schema'
import { describe, expect, it } from 'vitest'
import type { ServiceName } from '../../../../sim/cloud/base/operations.ts'
import { jobOperations } from '../../../../sim/cloud/jobs/control-plane/job-operations.ts'
import { OPERATIONS } from '../../../../sim/cloud/operations.ts'
import { loadServiceModel } from '../../../../sim/protocol/service-model.ts'
import { ACCOUNT_ID, CloudBench, REGION } from '../fixtures.ts'
import { membersOf, noting } from '../input-members.ts'

/** What is requested of jobs, shadows and messages: no member of an input is ignored. */

const group = `arn:aws:iot:${REGION}:${ACCOUNT_ID}:thinggroup/canary`
const jobExecutionsRolloutConfig = { exponentialRate: { rateIncreaseCriteria: {} } }
const configs = { jobExecutionsRolloutConfig, abortConfig: {}, timeoutConfig: {} }
const execution = { jobId: 'j1', thingName: 'thing-0' }
const shadow = { thingName: 'thing-0', shadowName: 'health' }
const payload = Buffer.from('{"state":{"reported":{"a":1}}}')

/** An input of every operation with which it reads all it can. */
const INPUTS: Readonly<Partial<Record<ServiceName, Readonly<Record<string, object>>>>> = {
  iot: {
    CreateJob: { jobId: 'new', targets: [group], document: '{}', ...configs },
    UpdateJob: { jobId: 'j1', ...configs },
    AssociateTargetsWithJob: { jobId: 'j1', targets: [group] },
    DescribeJob: { jobId: 'j1' },
    GetJobDocument: { jobId: 'j1' },
    ListJobs: {},
    CancelJob: { jobId: 'j1' },
    DeleteJob: { jobId: 'j1', force: true },
    CancelJobExecution: execution,
    DeleteJobExecution: { ...execution, executionNumber: 1, force: true },
    ListJobExecutionsForJob: { jobId: 'j1' },
    ListJobExecutionsForThing: { thingName: 'thing-0' },
    DescribeJobExecution: execution,
  },
  'iot-jobs-data': {
    GetPendingJobExecutions: { thingName: 'thing-0' },
    StartNextPendingJobExecution: { thingName: 'thing-0' },
    DescribeJobExecution: execution,
    UpdateJobExecution: { ...execution, status: 'IN_PROGRESS' },
  },
  iotdata: {
    GetThingShadow: shadow,
    UpdateThingShadow: { ...shadow, payload },
    DeleteThingShadow: shadow,
    ListNamedShadowsForThing: { thingName: 'thing-0' },
    Publish: { topic: 'a', payload },
    GetRetainedMessage: { topic: 'a' },
    ListRetainedMessages: {},
  },
}

/** Members that are refused by name, whatever they hold. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  'iot CreateJob': [
    ...['documentSource', 'presignedUrlConfig', 'jobTemplateArn', 'jobExecutionsRetryConfig', 'documentParameters'],
    ...['schedulingConfig', 'destinationPackageVersions'],
  ],
  'iot UpdateJob': ['presignedUrlConfig', 'jobExecutionsRetryConfig'],
  'iot DescribeJob': ['beforeSubstitution'],
  'iot GetJobDocument': ['beforeSubstitution'],
  'iot ListJobs': ['thingGroupId'],
  'iotdata Publish': [
    ...['userProperties', 'payloadFormatIndicator', 'contentType', 'responseTopic', 'correlationData'],
    ...['messageExpiry'],
  ],
}

function makeBench(): CloudBench {
  const bench = new CloudBench().withCanaries(1)
  bench.call('iot', 'CreateJob', { jobId: 'j1', targets: [group], document: '{}', targetSelection: 'CONTINUOUS' })
  bench.runFor(60_000)
  bench.call('iotdata', 'UpdateThingShadow', { ...shadow, payload })
  bench.ctx.messaging.retained.put({ topic: 'a', payload, qos: 0, lastModifiedAtMs: 0 })
  return bench
}

const NAMES: readonly (readonly [ServiceName, string])[] = [
  ...Object.keys(jobOperations).map((name) => ['iot', name] as const),
  ...Object.keys(OPERATIONS['iot-jobs-data']).map((name) => ['iot-jobs-data', name] as const),
  ...Object.keys(OPERATIONS.iotdata).map((name) => ['iotdata', name] as const),
]

it.each(NAMES)('%s %s ignores no member of its input', async (service, operation) => {
  const { operations } = await loadServiceModel(service)
  const refused = REFUSED[`${service} ${operation}`] ?? []
  const read = new Set<string>()
  makeBench().call(service, operation, noting(INPUTS[service]?.[operation] as object, read))
  const members = membersOf(operations.get(operation)?.input as NormalizedSchema).filter(
    (member) => !refused.includes(member.split('.')[0] as string),
  )
  expect(members.filter((member) => !read.has(member))).toEqual([])
})

describe('what is refused by name', () => {
  const all = Object.entries(REFUSED).flatMap(([name, members]) => members.map((member) => [name, member] as const))

  it.each(all)('%s %s', async (name, member) => {
    const [service, operation] = name.split(' ') as [ServiceName, string]
    const { operations } = await loadServiceModel(service)
    expect(membersOf(operations.get(operation)?.input as NormalizedSchema)).toContain(member)
    const input = { ...INPUTS[service]?.[operation], [member]: {} }
    expect(() => makeBench().call(service, operation, input)).toThrow(
      expect.objectContaining({ name: 'NotEmulated', message: expect.stringContaining(member) }),
    )
  })
})
