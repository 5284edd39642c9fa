import type { TraceFinding, TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { textOf } from '../messages/registry.ts'
import { timeOfDay } from '../numbers/clock-text.ts'
import type { Evaluation } from '../run/evaluations.ts'
import { type Truth, truthAt } from '../run/truth.ts'
import { findingText } from '../text/finding-text.ts'
import { html, type Markup } from './markup.ts'
import { tableOf } from './page.ts'

/** Evaluations that decided something, and the one before each rollback. */
export function whyTable(
  evaluations: readonly Evaluation[],
  header: TraceHeader,
  records: readonly TraceRecord[],
): Markup {
  const shown = evaluations.filter(
    (evaluation, i) => evaluation.decision !== 'wait' || evaluations[i + 1]?.decision === 'rollback',
  )
  return tableOf(
    [`time (${header.zone})`, 'stage', 'verdict', 'decision', 'reason', 'findings', 'ground truth'],
    shown.map(({ atMs, stage, verdict, decision, reason, findings }) => [
      timeOfDay(atMs, header.zone),
      stage,
      html`<span class="${VERDICT_CLASSES[verdict] ?? ''}">${verdict === 'none' ? '-' : verdict}</span>`,
      decision,
      textOf(reason),
      findingsText(findings),
      truthText(truthAt(header, records, atMs)),
    ]),
  )
}

const VERDICT_CLASSES: Readonly<Record<string, string>> = { breach: 'bad', healthy: 'good', inconclusive: 'warn' }

function findingsText(findings: readonly TraceFinding[]): string {
  if (findings.length === 0) return '-'
  const shown = findings.filter(({ outcome }) => outcome !== 'healthy')
  if (shown.length === 0) return `${findings.length} healthy`
  return shown.map((finding) => `${finding.rule}: ${findingText(finding)}`).join('; ')
}

function truthText(truth: Truth): string {
  const faults = truth.faults.map(({ kind, devices, ofDevices }) => `${kind} on ${devices} of ${ofDevices} devices`)
  return [...faults, `${truth.devicesOnRelease} on the release`, `${truth.crashes} crashes`].join(', ')
}
