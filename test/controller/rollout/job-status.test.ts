import { expect, it } from 'vitest'
import type { DeviceExecution } from '../../../controller/ports/ports.ts'
import { hasFailed, isUnfinished } from '../../../controller/rollout/job-status.ts'

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
