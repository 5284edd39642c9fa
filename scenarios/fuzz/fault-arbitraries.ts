import fc from 'fast-check'
import { STAGE_PASSED_EVENT } from '../../controller/contract.ts'
import { writtenDuration } from '../../controller/units/duration.ts'
import { type FaultSpec, isProcessFault } from '../../sim/faults/catalogue.ts'
import { times } from './times.ts'

/** Which devices, before it is known how many there are: line and station are counted round. */
export interface Place {
  readonly on: 'release' | 'device' | 'canary' | 'line' | 'line of the release' | 'fleet'
  readonly line: number
  readonly station: number
}

/** A fault as its file has it, except for the place: `place` stands for names that only a fleet has. */
export interface FaultDraft {
  readonly kind: FaultSpec['kind']
  readonly place?: Place
  readonly [key: string]: unknown
}

const HOURS = 60
const DAYS = 24 * HOURS

/** The first is what a counterexample is shrunk to. */
const placeOn = (...on: readonly Place['on'][]): fc.Arbitrary<Place> =>
  fc.record({ on: fc.constantFrom(...on), line: fc.nat(16), station: fc.nat(19) })

/** Where the firmware may be at fault: everywhere with the release, or some devices whatever they run. */
const ofRelease = placeOn('release', 'release', 'line of the release', 'line', 'device', 'canary')
const ofLink = placeOn('device', 'canary', 'line', 'fleet')

const soon = times(0, 5, 15, 30, HOURS)
/** Onsets over the window of a stage, most of them early. */
const onset = times(0, 5, 30, HOURS, 3 * HOURS, 6 * HOURS, 12 * HOURS, 14 * HOURS, 20 * HOURS)
/** When a fault of the environment begins: around the start, around a promotion, in the window of production. */
const from = times(0, 10, 14, HOURS, 12 * HOURS, 23 * HOURS, DAYS, 31 * HOURS, 2 * DAYS, 60 * HOURS)
const lasting = times(5, 15, HOURS, 6 * HOURS, DAYS, DAYS, 3 * DAYS)
/** Without an end once in ten times: liveness is undecided then. */
const window = { from, for: fc.option(lasting, { nil: undefined, freq: 9 }) }
const pct = (...values: readonly number[]): fc.Arbitrary<string> =>
  fc.constantFrom(...values).map((value) => `${value} %`)
const share = pct(100, 50, 20, 5)
const factor = fc.constantFrom(3, 1.2, 2, 10)

const serviceCalls = fc.constantFrom(
  { api: 'CreateDeployment' },
  { api: 'CancelDeployment' },
  { api: 'SearchIndex' },
  { api: 'ListDeployments' },
  { api: 'GetDeployment' },
  { api: 'ListJobExecutionsForJob' },
  { api: 'PutEvents' },
  { api: 'DescribeComponent' },
  { api: 'GetItem' },
  { api: 'PutItem' },
  { service: 'greengrass' },
  { service: 'iot' },
  { service: 'dynamodb' },
)
/** Calls that change something, for which it matters most whether they happened. */
const changes = fc.constantFrom(
  { api: 'CreateDeployment' },
  { api: 'CancelDeployment' },
  { api: 'PutItem' },
  { api: 'PutEvents' },
)
const events = fc.constantFrom(
  { events: 'all' },
  { detailType: 'Scheduled Event' },
  { detailType: STAGE_PASSED_EVENT },
  { detailType: 'Greengrass V2 Effective Deployment Status Change' },
)
const lambdas = fc.constantFrom(
  { lambda: 'analyze' },
  { lambda: 'analyze' },
  { lambda: 'analyze' },
  { lambda: 'promote' },
  { lambda: 'start' },
)
/** An evaluation reads first; its decision is carried out by later calls. */
const call = fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 18, 20)

/** The fields of a fault except its kind; what is undefined is left out. */
type Fields = Readonly<Record<string, fc.Arbitrary<unknown>>>
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })
/** One of several forms that exclude each other. */
const either = (...forms: readonly Fields[]): fc.Arbitrary<object> =>
  fc.oneof({ withCrossShrink: true }, ...forms.map((form) => fc.record(form)))

