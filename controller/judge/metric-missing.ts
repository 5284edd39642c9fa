import { type MetricLine, metricTotal, metricWindow } from '../evidence/metric-evidence.ts'
import type { MetricRule } from '../evidence/metric-rules.ts'
import { lineList } from '../messages/wording.ts'
import type { RuleInput } from './rule-input.ts'
import type { Finding, InconclusiveReason } from './verdict.ts'

/** So much of the data is expected and none came: e^-5 is less than one in a hundred. */
const MISSING_DUE = 5
/** Of the controls' own data, so that they are known to report. */
const CONTROLS_SHARE = 0.5
/** Evaluations after which data that most lines have lost are called missing; otherwise it takes the rolling window. */
const FEW = 3
const MOST_LINES = 0.5

/** Lines of which data were due in some time, and those without any. */
interface Span {
  readonly due: readonly MetricLine[]
  readonly without: readonly MetricLine[]
}

/**
 * Data that the baseline lets expect and that do not come, on some line in the rolling window, or on most lines for a
 * quarter of an hour. Where the controls on the line still have them it is the release: a breach on several lines, or on
 * all; on one it may be a station. Where they have none either it is common mode, and without controls nobody knows:
 * nothing is promoted. Null if all report. [source: missing-data]
 */
export function judgeMissing(rule: MetricRule, one: RuleInput): Finding | null {
  if (rule.missing === 'ignored') return null
  const { evaluations } = one.evidence
  const [few, all] = [spanOf(rule, evaluations.slice(-FEW)), spanOf(rule, evaluations)]
  const isOfMost = evaluations.length >= FEW && few.without.length > MOST_LINES * few.due.length
  const { due, without } = isOfMost ? few : all
  if (without.length === 0) return few.without.length === 0 ? notYet(rule, one) : held(rule, few, 'stale')
  const ofRelease = without.filter(doControlsReport)
  const isSure = ofRelease.length > 1 || (ofRelease.length === 1 && due.length === 1)
  if (rule.missing === 'breaches' && isSure) return findingOf(rule, { due, without: ofRelease }, { outcome: 'breach' })
  const hasControls = without.some(({ controls }) => controls.due > 0)
  return held(rule, { due, without }, ofRelease.length > 0 ? 'gate' : hasControls ? 'common-mode' : 'stale')
}

const held = (rule: MetricRule, span: Span, inconclusive: InconclusiveReason): Finding =>
  findingOf(rule, span, { outcome: 'inconclusive', inconclusive })

/** Line by line; where no line is due enough by itself, all of them as one. */
function spanOf({ name }: MetricRule, evaluations: RuleInput['evidence']['evaluations']): Span {
  const lines = metricWindow(evaluations, name)
  const due = lines.filter(({ stage }) => stage.due >= MISSING_DUE)
  if (due.length > 0) return { due, without: due.filter(({ stage }) => stage.came === 0) }
  const { stage } = metricTotal(lines)
  const some = lines.filter((line) => line.stage.due > 0)
  return stage.due < MISSING_DUE ? { due: [], without: [] } : { due: some, without: stage.came === 0 ? some : [] }
}

const doControlsReport = ({ controls }: MetricLine): boolean => controls.came > controls.due * CONTROLS_SHARE

/** Nothing was read since the update: too early, or nobody has such data. */
function notYet(rule: MetricRule, { evidence }: RuleInput): Finding | null {
  const hasRead = (evidence.metrics?.[rule.name] ?? []).some(({ stage }) => stage.came > 0)
  return hasRead ? null : held(rule, { due: [], without: [] }, 'insufficient')
}

function findingOf(
  { name, metricTest: { metric } }: MetricRule,
  { due, without }: Span,
  end: { readonly outcome: Finding['outcome']; readonly inconclusive?: InconclusiveReason },
): Finding {
  const lines = lineList(without.map(({ line }) => line))
  const hasControls = without.some(({ controls }) => controls.due > 0)
  const controls = without.some(doControlsReport) ? 'report' : hasControls ? 'silent' : 'none'
  return {
    rule: name,
    metric: 'linesWithoutData',
    ...end,
    observed: without.length,
    baseline: 0,
    limit: 0,
    n: due.length,
    ...(without.length > 0 && { lines }),
    reason: { code: 'METRIC_MISSING', data: { metric, lines, of: due.length, controls } },
  }
}
