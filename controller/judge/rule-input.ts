import type { Baseline } from '../evidence/baseline.ts'
import type { Evidence, Watch } from '../evidence/evidence.ts'
import type { Policy } from '../policy/policy.ts'

/** A device that failed to take its deployment, in the words of IoT Jobs. */
export interface FailedDevice {
  readonly thing: string
  readonly status: string
}

/** What a rule may look at. */
export interface RuleInput {
  readonly evidence: Evidence
  readonly watch: Watch
  readonly baseline: Baseline
  readonly policy: Policy
  readonly nowMs: number
  /** Devices whose deployment failed by the word of IoT Jobs. */
  readonly failedDevices: readonly FailedDevice[]
}
