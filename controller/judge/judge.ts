import { metricRules } from '../evidence/metric-rules.ts'
import { stratumAt } from '../policy/calendar.ts'
import type { Rule } from '../policy/rules.ts'
import { judgeConnection } from './connection-failure.ts'
import { judgeCycleTime } from './cycle-time.ts'
import { judgeDevices } from './devices.ts'
import { judgeErrorRate } from './error-rate.ts'
import { judgeMemory } from './memory-leak.ts'
import { judgeMetric } from './metric-rule.ts'
import { judgeOutput } from './output.ts'
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
    const ofMetrics = metricRules(policy).flatMap((rule) => judgeMetric(rule, one))
    findings.push(...judgeOutput(one), ...ofMetrics, judgeMemory(one), ...judgeSpillOver(one))
  }
  const rules = new Map(policy.rules.map((rule) => [rule.name, rule]))
  return verdictOf(findings.map((finding) => inContext(finding, stratum, rules.get(finding.rule))))
}

/** What the table says of a rule: a breach of one that only holds is a gate, one on trial decides nothing. */
function inContext(finding: Finding, stratum: string, rule: Rule | undefined): Finding {
  if (rule?.criticality === 'dry-run') return { ...finding, stratum, isDryRun: true }
  const isHeld = rule?.criticality === 'holds' && finding.outcome === 'breach'
  return { ...finding, stratum, ...(isHeld && { outcome: 'inconclusive', inconclusive: 'gate' }) }
}

/** On a noisy baseline stronger evidence is needed. */
const withShare = (one: RuleInput, falseRollbackShare: number): RuleInput => ({
  ...one,
  policy: { ...one.policy, evidence: { ...one.policy.evidence, falseRollbackShare } },
})
