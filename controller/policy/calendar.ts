import { Temporal } from 'temporal-polyfill'
import type { StageName } from '../contract.ts'
import type { Closure } from '../messages/decisions.ts'
import { endOfSpanMs, lastEndOfSpanMs, lastWallTimeMs, localDate, shiftAt, wallTimeMs } from '../units/shift-time.ts'
import type { Policy } from './policy.ts'

/** A stratum of the baseline: what the plant does depends on the shift and the kind of day. [source: strata] */
export interface Stratum {
  /** `second/weekday`. */
  readonly name: string
  readonly shiftStartMs: number
  readonly shiftEndMs: number
}

const MAX_DAYS_AHEAD = 15

/** A week and a day of shifts. */
const MAX_KNOWN_STRATA = 32

/** The last strata of a site's shifts, newest first: evaluations follow each other, a week is replayed, zones are slow. */
const knownStrata = new WeakMap<Policy['shifts'], Map<string, Stratum[]>>()

/** The stratum that `atMs` falls into; a shift belongs to the day it began on. */
export function stratumAt(policy: Policy, atMs: number): Stratum {
  const known = knownStrataOf(policy)
  const index = known.findIndex(({ shiftStartMs, shiftEndMs }) => shiftStartMs <= atMs && atMs < shiftEndMs)
  if (index === 0) return known[0] as Stratum
  const stratum = index < 0 ? findStratum(policy, atMs) : (known.splice(index, 1)[0] as Stratum)
  known.unshift(stratum)
  if (known.length > MAX_KNOWN_STRATA) known.pop()
  return stratum
}

function knownStrataOf({ shifts, zone }: Policy): Stratum[] {
  const zones = knownStrata.get(shifts) ?? new Map<string, Stratum[]>()
  knownStrata.set(shifts, zones)
  const known = zones.get(zone) ?? []
  zones.set(zone, known)
  return known
}

function findStratum({ shifts, zone }: Policy, atMs: number): Stratum {
  const span = shiftAt(shifts, zone, atMs)
  if (span === null) throw new Error('invariant: the shifts of the policy do not cover the day')
  const { shift, isWeekend, startMs, endMs } = span
  return { name: `${shift.name}/${isWeekend ? 'weekend' : 'weekday'}`, shiftStartMs: startMs, shiftEndMs: endMs }
}

/** Every name that `stratumAt` can give. */
export const stratumNames = (policy: Policy): readonly string[] =>
  policy.shifts.flatMap(({ name }) => [`${name}/weekday`, `${name}/weekend`])

/** The site's day that `atMs` falls on, counted from 1 January 1970. */
export const dayNumber = (policy: Policy, atMs: number): number => EPOCH.until(dateOf(policy, atMs)).days

const EPOCH = Temporal.PlainDate.from('1970-01-01')

/** The instants in [fromMs, toMs] at which a shift begins, in order; shifts that the clocks skip begin with the next. */
export function shiftBoundaries(policy: Policy, fromMs: number, toMs: number): number[] {
  const boundaries = new Set<number>()
  for (let date = dateOf(policy, fromMs); at(policy, date, '00:00') <= toMs; date = date.add({ days: 1 })) {
    for (const { from } of policy.shifts) boundaries.add(at(policy, date, from))
  }
  return [...boundaries].filter((boundary) => boundary >= fromMs && boundary <= toMs).sort((a, b) => a - b)
}

/** When a stage may be deployed, and what keeps it waiting until then. */
export interface Gate {
  readonly opensAtMs: number
  /** The deny window or freeze that closes a window that would be open; null if it only waits for its window. */
  readonly closedBy: Closure | null
}

/** What opens and closes the gates of the stages. */
export type Calendar = Pick<Policy, 'zone' | 'gates' | 'deny' | 'freezes'>

/** Closed windows in a row after which a gate counts as one that never opens: two years of production windows. */
const MAX_CLOSED_WINDOWS = 208

/** `fromMs` if the stage's gate is open then, else its next opening. */
export const gateOpensAtMs = (policy: Calendar, stage: StageName, fromMs: number): number =>
  gateAt(policy, stage, fromMs, false).opensAtMs

/**
 * The first instant from `fromMs` on that lies in a gate of the stage and in no deny window or freeze. A hotfix waits for
 * deny windows only: maintenance windows and freezes are about convenience, a deny window says that machines must not be
 * touched. A policy whose gate never opens is refused by the static preflight before. [source: allow-and-deny]
 */
export function gateAt(policy: Calendar, stage: StageName, fromMs: number, isHotfix: boolean): Gate {
  const gate = searchGate(policy, stage, fromMs, isHotfix)
  if ('closedForGoodBy' in gate) {
    throw new Error(`invariant: the gate of ${stage} never opens: ${gate.closedForGoodBy.code}`)
  }
  return gate
}

/**
 * What keeps the gate of a stage closed for good, whatever its windows; null if it opens some time from `fromMs` on, for
 * long enough that an evaluation falls into it.
 */
