import { FIRMWARE_COMPONENT, STAGES, type StageName } from '../controller/contract.ts'
import type { TraceHeader, TraceRecord } from '../sim/trace-events.ts'
import { at, lastState, ofKind, type RecordOf } from './trace-records.ts'

/** States in which a rollout is going on. */
const GOING = ['waiting', 'deploying', 'soaking']

const isForward = ({ components }: RecordOf<'deployment-created'>, { release }: TraceHeader): boolean =>
  components[FIRMWARE_COMPONENT] === release.version

/** Whether a person may have asked for something of these: accepted, or nobody knows because the answer got lost. */
const mayHaveAsked = (records: readonly TraceRecord[], ...operations: readonly string[]): number =>
  ofKind(records, 'operation').filter(
    ({ operation, result }) => operations.includes(operation) && result === 'accepted',
  ).length + ofKind(records, 'handler-failed').filter(({ handler }) => handler === 'operate').length

/**
 * What must never happen to the orders that a controller gives: each returns a sentence for each violation. They hold for a
 * trace with gaps, since an invocation that was killed may have decided what nobody was told of.
 */
export const ORDER_LAWS = {
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
    return ofKind(records, 'evaluated').flatMap((look) => {
      const [wasGoing, isGoing] = [GOING.includes(before), GOING.includes(look.state)]
      before = look.state
      // Blind telemetry is believed neither way for a while; the controller says so.
      const isHeld = look.reason.startsWith('the telemetry is down')
      return look.verdict === 'breach' && wasGoing && isGoing && !isHeld ? [`${look.decision} (${at(look)})`] : []
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

  'a stage is watched for its whole window': (header, records) => {
    if (mayHaveAsked(records, 'skip', 'promote') > 0) return []
    const windowMs = header.windowHours * 3_600_000
    const deployed = new Map<StageName, number>()
    for (const record of ofKind(records, 'deployment-created')) {
      const stage = record.target as StageName
      if (isForward(record, header) && !deployed.has(stage)) deployed.set(stage, record.atMs)
    }
    const early = STAGES.slice(1).flatMap((stage, index) => {
      const [own, before] = [deployed.get(stage), deployed.get(STAGES[index] as StageName)]
      return own !== undefined && before !== undefined && own - before < windowMs
        ? [`${stage} ${hours(own - before)} after ${STAGES[index]}`]
        : []
    })
    /** The last look that did not find the stage soaking yet: its soak began no earlier. */
    let notYetMs = 0
    const looks = ofKind(records, 'evaluated')
    // Those who were let go come after production has passed: stragglers, of whom a share of a window is asked. [detection D4]
    const letGo = looks.findIndex(({ decision }) => decision === 'let-go')
    const soaked = (letGo === -1 ? looks : looks.slice(0, letGo)).flatMap((look) => {
      const sinceMs = look.atMs - notYetMs
      if (look.state !== 'soaking') notYetMs = look.atMs
      const isPassed = look.decision === 'promote' || look.decision === 'complete'
      return isPassed && sinceMs < windowMs ? [`${look.stage} passed after ${hours(sinceMs)} (${at(look)})`] : []
    })
    return [...early, ...soaked]
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
    ...ofKind(records, 'evaluated').flatMap((look) => (look.reason === '' ? [`${look.decision} (${at(look)})`] : [])),
    ...ofKind(records, 'operation').flatMap((one) =>
      one.actor === '' || one.reason === '' ? [`${one.operation} (${at(one)})`] : [],
    ),
  ],
} satisfies Readonly<Record<string, (header: TraceHeader, records: readonly TraceRecord[]) => readonly string[]>>

const hours = (durationMs: number): string => `${(durationMs / 3_600_000).toFixed(2)} h`
