import type { TraceFinding, TraceHeader } from '../../sim/kernel/trace-events.ts'
import { notificationText } from '../messages/notification-text.ts'
import { textOf } from '../messages/registry.ts'
import { countText, durationText, localTime, numberText } from '../numbers/format.ts'
import { metricText } from '../numbers/metrics.ts'
import { alignedTable } from '../numbers/table.ts'
import { type Evaluation, isOfStage } from '../run/evaluations.ts'
import type { FaultTruth, Truth } from '../run/truth.ts'
import type { Why } from '../run/why.ts'
import { intervalText, whereOf } from './finding-text.ts'
import { terminalText } from './terminal-text.ts'

const MINUTE_MS = 60_000
const lasting = (durationMs: number): string => durationText(durationMs / MINUTE_MS)

/** Why the controller did or did not act, in plain text; times are in the zone of the plant. */
export function renderWhy(why: Why, header: TraceHeader): string {
  const { evaluation, simultaneous, notifications } = why
  const at = `${localTime(evaluation.atMs, header.zone)} (${header.zone})`
  const lines = [
    `${header.scenario.toUpperCase()}, evaluation of ${at}, ${lasting(evaluation.atMs - header.startedAtMs)} after the start`,
    row('state', stateText(why, header)),
    row('verdict', evaluation.verdict),
    row('decision', decisionText(evaluation)),
    ...simultaneous.map((one) => row('', `at the same time (${one.handler}) ${decisionText(one)}`)),
    ...notifications.map((one) => row('notified', `${one.code}: ${notificationText(one)}`)),
    '',
    ...findingLines(why),
    '',
    ...powerLines(why),
    ...truthLines(why.truth, evaluation.atMs, header),
    ...laterLines(why, header),
  ]
  return terminalText(lines.join('\n'))
}

const row = (label: string, text: string): string => `  ${label.padEnd(10)}${text}`
const decisionText = ({ decision, reason }: Evaluation): string => `${decision}: ${textOf(reason)}`

/** `canary: rolling back (entered now; previous state lasted 2.3 h)`. */
function stateText({ evaluation, hasEntered, sinceDecisionMs, soakedMs }: Why, { windowHours }: TraceHeader): string {
  const { stage, state } = evaluation
  const since = sinceDecisionMs === null ? null : lasting(sinceDecisionMs)
  const notes = [
    ...(hasEntered ? ['entered now'] : []),
    ...(since === null ? [] : [hasEntered ? `previous state lasted ${since}` : `${since} since the last decision`]),
    ...(soakedMs === null ? [] : [`${lasting(soakedMs)} of the ${windowHours} h window have elapsed`]),
  ]
  const name = `${stage === null ? '' : `${stage}: `}${state.replaceAll('-', ' ')}`
  return notes.length === 0 ? name : `${name} (${notes.join('; ')})`
}

const COLUMNS = ['rule', 'metric', 'outcome', 'where', 'observed', 'interval', 'limit', 'baseline', 'n']

function findingLines({ rules }: Why): string[] {
  if (rules.length === 0) return ['  no findings']
  const rows = rules.flatMap(({ rule, findings }) =>
    findings.map((finding, i) => [
      i === 0 ? rule : '',
      metricText(finding.metric),
      finding.outcome,
      whereText(finding),
      numberText(finding.observed),
      intervalText(finding.interval),
      numberText(finding.limit),
      numberText(finding.baseline),
      String(finding.n),
    ]),
  )
  const shown = rules.flatMap(({ findings }) => findings.filter((one) => one.outcome !== 'healthy' || isOfStage(one)))
  const reasons = shown.flatMap(({ reason }) => (reason === undefined ? [] : [`    ${textOf(reason)}`]))
  return [...alignedTable(COLUMNS, rows, 4), '', ...reasons]
}

const whereText = (finding: TraceFinding): string => whereOf(finding) ?? 'stage'

/** What the window of the stage can detect at all. */
function powerLines({ smallestEffects }: Why): string[] {
  const texts = smallestEffects.flatMap(({ reason }) => (reason === undefined ? [] : [textOf(reason)]))
  return texts.map((text, i) => row(i === 0 ? 'power' : '', text))
}

function truthLines({ faults, devicesOnRelease, crashes }: Truth, nowMs: number, header: TraceHeader): string[] {
  const { version } = header.release
  const texts = faults.map((fault) => faultText(fault, nowMs, header.zone))
  const fleet = `${countText(devicesOnRelease, 'device')} on ${version}; ${crashes} crashes of it so far`
  return [...(texts.length === 0 ? ['no fault acts in this trace'] : texts), fleet].map((text, i) =>
    row(i === 0 ? 'truth' : '', text),
  )
}

function faultText({ kind, onsetAtMs, devices, ofDevices, target }: FaultTruth, nowMs: number, zone: string): string {
  const when = localTime(onsetAtMs, zone)
  return devices === 0
    ? `${kind} has not begun; first onset ${when}, on ${target ?? countText(ofDevices, 'device')}`
    : `${kind} began at ${when}, ${lasting(nowMs - onsetAtMs)} before, on ${target ?? `${devices} of ${ofDevices} devices so far`}`
}

function laterLines({ evaluation, nextChange, firstBreach }: Why, header: TraceHeader): string[] {
  const time = (atMs: number): string => localTime(atMs, header.zone)
  const next =
    nextChange === null
      ? 'no change to the end of the trace'
      : `${time(nextChange.atMs)} ${nextChange.verdict}, ${decisionText(nextChange)}`
  if (firstBreach === evaluation || firstBreach === nextChange) return [row('next', next)]
  const breach =
    firstBreach === null
      ? 'no evaluation of the trace found a breach'
      : `first breach at ${time(firstBreach.atMs)}, ${decisionText(firstBreach)}`
  return [row('next', next), row('', breach)]
}
