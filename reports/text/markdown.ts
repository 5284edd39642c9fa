import { reportedLine } from '../messages/reported.ts'
import { countText, durationText, shortTime } from '../numbers/format.ts'
import { markdownTable } from '../numbers/table.ts'
import { mostAffected } from '../run/most-affected.ts'
import type { Report } from '../run/report.ts'
import type { Spread } from '../run/rollback.ts'
import type { DeviceTimeline } from '../run/timeline.ts'
import { unseenOf } from '../run/unseen.ts'
import { expectedItems } from '../run/verdict.ts'
import { clientLines } from './client-text.ts'
import { findingText } from './finding-text.ts'
import { markdownCode, markdownText } from './markdown-text.ts'
import { exposureText, headline, holdbackText, interventionText, plantMetricText } from './summary.ts'
import { TIMELINE_COLUMNS, timelineRow } from './timeline-text.ts'

/** Devices in the table of timelines. */
const DEVICES = 8

/** The report as a page of Markdown, for a pull request or the summary of a CI job. `command` runs the rehearsal again. */
export function renderMarkdown(
  report: Report,
  timelines: readonly DeviceTimeline[],
  story: string,
  command: string,
): string {
  const devices = mostAffected(timelines, DEVICES)
  return [
    `## ${markdownText(headline(report))}`,
    markdownText(story),
    verdictLines(report).join('\n'),
    ...notStartedSection(report),
    '### Stages',
    stageTable(report).join('\n'),
    '### Detection',
    detectionLines(report).join('\n'),
    ...(report.rollback === null ? [] : ['### Rollback', rollbackTable(report.rollback).join('\n')]),
    '### Exposure',
    exposureText(report),
    ...plantMetricsSection(report),
    ...(report.holdback === undefined ? [] : [`Held back: ${holdbackText(report.holdback)}`]),
    ...(devices.length === 0
      ? []
      : ['### Devices', 'The most affected devices; times are UTC.', deviceTable(devices).join('\n')]),
    ...clientSection(report),
    ...reproductionLines(report),
    markdownCode('sh', command),
    `Seed ${report.seed}, digest \`${report.digest}\``,
    '',
  ].join('\n\n')
}

function plantMetricsSection({ plantMetrics = [] }: Report): string[] {
  if (plantMetrics.length === 0) return []
  return ['### Metrics of the plant', plantMetrics.map((one) => `- ${markdownText(plantMetricText(one))}`).join('\n')]
}

function notStartedSection({ notStarted = [] }: Report): string[] {
  return notStarted.length === 0
    ? []
    : ['### Not started', notStarted.map((one) => `- ${markdownText(reportedLine(one))}`).join('\n')]
}

function clientSection({ clients = [] }: Report): string[] {
  if (clients.length === 0) return []
  const lines = clients.flatMap((one) =>
    clientLines(one).map((line, index) => `${index === 0 ? '' : '  '}- ${markdownText(line)}`),
  )
  return ['### Clients from outside', lines.join('\n')]
}

/** The command reproduces the run only where there was no intervention. */
function reproductionLines({ interventions = [] }: Report): string[] {
  if (interventions.length === 0) return ['### Reproduce']
  const done = interventions.map(({ at, text }) => `- ${shortTime(at)} ${markdownText(text)}`)
  return [
    '### Interventions',
    `${interventionText(done.length)}:`,
    done.join('\n'),
    '### Reproduce, without interventions',
  ]
}

function verdictLines(report: Report): string[] {
  const { invariants } = report
  const mark = (isWell: boolean): string => (isWell ? '✅' : '❌')
  const expected = expectedItems(report).map(
    ({ what, expected, actual, met }) =>
      `- ${mark(met)} ${what}: ${markdownText(actual)}${met ? '' : `, expected ${markdownText(expected)}`}`,
  )
  const counted = `${invariants.checked.length} invariants checked, ${invariants.violated.length} violated`
  return [
    ...expected,
    `- ${mark(invariants.violated.length === 0)} ${counted}`,
    ...invariants.violated.map((one) => `  - ${markdownText(reportedLine(one))}`),
  ]
}

const stageTable = ({ stages }: Report): string[] =>
  markdownTable(
    ['stage (UTC)', 'devices', 'started', 'installed', 'promoted', 'rolled back'],
    stages.map((stage) => [
      stage.name,
      `${stage.updated}/${stage.devices}`,
      ...[stage.startedAt, stage.installedAt, stage.promotedAt, stage.rolledBackAt].map(shortTime),
    ]),
  )

function detectionLines(report: Report): string[] {
  const { faults, detection, falseAlarm, notifications = [] } = report
  const unseen = unseenOf(report)
  const { at, firstBadEvaluationAt, legsMinutes, by, finding } = detection
  const known = faults.map(
    ({ kind, onsetAt, devices, target }) =>
      `${kind} on ${markdownText(target ?? countText(devices, 'device'))}, first at ${shortTime(onsetAt)}`,
  )
  const what = finding === null ? '' : ` by ${by}: ${markdownText(findingText(finding))}`
  return [
    `- fault: ${known.length === 0 ? 'none acted' : known.join('; ')}`,
    `- first bad evaluation: ${shortTime(firstBadEvaluationAt)}${after(legsMinutes.onsetToFirstBadEvaluation, 'the onset')}`,
    `- decision: ${at === null ? 'no rollback' : shortTime(at)}${after(legsMinutes.firstBadEvaluationToDecision, 'that')}${what}`,
    ...notifications.map(({ at, code, text }) => `- notified: ${shortTime(at)}, ${code}: ${markdownText(text)}`),
    ...(unseen.length === 0 ? [] : [`- could not have been seen: ${unseen.join(', ')}`]),
    ...(falseAlarm === true ? ['- **false alarm**: no fault of the release had begun'] : []),
    ...(falseAlarm === null ? ['- false alarm: **undecided**, a client from outside may be the cause'] : []),
  ]
}

const after = (minutes: number | null, what: string): string =>
  minutes === null ? '' : `, ${durationText(minutes)} after ${what}`

function rollbackTable({ legsMinutes, devices, failed }: NonNullable<Report['rollback']>): string[] {
  const spread = (leg: Spread | null): readonly string[] =>
    leg === null ? ['-', '-', '-'] : [leg.p50, leg.p90, leg.max].map((minutes) => durationText(minutes))
  const single = (minutes: number | null): readonly string[] => ['', '', minutes === null ? '-' : durationText(minutes)]
  return [
    ...markdownTable(
      [`leg (${countText(devices, 'device')}, ${failed} failed)`, 'p50', 'p90', 'max'],
      [
        ['onset to detected', ...single(legsMinutes.onsetToDetected)],
        ['detected to received', ...spread(legsMinutes.detectedToReceived)],
        ['received to reverted', ...spread(legsMinutes.receivedToReverted)],
        ['onset to all healthy', ...single(legsMinutes.onsetToAllHealthy)],
      ],
    ),
  ]
}

const deviceTable = (devices: readonly DeviceTimeline[]): string[] =>
  markdownTable(TIMELINE_COLUMNS, devices.map(timelineRow))
