import type { TraceFinding, TraceHeader } from '../../sim/kernel/trace-events.ts'
import { textOf } from '../messages/registry.ts'
import { durationText, localTime, numberText } from '../numbers/format.ts'
import { alignedTable } from '../numbers/table.ts'
import type { Evaluation } from '../run/evaluations.ts'
import type { Truth, Why } from '../run/why.ts'

const MINUTE_MS = 60_000

/** Why the controller did or did not act, for people; times are the site's. */
export function renderWhy(why: Why, header: TraceHeader): string {
  const { evaluation, besides, notifications, inStateMs, soakedMs } = why
  const time = (atMs: number): string => localTime(atMs, header.zone)
  const sinceStart = durationText((evaluation.atMs - header.startedAtMs) / MINUTE_MS)
  const window = `${durationText((soakedMs ?? 0) / MINUTE_MS)} of the window of ${header.windowHours} h have passed`
  const state = [
    `${evaluation.stage ?? ''} ${evaluation.state}${evaluation.decision === 'wait' ? '' : ' from now on'}`.trim(),
    ...(inStateMs === null ? [] : [`${durationText(inStateMs / MINUTE_MS)} since the last step`]),
    ...(soakedMs === null ? [] : [window]),
  ]
  return [
    `${header.scenario.toUpperCase()}, look of ${time(evaluation.atMs)} (${header.zone}), ${sinceStart} after the start`,
    row('state', state.join(', ')),
    row('verdict', evaluation.verdict),
    row('decision', decisionText(evaluation)),
    ...besides.map((one) => row('', `and in the same instant (${one.handler}) ${decisionText(one)}`)),
    ...notifications.map((subject) => row('notified', subject)),
    '',
    ...findingLines(why),
    '',
    ...truthLines(why.truth, evaluation.atMs, header),
    ...laterLines(why, header),
  ].join('\n')
}

const row = (label: string, text: string): string => `  ${label.padEnd(10)}${text}`
const decisionText = ({ decision, reason }: Evaluation): string => `${decision}: ${textOf(reason)}`

const COLUMNS = ['rule', 'metric', 'outcome', 'where', 'observed', 'limit', 'baseline', 'n']

function findingLines({ rules }: Why): string[] {
  if (rules.length === 0) return ['  nothing was judged']
  const rows = rules.flatMap(({ rule, findings }) =>
    findings.map((finding, i) => [
      i === 0 ? rule : '',
      finding.metric,
      finding.outcome,
      whereText(finding),
      numberText(finding.observed),
      numberText(finding.limit),
      numberText(finding.baseline),
      String(finding.n),
    ]),
  )
  const told = rules.flatMap(({ findings }) => findings.filter((one) => one.outcome !== 'healthy' || isOfStage(one)))
  const reasons = told.flatMap(({ reason }) => (reason === undefined ? [] : [`    ${textOf(reason)}`]))
  return [...alignedTable(COLUMNS, rows, 4), '', ...reasons]
}

const isOfStage = ({ line, thing }: TraceFinding): boolean => line === undefined && thing === undefined

const whereText = ({ line, thing }: TraceFinding): string => thing ?? (line === undefined ? 'stage' : `line ${line}`)

function truthLines({ faults, devicesOnRelease, crashes }: Truth, nowMs: number, header: TraceHeader): string[] {
  const { version } = header.release
  const texts = faults.map(({ kind, onsetAtMs, devices, ofDevices, target }) => {
    const when = localTime(onsetAtMs, header.zone)
    return devices === 0
      ? `${kind} has not begun; it will on ${target ?? `${ofDevices} devices`}, first at ${when}`
      : `${kind} began at ${when}, ${durationText((nowMs - onsetAtMs) / MINUTE_MS)} before, on ${target ?? `${devices} devices so far`}`
  })
  const fleet = `${devicesOnRelease} devices run ${version}; crashes of it so far: ${crashes}`
  return [...(texts.length === 0 ? ['no fault acts in this trace'] : texts), fleet].map((text, i) =>
    row(i === 0 ? 'truth' : '', text),
  )
}

function laterLines({ evaluation, nextChange, firstBreach }: Why, header: TraceHeader): string[] {
  const time = (atMs: number): string => localTime(atMs, header.zone)
  const said = ({ atMs, verdict, decision, reason }: Evaluation): string =>
    `${time(atMs)} ${verdict}, ${decision}: ${textOf(reason)}`
  const next = nextChange === null ? 'the same to the end of the trace' : said(nextChange)
  if (firstBreach === evaluation || firstBreach === nextChange) return [row('next', next)]
  const breach =
    firstBreach === null
      ? 'no look of the trace found a breach'
      : `breach first at ${time(firstBreach.atMs)}, ${decisionText(firstBreach)}`
  return [row('next', next), row('', breach)]
}