const GAUGE = 'torqueNm'
/** Metrics of the plant's own, which a scenario has that has a fault on one of them. */
export const METRICS = {
  [GAUGE]: { gauge: '42 Nm', spread: '3 %', timeConstant: '5min', deviceEffect: '2 %' },
  weldSpatter: { counter: '0.4 per cycle', dispersion: 0.3 },
  scrapped: { counter: '0.5 %', of: 'unitsProduced' },
}
const METRIC_NAMES = Object.keys(METRICS)

const OLD = '2.3.1'
const NEW = '2.4.0'

/**
 * Every kind of the catalogue as a file may write it, with sizes around what a limit can see. The compiler asks for a
 * kind that is missing here. Within a kind the simplest comes first: that is where shrinking goes.
 */
const FORMS: Readonly<Record<FaultSpec['kind'], fc.Arbitrary<object>>> = {
  'memory-leak': fc.record({
    place: ofRelease,
    rate: fc.constantFrom(26, 5, 60, 300).map((rate) => `${rate} MiB/h`),
    after: maybe(fc.oneof(onset, times(12 * HOURS, 14 * HOURS))),
    every: maybe(times(30, 7, 2 * HOURS)),
  }),
  crash: either(
    { place: ofRelease, at: fc.constant('start') },
    { place: ofRelease, after: onset.filter((text) => text !== '0ms') },
    { place: ofRelease, every: times(6 * HOURS, HOURS, DAYS, 7 * DAYS) },
  ),
  'cycle-drift': either(
    { place: ofRelease, onset, rate: fc.constantFrom(4, 1, 20).map((rate) => `${rate} %/h`) },
    { place: ofRelease, onset, rise: pct(25, 8, 12, 60), over: times(HOURS, 10, 6 * HOURS) },
  ),
  'error-rise': either(
    { place: ofRelease, onset, factor, for: maybe(lasting) },
    { place: ofRelease, onset, factor, during: fc.constantFrom('first', 'second', 'third') },
  ),
  'cycle-time-jitter': fc.record({ place: ofRelease, onset, factor, for: maybe(lasting) }),
  'quality-drop': fc.record({ place: ofRelease, onset, share: pct(10, 2, 50, 100), over: maybe(lasting) }),
  'units-drop': fc.record({ place: ofRelease, onset, share: pct(20, 5, 50, 100), over: maybe(lasting) }),
  'metric-shift': either(
    { place: ofRelease, metric: fc.constantFrom(...METRIC_NAMES), by: fc.constantFrom('+15 %', 'x3', '-50 %'), onset },
    {
      place: ofRelease,
      metric: fc.constant(GAUGE),
      by: fc.constantFrom('+2 Nm', '-20 Nm'),
      onset,
      over: maybe(lasting),
    },
  ),
  'metric-spread': fc.record({ place: ofRelease, metric: fc.constant(GAUGE), factor, onset, over: maybe(lasting) }),
  'metric-missing': fc.record({
    place: ofRelease,
    metric: fc.constantFrom(...METRIC_NAMES),
    onset,
    for: maybe(lasting),
  }),
  hang: fc.record({ place: ofRelease, at: fc.constantFrom('install', 'startup', 'download') }),
  'noisy-network': fc.record({ place: placeOn('fleet', 'line', 'device', 'release'), share: pct(5, 1, 20), ...window }),
  bricked: either({ place: ofRelease, at: fc.constant('install') }, { place: ofRelease, after: onset }),
  'clock-skew': either(
    { place: placeOn('device', 'line', 'release', 'fleet'), ahead: times(5, 25, 2 * HOURS), over: maybe(lasting) },
    { place: placeOn('device', 'line', 'release', 'fleet'), behind: times(5, 25, 2 * HOURS), over: maybe(lasting) },
  ),
  'counter-overflow': fc.record({
    place: ofRelease,
    cycles: fc.constantFrom(1_000, 60, 4_096, 32_768),
    factor: maybe(factor),
  }),
  'failed-download': fc.record({ place: ofRelease, because: fc.constantFrom('disk-full', 'corrupt-artifact') }),
  'pruned-artifacts': fc.record({ place: placeOn('release', 'line', 'fleet', 'device') }),
  reboot: fc.record({ place: ofRelease, at: fc.constantFrom('install', 'download'), for: maybe(lasting) }),
  'rejected-job': fc.record({ place: ofRelease }),
  'silent-fallback': fc.record({ place: placeOn('release', 'line of the release'), after: onset }),
  'starved-download': fc.record({ place: placeOn('fleet', 'line', 'device'), freeBelow: pct(40, 10, 80) }),
  'unreadable-messages': fc.record({
    in: fc.constantFrom({ firmware: OLD }, { firmware: NEW }),
    factor: fc.constantFrom(30, 3),
  }),
  'unreadable-state': fc.record({ in: fc.constantFrom({ firmware: OLD }, { firmware: NEW }) }),
  offline: either(
    { place: ofLink, from, for: lasting },
    {
      place: ofLink,
      from,
      for: fc.constantFrom('1min', '30s', '3min'),
      every: fc.constantFrom('10min', '5min', '1h', '6h'),
    },
  ),
  'reconnect-storm': fc.record({ place: placeOn('fleet', 'line'), from, for: maybe(times(1, 5)), jitter: maybe(soon) }),
  'burst-loss': fc.record({ place: ofLink, share: pct(20, 5, 50), burst: times(10, 2, HOURS), ...window }),
  'late-reports': fc.record({ place: ofLink, delay: times(3, 1, 12), share, ...window }),
  'duplicate-reports': fc.record({ place: ofLink, after: maybe(times(1, 6)), share, ...window }),
  'api-throttle': either(
    { in: changes, share: pct(100, 50, 20), ...window },
    { in: serviceCalls, share: pct(100, 50, 20), ...window },
    { in: serviceCalls, rate: fc.constantFrom('0.1/s', '0.01/s', '2/s'), ...window },
  ),
  'api-error': fc.record({ in: serviceCalls, status: fc.constantFrom(500, 503), share, ...window }),
  'api-conflict': fc.record({ in: fc.oneof(changes, serviceCalls), share, ...window }),
  'api-latency': fc.record({ in: serviceCalls, delay: times(1, 2, 10), share, ...window }),
  'lost-reply': fc.record({ in: fc.oneof(changes, changes, serviceCalls), share, ...window }),
  'stale-index': fc.record({ behind: times(10, 3, HOURS), ...window }),
  'event-lost': fc.record({ in: events, share, ...window }),
  'event-duplicated': fc.record({ in: events, after: maybe(times(1, 0, 7)), share, ...window }),
  'event-late': fc.record({ in: events, delay: times(3, 1, 12), share, ...window }),
  'event-reordered': fc.record({ in: events, within: times(12, 3, HOURS), share, ...window }),
  'lambda-killed': fc.record({ in: lambdas, call, when: fc.constantFrom('after', 'before'), share, ...window }),
  'lambda-timeout': fc.record({ in: lambdas, call, share, ...window }),
  'lambda-duplicate': fc.record({ in: lambdas, share, ...window }),
  operator: fc.record({
    do: fc.constantFrom('pause', 'resume', 'abort', 'skip', 'retry', 'promote', 'freeze', 'unfreeze'),
    at: from,
    by: fc.constantFrom('jo', 'kim'),
    reason: fc.constant('fuzz'),
    id: maybe(fc.constantFrom('a', 'b')),
  }),
  'wrong-group': fc.record({
    place: placeOn('device', 'canary'),
    group: fc.constantFrom('canary', 'early', 'production'),
    move: fc.boolean(),
    at: from,
    for: maybe(lasting),
  }),
}