export function closedForGoodBy(
  policy: Calendar & Pick<Policy, 'tickMs'>,
  stage: StageName,
  fromMs: number,
  isHotfix: boolean,
): Closure | null {
  const gate = searchGate(policy, stage, fromMs, isHotfix, policy.tickMs)
  return 'closedForGoodBy' in gate ? gate.closedForGoodBy : null
}

function searchGate(
  policy: Calendar,
  stage: StageName,
  fromMs: number,
  isHotfix: boolean,
  leastMs = 0,
): Gate | { readonly closedForGoodBy: Closure } {
  let atMs = fromMs
  let closedBy: Closure | null = null
  for (let n = 0; n < MAX_CLOSED_WINDOWS; n++) {
    const opening = isHotfix ? { fromMs: atMs, untilMs: Number.POSITIVE_INFINITY } : nextOpening(policy, stage, atMs)
    const closure = closureFrom(policy, stage, opening.fromMs, leastMs, isHotfix)
    if (closure === null && opening.untilMs - opening.fromMs >= leastMs) return { opensAtMs: opening.fromMs, closedBy }
    closedBy ??= closure?.by ?? null
    atMs = closure?.untilMs ?? opening.untilMs
  }
  return { closedForGoodBy: closedBy as Closure }
}

/** A period in which the gate of a stage is closed. */
interface ClosedPeriod {
  readonly by: Closure
  readonly fromMs: number
  readonly untilMs: number
}

/**
 * The dated freezes, and the deny windows of the stage that begin on the day of an instant, the day before or the day
 * after. What forbids holds for both passes of an hour that the clocks repeat.
 */
function closedPeriods(policy: Calendar, stage: StageName, atMs: number, isHotfix: boolean): readonly ClosedPeriod[] {
  const freezes = (isHotfix ? [] : policy.freezes).map(
    ({ name, from, to }): ClosedPeriod => ({
      by: { code: 'FREEZE_CALENDAR', data: { name } },
      fromMs: localMs(policy, from),
      untilMs: localMs(policy, to, lastWallTimeMs),
    }),
  )
  const windows = policy.deny[stage] ?? []
  if (windows.length === 0) return freezes
  const today = dateOf(policy, atMs)
  const dates = [-1, 0, 1].map((days) => today.add({ days }))
  const denied = windows.flatMap((window) =>
    dates
      .filter(({ dayOfWeek }) => window.days.includes(dayOfWeek))
      .map((date): ClosedPeriod => {
        const { from, to } = window
        const fromMs = at(policy, date, from)
        return {
          by: { code: 'DENY_WINDOW', data: { from, to } },
          fromMs,
          untilMs: lastEndOfSpanMs(policy.zone, date, window),
        }
      }),
  )
  return [...freezes, ...denied]
}

/** What closes the gate of the stage at an instant, or within so long from then on; null if nothing does. */
function closureFrom(
  policy: Calendar,
  stage: StageName,
  atMs: number,
  withinMs: number,
  isHotfix: boolean,
): ClosedPeriod | null {
  const periods = closedPeriods(policy, stage, atMs, isHotfix).filter(
    ({ fromMs, untilMs }) => Math.max(fromMs, atMs) < untilMs,
  )
  return periods.find(({ fromMs }) => fromMs <= atMs) ?? periods.find(({ fromMs }) => fromMs < atMs + withinMs) ?? null
}

/** A local date and time. */
function localMs({ zone }: Calendar, dateTime: string, toMs = wallTimeMs): number {
  const [date, time] = dateTime.split('T') as [string, string]
  return toMs(zone, Temporal.PlainDate.from(date), time)
}

/** The declared incidents as instants. */
export const incidentPeriods = (policy: Policy): readonly { readonly fromMs: number; readonly toMs: number }[] =>
  policy.incidents.map(({ from, to }) => ({ fromMs: localMs(policy, from), toMs: localMs(policy, to) }))

/** What is left of the first window of the stage that is open at `fromMs` or later. */
function nextOpening(
  policy: Calendar,
  stage: StageName,
  fromMs: number,
): { readonly fromMs: number; readonly untilMs: number } {
  const yesterday = dateOf(policy, fromMs).subtract({ days: 1 })
  let earliest: { readonly fromMs: number; readonly untilMs: number } | null = null
  for (let day = 0; day <= MAX_DAYS_AHEAD && earliest === null; day++) {
    const date = yesterday.add({ days: day })
    for (const window of policy.gates[stage] ?? []) {
      const [opensMs, closesMs] = [at(policy, date, window.from), endOfSpanMs(policy.zone, date, window)]
      // A window inside the hour that the clocks skip is empty.
      if (!window.days.includes(date.dayOfWeek) || closesMs <= Math.max(fromMs, opensMs)) continue
      const one = { fromMs: Math.max(fromMs, opensMs), untilMs: closesMs }
      if (earliest === null || one.fromMs < earliest.fromMs) earliest = one
    }
  }
  if (earliest === null) throw new Error(`invariant: the gate of ${stage} never opens`)
  return earliest
}

const dateOf = ({ zone }: Pick<Policy, 'zone'>, atMs: number): Temporal.PlainDate => localDate(zone, atMs)

const at = ({ zone }: Pick<Policy, 'zone'>, date: Temporal.PlainDate, time: string): number =>
  wallTimeMs(zone, date, time)
