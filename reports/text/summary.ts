import { reportedLine } from '../messages/reported.ts'
import { durationText, grouped, numberText, shortTime } from '../numbers/format.ts'
import { alignedTable } from '../numbers/table.ts'
import type { Report } from '../run/report.ts'
import type { Spread } from '../run/rollback.ts'

/** The end of a run for people: what came out, where it was caught, how fast it was undone, what it cost. */
export function renderSummary(report: Report, story: string): string {
  const { expectation, invariants, wall, virtual } = report
  return [
    headline(report),
    `  ${story}`,
    '',
    ...stageTable(report),
    '',
    ...detectionLines(report),
    ...rollbackLines(report),
    ...(report.notifications ?? []).map(({ at, reasonCode }) => row('notified', `${shortTime(at)} UTC, ${reasonCode}`)),
    row('exposure', exposureText(report)),
    row('invariants', `${invariants.checked.length} checked, ${invariants.violated.length} violated`),
    ...invariants.violated.map((one) => `    ! ${reportedLine(one)}`),
    row('expectation', expectation.met ? 'met' : 'NOT met'),
    ...expectation.failures.map((text) => `    ! ${text}`),
    ...interventionLines(report),
    '',
    `  ${hours(virtual.hours)} of plant time in ${wall.seconds.toFixed(1)} s (${grouped(wall.speedup)} x), ` +
      `${LINKS[report.connections]}, ${grouped(report.messages.published)} messages`,
    `  controller: ${grouped(report.controller.evaluations)} evaluations of ` +
      `${report.controller.awsCallsPerEvaluation} AWS calls; ${wall.controllerMsPerVirtualHour} ms of it a plant hour`,
    `  seed ${report.seed}, digest ${report.digest.slice(0, 16)}`,
  ].join('\n')
}

/** That the seed alone does not play it again, and why. */
function interventionLines({ interventions = [] }: Report): string[] {
  if (interventions.length === 0) return []
  return [
    row('touched', interventionText(interventions.length)),
    ...interventions.map(({ at, text }) => `    ${shortTime(at)} ${text}`),
  ]
}

export const interventionText = (count: number): string =>
  `by hand, ${count === 1 ? 'once' : `${count} times`}; the seed alone does not give this run again`

/** One line: what came out. */
export function headline({ outcome, scenario, caughtIn, leadTimeHours, falseAlarm, detection }: Report): string {
  const name = scenario.toUpperCase()
  if (outcome === 'promoted') return `${name}: PROMOTED to the whole fleet in ${hours(leadTimeHours ?? 0)}`
  if (outcome === 'rolled-back') {
    if (detection.by === 'operator') return `${name}: ABORTED by a person in ${caughtIn} and ROLLED BACK`
    if (caughtIn === null) return `${name}: ABORTED before anything was deployed`
    return falseAlarm
      ? `${name}: ROLLED BACK without cause, in ${caughtIn}`
      : `${name}: caught in ${caughtIn?.toUpperCase()} and ROLLED BACK`
  }
  return `${name}: ${outcome.toUpperCase()}`
}

const LINKS: Readonly<Record<Report['connections'], string>> = {
  'per-device': 'a connection a device',
  multiplexed: 'ONE connection for the fleet',
  direct: 'no sockets',
}

const LABEL_WIDTH = 14
const row = (label: string, text: string): string => `  ${label.padEnd(LABEL_WIDTH)}${text}`

function stageTable({ stages }: Report): string[] {
  const columns = ['stage (UTC)', 'devices', 'started', 'installed', 'promoted', 'rolled back']
  const cells = stages.map((stage) => [
    stage.name,
    `${stage.updated}/${stage.devices}`,
    ...[stage.startedAt, stage.installedAt, stage.promotedAt, stage.rolledBackAt].map(shortTime),
  ])
  return alignedTable(columns, cells, columns.length)
}

function detectionLines({ faults, detection }: Report): string[] {
  const lines = faults.map(({ kind, onsetAt, devices, target }) =>
    row('fault', `${kind} on ${target ?? `${devices} devices`}, first at ${shortTime(onsetAt)} UTC`),
  )
  if (!detection.detected)
    return [
      ...lines,
      row('detected', faults.some(({ devices }) => devices > 0) ? 'no' : 'nothing, and nothing was wrong'),
    ]
  const { finding, by, at, latencyMinutes } = detection
  const when = `${shortTime(at)} UTC${latencyMinutes === null || latencyMinutes < 0 ? '' : `, ${durationText(latencyMinutes)} after onset`}`
  const what =
    finding === null
      ? ''
      : `${by}: ${finding.metric} ${numberText(finding.observed)}, limit ${numberText(finding.limit)}${finding.line === undefined ? '' : `, line ${finding.line}`}`
  return [...lines, row(by === 'operator' ? 'aborted' : 'detected', when), ...(what === '' ? [] : [row('by', what)])]
}

function rollbackLines({ rollback }: Report): string[] {
  if (rollback === null) return []
  const { onsetToDetected, detectedToReceived, receivedToReverted, onsetToAllHealthy } = rollback.legsMinutes
  const total = onsetToAllHealthy === null ? 'not all healthy' : durationText(onsetToAllHealthy)
  return [
    row('rollback', `onset to all healthy ${total}; ${rollback.devices} devices, ${rollback.failed} failed`),
    row('', `onset to detected     ${onsetToDetected === null ? '-' : durationText(onsetToDetected)}`),
    row('', `detected to received  ${spread(detectedToReceived)}`),
    row('', `received to reverted  ${spread(receivedToReverted)}`),
  ]
}

/** Who ran the release, and for how long together. */
export const exposureText = ({ exposure, fleet }: Report): string =>
  `${exposure.devices} of ${fleet.devices} devices on ${exposure.lines} of ${fleet.lines} lines ran the release, ` +
  `${grouped(exposure.deviceHours)} device-hours`

const spread = (leg: Spread | null): string =>
  leg === null ? '-' : `p50 ${leg.p50.toFixed(1)}  p90 ${leg.p90.toFixed(1)}  max ${leg.max.toFixed(1)} min`

const hours = (value: number): string => (value >= 48 ? `${(value / 24).toFixed(1)} days` : `${value.toFixed(1)} h`)
