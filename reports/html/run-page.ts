import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { LiveFold } from '../dashboard/live-fold.ts'
import { reportedLine } from '../messages/reported.ts'
import { countText, durationText, grouped } from '../numbers/format.ts'
import { metricOf, metricValueText } from '../numbers/metrics.ts'
import { isEvaluation } from '../run/evaluations.ts'
import { foldPlantMetrics } from '../run/plant-metrics.ts'
import { releaseOnsetMs } from '../run/release-faults.ts'
import type { Report } from '../run/report.ts'
import { problemTexts, unmetTexts, verdictOf } from '../run/verdict.ts'
import { clientLines } from '../text/client-text.ts'
import { controllerText, heldText, interventionText } from '../text/summary.ts'
import { drawFleetMaps, type FleetMoment } from './fleet-maps.ts'
import { drawLegs } from './legs-chart.ts'
import { html, type Markup } from './markup.ts'
import { metricsSection, plantMetricsSection } from './metrics-section.ts'
import { fact, page, tableOf } from './page.ts'
import { drawTimeline } from './timeline-chart.ts'
import { whyTable } from './why-table.ts'

/** One rehearsal as one self-contained page. Pure. */
export function renderRunPage(report: Report, header: TraceHeader, records: readonly TraceRecord[]): string {
  const evaluations = records.filter(isEvaluation)
  const onsetAtMs = releaseOnsetMs(header, records)
  const detectedAtMs = msOf(report.detection.at)
  const span = {
    fromMs: header.startedAtMs,
    toMs: Date.parse(report.simulated.endedAt),
    onsetAtMs,
    detectedAtMs,
    zone: header.zone,
  }
  return page(
    `${report.scenario}: ${report.outcome}`,
    html`<header><h1>${report.scenario}</h1><p class="story">${header.story}</p>${headline(report)}</header>
${facts(report)}
<section><h2>Timeline</h2>${drawTimeline({ ...span, notifiedAtMs: msOf(report.notifications?.[0]?.at ?? null), stages: report.stages.map(toBar) })}</section>
<section><h2>Fleet</h2>${drawFleetMaps(moments(report, header, records, span.onsetAtMs))}</section>
${metricsSection(evaluations, span)}
${plantMetricsSection(foldPlantMetrics(header, records), header.release, span)}
${smallestEffectsSection(report)}
${rollbackSection(report)}
<section><h2>Why</h2><p class="small">What the controller observed at its decisions, and the ground truth at that time.</p>${whyTable(evaluations, header, records)}</section>
<section><h2>Run</h2>${runTable(report)}</section>`,
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

/** A rollback without an onset before it, by `falseAlarm`: true, or null for undecided. */
const FALSE_ALARMS: Readonly<Record<string, string>> = {
  true: 'rolled back without cause',
  null: 'rolled back; a client from outside may be the cause',
}

function headline(report: Report): Markup {
  const {
    outcome,
    caughtIn,
    falseAlarm,
    invariants,
    faults,
    notStarted = [],
    interventions = [],
    notifications = [],
    clients = [],
  } = report
  const isCaught = falseAlarm === false
  const isGood = verdictOf(report) === 'met'
  const isMet = unmetTexts(report).length === 0
  const words = {
    promoted: faults.length > 0 && caughtIn === null ? 'promoted to the whole fleet' : 'promoted',
    'rolled-back': isCaught ? `caught in ${caughtIn} and rolled back` : FALSE_ALARMS[String(falseAlarm)],
    halted: 'halted: an operator is needed',
    inconclusive: 'inconclusive',
    refused: 'refused by the preflight',
  }[outcome]
  return html`<p><span class="verdict ${isGood ? 'good' : 'bad'}">${words}</span> <span class="${isGood ? 'good' : 'bad'}">expectation ${isMet ? 'met' : 'not met'}, ${invariants.checked.length} invariants checked, ${invariants.violated.length} violated</span></p>
${problemTexts(report).map((text) => html`<p class="bad">${text}</p>`)}${notStarted.map((one) => html`<p class="warn">${reportedLine(one)}</p>`)}${notifiedList(notifications)}${interventionList(interventions)}${clientList(clients)}`
}

function notifiedList(notifications: NonNullable<Report['notifications']>): Markup | null {
  if (notifications.length === 0) return null
  const items = notifications.map(({ at, code, text }) => html`<li>${at} ${code}: ${text}</li>`)
  return html`<p class="warn">on-call was notified</p><ul class="small">${items}</ul>`
}

function interventionList(interventions: NonNullable<Report['interventions']>): Markup | null {
  if (interventions.length === 0) return null
  const items = interventions.map(({ at, text }) => html`<li>${at} ${text}</li>`)
  return html`<p class="warn">interventions: ${interventionText(interventions.length)}</p><ul class="small">${items}</ul>`
}

function clientList(clients: NonNullable<Report['clients']>): Markup | null {
  if (clients.length === 0) return null
  const items = clients.map((one) => {
    const [first = '', ...others] = clientLines(one)
    return html`<li>${first}<ul>${others.map((line) => html`<li>${line}</li>`)}</ul></li>`
  })
  return html`<p>clients from outside</p><ul class="small">${items}</ul>`
}

function facts(report: Report): Markup {
  const { detection, rollback, exposure, fleet, leadTimeHours, windowHours, profile, holdback } = report
  const latency = detection.latencyMinutes
  return html`<div class="facts">
${fact('detected', detection.detected ? (latency === null ? 'yes' : durationText(latency)) : 'no', detection.detected ? `after onset, by ${detection.by ?? 'the controller'}` : '')}
${fact('onset to all healthy', rollback?.legsMinutes.onsetToAllHealthy == null ? '-' : durationText(rollback.legsMinutes.onsetToAllHealthy))}
${fact('exposed', `${exposure.devices} of ${fleet.devices}`, `devices, ${grouped(exposure.deviceHours)} device-hours on ${exposure.lines} lines`)}
${fact('lead time', leadTimeHours === null ? '-' : `${(leadTimeHours / 24).toFixed(2)} d`, holdback === undefined ? 'canary to the whole fleet' : 'canary to full production')}
${holdback === undefined ? '' : fact('held back', countText(holdback.devices, 'device'), heldText(holdback))}
${fact('window', `${windowHours} h`, `profile ${profile}`)}
</div>`
}

/** The start, every stage once it is installed, the onset, the detection, the middle of the rollback, and the end. */
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
    ['one minute after onset', onsetAtMs === null ? null : onsetAtMs + 60_000],
    ['detected', detectedAtMs],
    ['two minutes after detection', detectedAtMs === null ? null : detectedAtMs + 120_000],
    ['end', Date.parse(report.simulated.endedAt)],
  ]
  const sorted = wanted.filter((one): one is readonly [string, number] => one[1] !== null).sort((a, b) => a[1] - b[1])
  const fold = new LiveFold(header)
  let next = 0
  return sorted.map(([title, atMs]) => {
    for (; (records[next]?.atMs ?? Number.POSITIVE_INFINITY) <= atMs; next++) fold.take(records[next] as TraceRecord)
    return { title, map: fold.state({ nowMs: atMs, speedup: 0, pace: '', outcome: null }).map }
  })
}

