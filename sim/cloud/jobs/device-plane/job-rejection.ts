import { AwsError } from '../../base/aws-error.ts'
import { type ExecutionState, executionState } from '../execution-shapes.ts'
import type { JobExecution } from '../job-execution.ts'

/** Reject codes of the MQTT API, and the exceptions of the HTTP one they correspond to. [source: job-reject-codes] */
const HTTP_NAMES = {
  InvalidJson: ['InvalidRequestException', 400],
  InvalidRequest: ['InvalidRequestException', 400],
  InvalidStateTransition: ['InvalidStateTransitionException', 409],
  ResourceNotFound: ['ResourceNotFoundException', 404],
  VersionMismatch: ['InvalidStateTransitionException', 409],
  TerminalStateReached: ['TerminalStateException', 410],
} as const

/** The service rejects a device's request. */
export class JobRejection extends Error {
  override readonly name = 'JobRejection'
  readonly code: keyof typeof HTTP_NAMES
  readonly executionState: ExecutionState | undefined

  constructor(code: keyof typeof HTTP_NAMES, message: string, executionState?: ExecutionState) {
    super(message)
    this.code = code
    this.executionState = executionState
  }

  /** UpdateJobExecution declares no TerminalStateException; a finished execution is a wrong transition there. */
  toAwsError(operation: 'update' | 'other'): AwsError {
    const code = this.code === 'TerminalStateReached' && operation === 'update' ? 'InvalidStateTransition' : this.code
    const [name, status] = HTTP_NAMES[code]
    return new AwsError(name, status, this.message)
  }
}

/** The rejection of a change that the execution does not allow, with its state. */
export const rejectedState = (
  code: 'VersionMismatch' | 'TerminalStateReached' | 'InvalidStateTransition',
  message: string,
  execution: JobExecution,
): JobRejection => new JobRejection(code, message, executionState(execution))
