import type { Baseline } from './baseline.ts'
import type { Evidence, Watch } from './evidence.ts'
import type { Policy } from './policy.ts'
import { judgeConnection } from './rules/connection-failure.ts'
import { judgeCycleTime } from './rules/cycle-time.ts'
import { judgeDevices, type FailedDevice } from './rules/devices.ts'
import { judgeErrorRate } from './rules/error-rate.ts'
import { type Verdict, verdictOf } from './verdict.ts'

/** What a rule may look at. */
export interface Case {
  readonly evidence: Evidence
  readonly watch: Watch
  readonly baseline: Baseline
  readonly policy: Policy
  readonly nowMs: number
  /** Devices whose deployment failed by the word of IoT Jobs. */
  readonly failedDevices: readonly FailedDevice[]
}

/** Judges one stage by all rules; the worst finding is the verdict. Pure. */
export const judge = (one: Case): Verdict =>
  verdictOf([...judgeDevices(one), judgeConnection(one), judgeCycleTime(one), judgeErrorRate(one)])