/** What the windows of the stages can detect at all. */
function smallestEffectsSection({ smallestEffects }: Report): Markup | null {
  if (smallestEffects.length === 0) return null
  const rows = smallestEffects.map(({ metric, observed, reason }) => [
    metricOf(metric).label,
    metricValueText(metric, observed),
    reason?.text ?? '',
  ])
  return html`<section><h2>Smallest detectable effects</h2>${tableOf(['metric', 'smallest#', 'explanation'], rows)}</section>`
}

function rollbackSection({ rollback }: Report): Markup | null {
  if (rollback === null) return null
  const { onsetToDetected, detectedToReceived, receivedToReverted, onsetToAllHealthy } = rollback.legsMinutes
  const one = (minutes: number | null) => (minutes === null ? null : { p50: minutes, p90: minutes, max: minutes })
  const detectedToHealthy =
    onsetToDetected === null || onsetToAllHealthy === null ? null : onsetToAllHealthy - onsetToDetected
  return html`<section><h2>Rollback latency</h2>
<p class="small">${countText(rollback.devices, 'device')}, ${rollback.failed} failed; onset to detected ${onsetToDetected === null ? '-' : durationText(onsetToDetected)}, onset to all healthy ${onsetToAllHealthy === null ? '-' : durationText(onsetToAllHealthy)}.</p>
${drawLegs([
  { name: 'detected to received', spread: detectedToReceived },
  { name: 'received to reverted', spread: receivedToReverted },
  { name: 'detected to all healthy', spread: one(detectedToHealthy) },
])}</section>`
}

const runTable = (report: Report): Markup =>
  tableOf(
    ['', ''],
    [
      ['scenario, seed', `${report.scenario}, ${report.seed}`],
      ['level', `${report.level}, connections ${report.connections}`],
      ['simulated time', `${report.simulated.startedAt} to ${report.simulated.endedAt}, ${report.simulated.hours} h`],
      ['controller', controllerText(report)],
      ['digest', report.digest],
    ],
  )
