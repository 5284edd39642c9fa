import { STAGES } from '../../controller/contract.ts'
import type { TraceFinding, TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { LiveFold } from '../dashboard/live-fold.ts'
import { textOf } from '../messages/registry.ts'
import { reportedLine } from '../messages/reported.ts'
import { timeOfDay } from '../numbers/clock-text.ts'
import { durationText, grouped, numberText } from '../numbers/format.ts'
import type { Report } from '../run/report.ts'
import { foldWhy, type Truth } from '../run/why.ts'
import { interventionText } from '../text/summary.ts'
import { drawFleetMaps, type FleetMoment } from './fleet-maps.ts'
import { drawLegs } from './legs-chart.ts'
import { html, type Markup } from './markup.ts'
import { drawMetric, type MetricRun } from './metric-chart.ts'
import { fact, page, tableOf } from './page.ts'
import { drawTimeline } from './timeline-chart.ts'

type Evaluated = Extract<TraceRecord, { kind: 'evaluated' }>

/** One rehearsal as a page that needs nothing but itself. Pure. */
export function renderRunPage(report: Report, header: TraceHeader, records: readonly TraceRecord[]): string {
  const evaluations = records.filter((record) => record.kind === 'evaluated')
  const onsetAtMs = records.find(({ kind }) => kind === 'fault-started')?.atMs ?? null
  const detectedAtMs = msOf(report.detection.at)
  const span = {
    fromMs: header.startedAtMs,
    toMs: Date.parse(report.virtual.endedAt),
    onsetAtMs,
    detectedAtMs,
    zone: header.zone,
  }
  return page(
    `${report.scenario}: ${report.outcome}`,
    html`<header><h1>${report.scenario}</h1><p class="story">${header.story}</p>${headline(report)}</header>
${facts(report)}
<section><h2>Timeline</h2>${drawTimeline({ ...span, notifiedAtMs: msOf(report.notifications?.[0]?.at ?? null), stages: report.stages.map(toBar) })}</section>
<section><h2>The fleet</h2>${drawFleetMaps(moments(report, header, records, span.onsetAtMs))}</section>
${metricsSection(evaluations, span)}
${rollbackSection(report)}
<section><h2>Why</h2><p class="small">What the controller saw around its decisions, and what was true at that time.</p>${whyTable(evaluations, header, records)}</section>
<section><h2>The run</h2>${runTable(report)}</section>`,
  )
}

const msOf = (time: string | null): number | null => (time === null ? null : Date.parse(time))

const toBar = ({ name, devices, startedAt, installedAt, promotedAt, rolledBackAt }: Report['stages'][number]) => ({
  name,
  devices,
  startedAtMs: msOf(startedAt),
  installedAtMs: msOf(installedAt),
  promotedAtMs: msOf(promotedAt),
  rolledBackAtMs: msOf(rolledBackAt),
})

function headline(report: Report): Markup {
  const {
    outcome,
    caughtIn,
    falseAlarm,
    expectation,
    invariants,
    faults,
    interventions = [],
    notifications = [],
  } = report
  const isGood = expectation.met && invariants.violated.length === 0
  const words = {
    promoted: faults.length > 0 && caughtIn === null ? 'promoted to the whole fleet' : 'promoted',
    'rolled-back': falseAlarm ? 'rolled back without cause' : `caught in ${caughtIn} and rolled back`,
    halted: 'halted: a person is needed',
    inconclusive: 'inconclusive',
  }[outcome]
  return html`<p><span class="verdict ${isGood ? 'good' : 'bad'}">${words}</span> <span class="${isGood ? 'good' : 'bad'}">expectation ${expectation.met ? 'met' : 'not met'}, ${invariants.checked.length} invariants checked, ${invariants.violated.length} violated</span></p>
${[...expectation.failures, ...invariants.violated.map(reportedLine)].map((text) => html`<p class="bad">${text}</p>`)}${notified(notifications)}${touched(interventions)}`
}

function notified(notifications: NonNullable<Report['notifications']>): Markup | null {
  if (notifications.length === 0) return null
  const told = notifications.map(({ at, subject }) => html`<li>${at} ${subject}</li>`)
  return html`<p class="warn">somebody was notified</p><ul class="small">${told}</ul>`
}

function touched(interventions: NonNullable<Report['interventions']>): Markup | null {
  if (interventions.length === 0) return null
  const done = interventions.map(({ at, text }) => html`<li>${at} ${text}</li>`)
  return html`<p class="warn">touched ${interventionText(interventions.length)}</p><ul class="small">${done}</ul>`
}

function facts({ detection, rollback, exposure, fleet, leadTimeHours, windowHours, profile }: Report): Markup {
  const latency = detection.latencyMinutes
  return html`<div class="facts">
${fact('detected', detection.detected ? (latency === null ? 'yes' : durationText(latency)) : 'no', detection.detected ? `after onset, by ${detection.by ?? 'a person'}` : '')}
${fact('onset to all healthy', rollback?.legsMinutes.onsetToAllHealthy == null ? '-' : durationText(rollback.legsMinutes.onsetToAllHealthy))}
${fact('exposed', `${exposure.devices} of ${fleet.devices}`, `devices, ${grouped(exposure.deviceHours)} device-hours on ${exposure.lines} lines`)}
${fact('lead time', leadTimeHours === null ? '-' : `${(leadTimeHours / 24).toFixed(2)} d`, 'canary to the whole fleet')}
${fact('window', `${windowHours} h`, `profile ${profile}`)}
</div>`
}

/** The start, every stage once it is installed, the onset, the detection, a way through the rollback, and the end. */
function moments(
  report: Report,
  header: TraceHeader,
  records: readonly TraceRecord[],
  onsetAtMs: number | null,
): FleetMoment[] {
  const detectedAtMs = msOf(report.detection.at)
  const wanted: readonly (readonly [string, number | null])[] = [
    ['start', header.startedAtMs],
    ...report.stages.map(({ name, installedAt }) => [`${name} installed`, msOf(installedAt)] as const),
    ['a minute into the fault', onsetAtMs === null ? null : onsetAtMs + 60_000],
    ['detected', detectedAtMs],
    ['two minutes later', detectedAtMs === null ? null : detectedAtMs + 120_000],
    ['end', Date.parse(report.virtual.endedAt)],
  ]
  const sorted = wanted.filter((one): one is readonly [string, number] => one[1] !== null).sort((a, b) => a[1] - b[1])
  const fold = new LiveFold(header)
  let next = 0
  return sorted.map(([title, atMs]) => {
    for (; (records[next]?.atMs ?? Number.POSITIVE_INFINITY) <= atMs; next++) fold.take(records[next] as TraceRecord)
    return { title, map: fold.state({ nowMs: atMs, speedup: 0, pace: '', outcome: null }).map }
  })
}

interface Span {
  readonly fromMs: number
  readonly toMs: number
  readonly onsetAtMs: number | null
  readonly detectedAtMs: number | null
  readonly zone: string
}

/** A chart for each quantity that was judged; counts of devices are in the table of looks. */
function metricsSection(evaluations: readonly Evaluated[], span: Span): Markup {
  const stageLevel = (finding: TraceFinding): boolean => finding.line === undefined && finding.thing === undefined
  const rules = [...new Set(evaluations.flatMap(({ findings }) => findings.filter(isQuantity).map(({ rule }) => rule)))]
  const charts = rules.flatMap((rule) => {
    const found = evaluations.flatMap(({ atMs, stage, findings }) => {
      const own = findings.filter((finding) => finding.rule === rule && finding.observed !== null)
      const finding = own.find(stageLevel) ?? own[0]
      return finding === undefined ? [] : [{ atMs, stage: stage ?? '', finding }]
    })
    const [first] = found
    if (first === undefined || found.length < 2) return []
    const { metric, limit } = first.finding
    return [drawMetric({ rule, metric, limit, runs: runsOf(found), ...span })]
  })
  return html`<section><h2>What was judged</h2><p class="small">Observed values of the stage under watch; shaded is what is allowed between baseline and limit.</p><div class="charts">${charts}</div>
<p class="key">${STAGES.map((stage) => html`<span class="swatch ${stage}"></span>${stage} `)}</p></section>`
}

const isQuantity = ({ metric }: TraceFinding): boolean => /(Pct|MiB|Hours|Ms|Sigma)$/.test(metric)

/** Looks of one stage in a row make one curve. */
function runsOf(found: readonly { atMs: number; stage: string; finding: TraceFinding }[]): MetricRun[] {
  const runs: { stage: string; points: { atMs: number; observed: number; baseline: number | null }[] }[] = []
  for (const { atMs, stage, finding } of found) {
    if (runs.at(-1)?.stage !== stage) runs.push({ stage, points: [] })
    runs.at(-1)?.points.push({ atMs, observed: finding.observed as number, baseline: finding.baseline })
  }
  return runs
}

function rollbackSection({ rollback }: Report): Markup | null {
  if (rollback === null) return null
  const { onsetToDetected, detectedToReceived, receivedToReverted, onsetToAllHealthy } = rollback.legsMinutes
  const one = (minutes: number | null) => (minutes === null ? null : { p50: minutes, p90: minutes, max: minutes })
  const back = onsetToDetected === null || onsetToAllHealthy === null ? null : onsetToAllHealthy - onsetToDetected
  return html`<section><h2>Rollback latency</h2>
<p class="small">${rollback.devices} devices, ${rollback.failed} failed; onset to detected ${onsetToDetected === null ? '-' : durationText(onsetToDetected)}, onset to all healthy ${onsetToAllHealthy === null ? '-' : durationText(onsetToAllHealthy)}.</p>
${drawLegs([
  { name: 'detected to received', spread: detectedToReceived },
  { name: 'received to reverted', spread: receivedToReverted },
  { name: 'detected to all healthy', spread: one(back) },
])}</section>`
}

/** Looks that decided something, and the one before each rollback. */
function whyTable(evaluations: readonly Evaluated[], header: TraceHeader, records: readonly TraceRecord[]): Markup {
  const shown = evaluations.filter(
    (evaluation, i) => evaluation.decision !== 'wait' || evaluations[i + 1]?.decision === 'rollback',
  )
  return tableOf(
    [`time (${header.zone})`, 'stage', 'verdict', 'decision', 'because', 'findings', 'true then'],
    shown.map(({ atMs, stage, verdict, decision, reason, findings }) => [
      timeOfDay(atMs, header.zone),
      stage,
      html`<span class="${VERDICT_CLASSES[verdict] ?? ''}">${verdict === 'none' ? '-' : verdict}</span>`,
      decision,
      textOf(reason),
      findingsText(findings),
      truthText(foldWhy(header, records, atMs)?.truth),
    ]),
  )
}

const VERDICT_CLASSES: Readonly<Record<string, string>> = { breach: 'bad', healthy: 'good', inconclusive: 'warn' }

function findingsText(findings: readonly TraceFinding[]): string {
  if (findings.length === 0) return '-'
  const told = findings.filter(({ outcome }) => outcome !== 'healthy')
  return told.length === 0 ? `${findings.length} healthy` : told.map(findingText).join('; ')
}

function truthText(truth: Truth | undefined): string {
  if (truth === undefined) return '-'
  const faults = truth.faults.map(({ kind, devices, ofDevices }) => `${kind} on ${devices} of ${ofDevices} devices`)
  return [...faults, `${truth.devicesOnRelease} on the release`, `${truth.crashes} crashes`].join(', ')
}

const findingText = ({ rule, line, observed, limit, metric }: TraceFinding): string =>
  `${rule}${line === undefined ? '' : ` on line ${line}`}: ${metric} ${numberText(observed)}, limit ${limit}`

const runTable = (report: Report): Markup =>
  tableOf(
    ['', ''],
    [
      ['scenario, seed', `${report.scenario}, ${report.seed}`],
      ['level', `${report.level}, connections ${report.connections}`],
      ['plant time', `${report.virtual.startedAt} to ${report.virtual.endedAt}, ${report.virtual.hours} h`],
      [
        'controller',
        `${report.controller.evaluations} evaluations of ${report.controller.awsCallsPerEvaluation} AWS calls`,
      ],
      ['digest', report.digest],
    ],
  )