export const FAULT_KINDS = Object.keys(FORMS) as readonly FaultSpec['kind'][]

const draftOf = (kind: FaultSpec['kind']): fc.Arbitrary<FaultDraft> =>
  FORMS[kind].map((fields) => ({ ...completed(kind, fields), kind }) as FaultDraft)

/** Fields that depend on each other. */
function completed(kind: FaultSpec['kind'], fields: object): object {
  const { in: where } = fields as { readonly in?: { readonly firmware?: string } }
  const other = where?.firmware === OLD ? NEW : OLD
  if (kind === 'unreadable-messages') return { ...fields, sentBy: other }
  if (kind === 'unreadable-state') return { ...fields, writtenBy: other }
  return fields
}

const SEQUENCES_MINUTES = [10, HOURS, DAYS, 2 * DAYS] as const

/**
 * An operator who pauses and resumes, or freezes and unfreezes changes: single operations rarely lead to these. With the
 * same ids in turn, so that a third act is the first one sent again; or all with one id, which is a mistake.
 */
const pair = fc
  .record({
    acts: fc.constantFrom(
      ['pause', 'resume'],
      ['freeze', 'unfreeze'],
      ['pause', 'abort'],
      ['pause', 'resume', 'pause'],
    ),
    ids: fc.constantFrom<readonly string[]>([], ['a', 'b'], ['a']),
    at: fc.nat(71),
  })
  .chain(({ acts, ids, at }) =>
    fc.constantFrom(...SEQUENCES_MINUTES).map((afterMinutes): readonly FaultDraft[] =>
      acts.map((act, index) => ({
        kind: 'operator',
        do: act,
        at: writtenDuration((at * HOURS + 20 + index * afterMinutes) * 60_000),
        by: 'jo',
        reason: 'fuzz',
        ...(ids.length > 0 && { id: ids[index % ids.length] }),
      })),
    ),
  )

