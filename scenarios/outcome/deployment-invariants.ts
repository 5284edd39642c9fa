import { MESSAGES } from '../../reports/messages/registry.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import type { SafetyTable } from './invariant.ts'
import {
  evaluationsOf,
  isForward,
  isOfTelemetryDown,
  lastState,
  ofKind,
  placeOf,
  type RecordOf,
  timesPossiblyRequested,
} from './trace-records.ts'

/** States in which a rollout goes forward. */
const ACTIVE = ['waiting', 'deploying', 'soaking']

/**
 * What must never happen to the deployments that a controller creates. These hold for a trace with gaps, since an
 * invocation that was killed may have made a decision that was never recorded.
 */
export const DEPLOYMENT_INVARIANTS = {
  DEPLOYED_TO_OTHER_GROUP: ({ stages }: TraceHeader, records: readonly TraceRecord[]) =>
    ofKind(records, 'deployment-created')
      .filter(({ target }) => !(target in stages))
      .map((record) => ({ group: record.target, ...placeOf(record) })),

  DEPLOYMENT_REPEATED: (_, records) => {
    let allowed = timesPossiblyRequested(records, 'retry')
    const inPlace = new Map<string, string>()
    return ofKind(records, 'deployment-created').flatMap((record) => {
      const components = JSON.stringify(record.components)
      const isRepeated = inPlace.get(record.target) === components
      inPlace.set(record.target, components)
      if (!isRepeated) return []
      allowed -= 1
      return allowed < 0 ? [{ group: record.target, ...placeOf(record) }] : []
    })
  },

  BREACH_WITHOUT_ROLLBACK: (_, records) => {
    let before = 'waiting'
    return ofKind(records, 'evaluated').flatMap((evaluation) => {
      const [wasActive, isActive] = [ACTIVE.includes(before), ACTIVE.includes(evaluation.state)]
      before = evaluation.state
      // While the telemetry is down, the controller holds everything and acts on no verdict.
      return evaluation.verdict === 'breach' && wasActive && isActive && !isOfTelemetryDown(evaluation)
        ? [{ stage: evaluation.stage, decision: evaluation.decision, ...placeOf(evaluation) }]
        : []
    })
  },

  WHOLE_LINE_BEFORE_PRODUCTION: (header, records) => {
    const last = Object.keys(header.stages).at(-1) ?? ''
    const moved = new Set(ofKind(records, 'membership-changed').map(({ thing }) => header.lines[thing]))
    const running = new Map<string, string>()
    const things = Object.entries(header.lines)
    // A line that the last stage has no device of may be whole before.
    const divided = new Set((header.stages[last] ?? []).map((thing) => header.lines[thing]))
    const reported = new Set<number>()
    let isProduction = false
    return records.flatMap((record) => {
      if (record.kind === 'deployment-created' && record.target === last && isForward(record, header)) {
        isProduction = true
      }
      if (record.kind !== 'firmware-started' || isProduction) return []
      running.set(record.thing, record.version)
      const line = header.lines[record.thing] as number
      if (record.version !== header.release.version || moved.has(line) || reported.has(line)) return []
      if (!divided.has(line)) return []
      const isWhole = things.every(([thing, own]) => own !== line || running.get(thing) === header.release.version)
      if (!isWhole) return []
      reported.add(line)
      return [{ line, ...placeOf(record) }]
    })
  },

  LAST_DEPLOYMENT_CONTRADICTS_OUTCOME: (header, records) => {
    const outcome = lastState(records)?.state
    if (outcome !== 'completed' && outcome !== 'rolled-back') return []
    const created = ofKind(records, 'deployment-created')
    const touched = new Set(created.filter((one) => isForward(one, header)).map(({ target }) => target))
    return [...touched].flatMap((group) => {
      const last = created.findLast(({ target }) => target === group) as RecordOf<'deployment-created'>
      return isForward(last, header) === (outcome === 'completed') ? [] : [{ group, outcome, ...placeOf(last) }]
    })
  },

  DECISION_WITHOUT_REASON: (_, records) => [
    ...evaluationsOf(records).flatMap((evaluation) =>
      Object.hasOwn(MESSAGES, evaluation.reason.code)
        ? []
        : [{ decision: evaluation.decision, ...placeOf(evaluation) }],
    ),
    ...ofKind(records, 'operation').flatMap((one) =>
      one.actor === '' || one.reason === '' ? [{ decision: one.operation, ...placeOf(one) }] : [],
    ),
  ],
} satisfies Partial<SafetyTable>
