import { stratumAt } from '../policy/calendar.ts'
import { judgeConnection } from './connection-failure.ts'
import { judgeCycleTime } from './cycle-time.ts'
import { judgeDevices } from './devices.ts'
import { judgeErrorRate } from './error-rate.ts'
import { judgeMemory } from './memory-leak.ts'
import { judgeOutput } from './output.ts'
import { judgeQuality } from './quality.ts'
import type { RuleInput } from './rule-input.ts'
import { judgeSpillOver } from './spill-over.ts'
import { type Finding, type Verdict, verdictOf } from './verdict.ts'

/** Judges one stage by all rules; the worst finding is the verdict. Pure. */
export function judge(given: RuleInput): Verdict {
  const { policy, nowMs } = given
  const one =
    given.baseline.falseRollbackShare === undefined ? given : withShare(given, given.baseline.falseRollbackShare)
  const stratum = stratumAt(policy, nowMs - policy.tickMs / 2).name
  const findings = [...judgeDevices(one), ...judgeConnection(one), judgeCycleTime(one), judgeErrorRate(one)]
  // The owner's thresholds have no rule on memory, nor on devices without the release. [source: added-rules]
  if (policy.profile !== 'raw-thresholds') {
    findings.push(...judgeOutput(one), ...judgeQuality(one), judgeMemory(one), ...judgeSpillOver(one))
  }
  const isDry = new Set(policy.dryRun)
  const inContext = (finding: Finding): Finding => ({
    ...finding,
    stratum,
    ...(isDry.has(finding.rule) && { isDryRun: true }),
  })
  return verdictOf(findings.map(inContext))
}

/** On a noisy baseline stronger evidence is needed. */
const withShare = (one: RuleInput, falseRollbackShare: number): RuleInput => ({
  ...one,
  policy: { ...one.policy, evidence: { ...one.policy.evidence, falseRollbackShare } },
})
