import { STAGES } from '../../controller/contract.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { at, isForward, lastState, mayHaveAsked, ofKind, type RecordOf } from './trace-records.ts'

/** States in which a rollout is going on. */
const GOING = ['waiting', 'deploying', 'soaking']

/**
 * What must never happen to the orders that a controller gives: each returns a sentence for each violation. They hold for a
 * trace with gaps, since an invocation that was killed may have decided what nobody was told of.
 */
export const DEPLOYMENT_INVARIANTS = {
  'only the groups of the stages are deployed to': (_: TraceHeader, records: readonly TraceRecord[]) =>
    ofKind(records, 'deployment-created')
      .filter(({ target }) => !(STAGES as readonly string[]).includes(target))
      .map((record) => `${record.target} (${at(record)})`),

  'nothing is ordered that stands already': (_, records) => {
    let spare = mayHaveAsked(records, 'retry')
    const standing = new Map<string, string>()
    return ofKind(records, 'deployment-created').flatMap((record) => {
      const order = JSON.stringify(record.components)
      const isAgain = standing.get(record.target) === order
      standing.set(record.target, order)
      if (!isAgain) return []
      spare -= 1
      return spare < 0 ? [`${record.target} (${at(record)})`] : []
    })
  },

  'a breach is answered by the way back': (_, records) => {
    let before = 'waiting'
    return ofKind(records, 'evaluated').flatMap((evaluation) => {
      const [wasGoing, isGoing] = [GOING.includes(before), GOING.includes(evaluation.state)]
      before = evaluation.state
      // Blind telemetry is believed neither way for a while; the controller says so.
      const isHeld = evaluation.reason.code === 'TELEMETRY_DOWN'
      return evaluation.verdict === 'breach' && wasGoing && isGoing && !isHeld
        ? [`${evaluation.decision} (${at(evaluation)})`]
        : []
    })
  },

  'no line is updated as a whole before production is deployed': (header, records) => {
    const moved = new Set(ofKind(records, 'membership-changed').map(({ thing }) => header.lines[thing]))
    const running = new Map<string, string>()
    const things = Object.entries(header.lines)
    const told = new Set<number>()
    let isProduction = false
    return records.flatMap((record) => {
      if (record.kind === 'deployment-created' && record.target === 'production' && isForward(record, header)) {
        isProduction = true
      }
      if (record.kind !== 'firmware-started' || isProduction) return []
      running.set(record.thing, record.version)
      const line = header.lines[record.thing] as number
      if (record.version !== header.release.version || moved.has(line) || told.has(line)) return []
      const isWhole = things.every(([thing, own]) => own !== line || running.get(thing) === header.release.version)
      if (!isWhole) return []
      told.add(line)
      return [`line ${line} (${at(record)})`]
    })
  },

  'in the end the last order for every stage fits the outcome': (header, records) => {
    const outcome = lastState(records)?.state
    if (outcome !== 'completed' && outcome !== 'rolled-back') return []
    const orders = ofKind(records, 'deployment-created')
    const touched = new Set(orders.filter((order) => isForward(order, header)).map(({ target }) => target))
    return [...touched].flatMap((target) => {
      const last = orders.findLast((order) => order.target === target) as RecordOf<'deployment-created'>
      return isForward(last, header) === (outcome === 'completed') ? [] : [`${target} is ${outcome} (${at(last)})`]
    })
  },

  'every decision and every operation says why': (_, records) => [
    ...ofKind(records, 'evaluated').flatMap((evaluation) =>
      evaluation.reason.code === '' ? [`${evaluation.decision} (${at(evaluation)})`] : [],
    ),
    ...ofKind(records, 'operation').flatMap((one) =>
      one.actor === '' || one.reason === '' ? [`${one.operation} (${at(one)})`] : [],
    ),
  ],
} satisfies Readonly<Record<string, (header: TraceHeader, records: readonly TraceRecord[]) => readonly string[]>>
