import { reportedLine } from '../messages/reported.ts'
import { durationText, numberText, shortTime } from '../numbers/format.ts'
import { markdownTable } from '../numbers/table.ts'
import type { Report } from '../run/report.ts'
import type { Spread } from '../run/rollback.ts'
import { type DeviceTimeline, mostTelling } from '../run/timeline.ts'
import { exposureText, headline, interventionText } from './summary.ts'
import { TIMELINE_COLUMNS, timelineRow } from './timeline-text.ts'

/** Devices in the table of timelines. */
const DEVICES = 8

/** The report as a page of Markdown, for a pull request or the summary of a CI job. `command` plays the run again. */
export function renderMarkdown(
  report: Report,
  timelines: readonly DeviceTimeline[],
  story: string,
  command: string,
): string {
  const devices = mostTelling(timelines, DEVICES)
  return [
    `## ${headline(report)}`,
    story,
    verdictLines(report).join('\n'),
    '### Stages',
    stageTable(report).join('\n'),
    '### Detection',
    detectionLines(report).join('\n'),
    ...(report.rollback === null ? [] : ['### Rollback', rollbackTable(report.rollback).join('\n')]),
    '### Exposure',
    exposureText(report),
    ...(devices.length === 0
      ? []
      : ['### Devices', 'The most telling ones; times are UTC.', deviceTable(devices).join('\n')]),
    ...againLines(report),
    `\`\`\`sh\n${command}\n\`\`\``,
    `Seed ${report.seed}, digest \`${report.digest}\``,
    '',
  ].join('\n\n')
}

/** The command gives the run again only where nobody has taken a hand in it. */
function againLines({ interventions = [] }: Report): string[] {
  if (interventions.length === 0) return ['### Again']
  const done = interventions.map(({ at, text }) => `- ${shortTime(at)} ${text}`)
  return ['### Interventions', `Touched ${interventionText(done.length)}:`, done.join('\n'), '### Again, without them']
}

function verdictLines({ expectation, invariants }: Report): string[] {
  const mark = (isWell: boolean): string => (isWell ? '✅' : '❌')
  const expected = expectation.checked.map(
    ({ what, expected, actual, met }) => `- ${mark(met)} ${what}: ${actual}${met ? '' : `, expected ${expected}`}`,
  )
  const counted = `${invariants.checked.length} invariants checked, ${invariants.violated.length} violated`
  return [
    ...expected,
    `- ${mark(invariants.violated.length === 0)} ${counted}`,
    ...invariants.violated.map((one) => `  - ${reportedLine(one)}`),
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

function detectionLines({ faults, detection, falseAlarm, notifications = [] }: Report): string[] {
  const { at, firstBadLookAt, legsMinutes, by, finding } = detection
  const known = faults.map(
    ({ kind, onsetAt, devices }) => `${kind} on ${devices} devices, first at ${shortTime(onsetAt)}`,
  )
  const where = finding?.line === undefined ? '' : `, line ${finding.line}`
  const what =
    finding === null
      ? ''
      : ` by ${by}: ${finding.metric} ${numberText(finding.observed)}, limit ${numberText(finding.limit)}${where}`
  return [
    `- fault: ${known.length === 0 ? 'none acted' : known.join('; ')}`,
    `- first bad look: ${shortTime(firstBadLookAt)}${after(legsMinutes.onsetToFirstBadEvaluation, 'the onset')}`,
    `- decision: ${at === null ? 'no rollback' : shortTime(at)}${after(legsMinutes.firstBadLookToDecision, 'that')}${what}`,
    ...notifications.map(({ at, subject }) => `- notified: ${shortTime(at)}, ${subject}`),
    ...(falseAlarm ? ['- **false alarm**: no fault had begun'] : []),
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
      [`leg (${devices} devices, ${failed} failed)`, 'p50', 'p90', 'max'],
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
