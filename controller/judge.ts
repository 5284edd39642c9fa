import type { Case } from './case.ts'
import { judgeConnection } from './rules/connection-failure.ts'
import { judgeCycleTime } from './rules/cycle-time.ts'
import { judgeDevices } from './rules/devices.ts'
import { judgeErrorRate } from './rules/error-rate.ts'
import { type Verdict, verdictOf } from './verdict.ts'

/** Judges one stage by all rules; the worst finding is the verdict. Pure. */
export const judge = (one: Case): Verdict =>
  verdictOf([...judgeDevices(one), judgeConnection(one), judgeCycleTime(one), judgeErrorRate(one)])
