import { describe, expect, it } from 'vitest'
import {
  parseJobRequest,
  parseJobStep,
  parseJobUpdate,
} from '../../../../../sim/cloud/jobs/device-plane/job-messages.ts'

describe('a topic', () => {
  it.each([
    ['get', { verb: 'list', namespace: undefined }],
    ['start-next', { verb: 'start-next', namespace: undefined }],
    ['$next/get', { verb: 'get', jobId: '$next', namespace: undefined }],
    ['j-1/update', { verb: 'update', jobId: 'j-1', namespace: undefined }],
    ['$next/namespace-aws-gg-deployment/get', { verb: 'get', jobId: '$next', namespace: 'aws-gg-deployment' }],
    ['j-1/namespace-aws-gg-deployment/update', { verb: 'update', jobId: 'j-1', namespace: 'aws-gg-deployment' }],
  ])('%s is understood', (rest, request) => {
    expect(parseJobRequest(rest)).toEqual(request)
  })

  it.each(['notify', 'j-1/get/accepted', 'j-1/delete', 'j-1', ''])('"%s" is not a request', (rest) => {
    expect(parseJobRequest(rest)).toBeNull()
  })
})

describe('an update', () => {
  const pairs = (count: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, 'value']))

  it.each([
    ['at most 10 details', { statusDetails: pairs(10) }, { statusDetails: pairs(11) }],
    [
      'values of at most 1,024 characters',
      { statusDetails: { k: 'x'.repeat(1024) } },
      { statusDetails: { k: 'x'.repeat(1025) } },
    ],
    ['keys of the pattern', { statusDetails: { 'a:b_c-1': 'v' } }, { statusDetails: { 'a b': 'v' } }],
    ['text as details', { statusDetails: { k: '1' } }, { statusDetails: { k: 1 } }],
    ['a step of at most 7 days', { stepTimeoutInMinutes: 10_080 }, { stepTimeoutInMinutes: 10_081 }],
    ['a step of at least a minute, or -1', { stepTimeoutInMinutes: -1 }, { stepTimeoutInMinutes: 0 }],
  ])('accepts valid %s only', (_, good, bad) => {
    expect(() => parseJobStep(good)).not.toThrow()
    expect(() => parseJobStep(bad)).toThrow(expect.objectContaining({ code: 'InvalidRequest' }))
  })

  it.each(['QUEUED', 'TIMED_OUT', 'REMOVED', 'CANCELED', 'FAILURE', undefined])('may not set %s', (status) => {
    expect(() => parseJobUpdate({ status })).toThrow(expect.objectContaining({ code: 'InvalidRequest' }))
  })
})