/** A release that fails soon is rolled back soon: disturbances have to be more frequent to coincide with a rollout. */
const weightOf = (kind: FaultSpec['kind']): number => (isOfProcess(kind) ? 1 : 3)
const isOfProcess = (kind: FaultSpec['kind']): boolean => isProcessFault({ kind } as FaultSpec)

/**
 * Swarm testing: each scenario has only some of the kinds switched on, so that faults that would hide each other meet rarely
 * enough, and one kind often enough comes in numbers. What is switched on is not shrunk; the faults are, towards none.
 * [source: swarm-testing]
 */
export const faultDrafts = (kinds: readonly FaultSpec['kind'][] = FAULT_KINDS): fc.Arbitrary<readonly FaultDraft[]> =>
  fc.noShrink(fc.subarray([...kinds], { minLength: 1, maxLength: Math.min(8, kinds.length) })).chain((on) => {
    const one = fc
      .oneof(...on.map((kind) => ({ weight: weightOf(kind), arbitrary: draftOf(kind) })))
      .map((draft): readonly FaultDraft[] => [draft])
    const some = on.includes('operator') ? fc.oneof({ weight: 2, arbitrary: one }, { weight: 1, arbitrary: pair }) : one
    const many = fc
      .array(some, { minLength: 1, maxLength: 6, size: 'max' })
      .map((drafts) => drafts.flat().map((draft, index) => (index < SOON ? soonActing(draft) : draft)))
    return fc.oneof({ weight: 1, arbitrary: fc.constant([]) }, { weight: 30, arbitrary: many })
  })

/** So many faults of a scenario begin early, on devices that have the release first: what never acts tests nothing. */
const SOON = 3

/** A time in the first hour; longer ones are for the other faults. */
const EARLY = /^(0ms|\d{1,2}min|1h)$/

function soonActing(draft: FaultDraft): FaultDraft {
  const { place } = draft
  const times = Object.entries(draft).filter(
    ([name, value]) => BEGINS.has(name) && typeof value === 'string' && !EARLY.test(value) && value !== 'start',
  )
  const earlier = Object.fromEntries(times.map(([name]) => [name, EARLIEST[name] ?? '30min']))
  const isOfSome = place !== undefined && (place.on === 'device' || place.on === 'line')
  return {
    ...draft,
    ...earlier,
    ...(isOfSome && { place: { ...place, on: 'canary' as const } }),
  } as FaultDraft
}

/** Options of faults that say when they begin. */
const BEGINS: ReadonlySet<string> = new Set(['onset', 'after', 'from'])
const EARLIEST: Readonly<Record<string, string>> = { from: '14min' }
