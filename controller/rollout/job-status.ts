import type { DeviceExecution } from '../ports/ports.ts'

/** The device ended it badly, or never ended it. [source: execution-status] */
export const hasFailed = ({ status }: DeviceExecution): boolean =>
  status === 'FAILED' || status === 'REJECTED' || status === 'TIMED_OUT'

/** The device has still to do it. */
export const isUnfinished = ({ status }: DeviceExecution): boolean => status === 'QUEUED' || status === 'IN_PROGRESS'
