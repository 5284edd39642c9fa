import { expect, it } from 'vitest'
import type { DeviceExecution } from '../../../controller/ports/ports.ts'
import { hasFailed, isUnfinished, isUnreachable } from '../../../controller/rollout/job-status.ts'
import { MINUTE_MS, policyWith, START_MS } from '../fixtures.ts'

// A device that was removed or cancelled has neither failed nor anything left to do. [source: execution-status]
it.each<[DeviceExecution['status'], 'failed' | 'unfinished' | 'neither']>([
  ['QUEUED', 'unfinished'],
  ['IN_PROGRESS', 'unfinished'],
  ['SUCCEEDED', 'neither'],
  ['FAILED', 'failed'],
  ['TIMED_OUT', 'failed'],
  ['REJECTED', 'failed'],
  ['REMOVED', 'neither'],
  ['CANCELED', 'neither'],
])('a device whose execution is %s: %s', (status, expected) => {
  const execution = { thing: 'line-1-0', status }
  expect([hasFailed(execution), isUnfinished(execution)]).toEqual([expected === 'failed', expected === 'unfinished'])
})

const at = (minute: number): number => START_MS + minute * MINUTE_MS
const seen = (heardMin: number | null, gap?: readonly [fromMin: number, toMin: number]) => ({
  bootIdBefore: null,
  firstSeenSequence: null,
  installedAtMs: null,
  exposureMs: 0,
  heardAtMs: heardMin === null ? null : at(heardMin),
  crashes: 0,
  crashCounter: null,
  hasFallenBack: false,
  ...(gap !== undefined && { gap: { fromMs: at(gap[0]), toMs: at(gap[1]) } }),
})

// The time is over an hour after the deployment. [source: timed-out-away]
it.each([
  ['never heard of', seen(null), true],
  ['silent since the fifth minute', seen(5), true],
  ['in contact until five minutes before', seen(57), false],
  ['in contact all the time', seen(90), false],
  ['back after an hour and a half', seen(95, [5, 90]), true],
  ['back in the minute in which it was over', seen(65, [5, 60]), true],
  ['back long before', seen(95, [5, 30]), false],
  ['away only after it', seen(95, [64, 90]), false],
] as const)('a device that is %s could not be reached when its time was over: %s', (_, member, expected) => {
  const execution = { thing: 'line-1-0', status: 'TIMED_OUT', updatedAtMs: at(62) }
  expect(isUnreachable(execution, member, START_MS, at(95), policyWith())).toBe(expected)
  expect(isUnreachable({ ...execution, status: 'FAILED' }, member, START_MS, at(95), policyWith())).toBe(false)
})
