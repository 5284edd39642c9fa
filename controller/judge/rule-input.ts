import type { Baseline } from '../evidence/baseline.ts'
import type { Evidence, Watch } from '../evidence/evidence.ts'
import type { Policy } from '../policy/policy.ts'

/** A device whose deployment failed, with its status in IoT Jobs. */
export interface FailedDevice {
  readonly thing: string
  readonly status: string
}

/** What a rule may read. */
export interface RuleInput {
  readonly evidence: Evidence
  readonly watch: Watch
  readonly baseline: Baseline
  readonly policy: Policy
  readonly nowMs: number
  /** Devices whose deployment failed according to IoT Jobs. */
  readonly failedDevices: readonly FailedDevice[]
}
