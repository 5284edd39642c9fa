import { SAMPLE_PERIOD_MS } from '../contract.ts'
import type { Policy } from '../policy/policy.ts'
import { own } from '../support/own.ts'
import { difference } from './difference.ts'
import { lastHeardMs, type Snapshot, thingsOf } from './snapshot.ts'

/** Whom a stage is beside; a part of its watch. */
interface Beside {
  readonly controls: readonly string[]
  readonly others?: readonly string[]
  readonly lineOf: Readonly<Record<string, number>>
}

/** So many samples missed in a row are not by chance; two evaluations in their usual rhythm lie further apart. */
export const DOWN_AFTER_MS = 4 * SAMPLE_PERIOD_MS

/** Devices beside the stage that a line's silence is compared with: they share its network, not its deployment. */
export interface PeersPresence {
  readonly of: number
  /** Silent now, or back for no longer than makes a device lost: the others of the line get that time to come back. */
  readonly away: number
  /** Reported nothing new, or hardly ever connected, since the evaluation before. */
  readonly down: number
}

/** One line at one evaluation. */
export interface LinePresence {
  readonly line: number
  /** The controls of the line; where it has none, the devices of the other stages on it. */
  readonly peers: PeersPresence
}

/** Who is there: the last evaluation by line, and how much devices were away since the deployment at all. */
export interface Presence {
  readonly lines: readonly LinePresence[]
  /** Devices of the stage that have installed, by line. */
  readonly stage: readonly { readonly line: number; readonly of: number; readonly down: number }[]
  /** Of peers on lines that were not away themselves. */
  readonly awayMs: number
  /** Of that, of outages that were long then; absent in evidence that an earlier version has stored. */
  readonly longAwayMs?: number
  readonly observedMs: number
}

export const NO_PRESENCE: Presence = { lines: [], stage: [], awayMs: 0, longAwayMs: 0, observedMs: 0 }

/** Outages of more than so many mean lengths are long. [source: away-rate] */
const LONG_LENGTHS = 4
export const longAwayMs = ({ evidence }: Policy): number => LONG_LENGTHS * evidence.awayForMs

/** How often devices were away when the week before was read, lines that were away left aside. */
export interface AwayBefore {
  readonly readings: number
  readonly away: number
  /** Of outages that were long then. */
  readonly long: number
}

const DAY_MS = 24 * 3_600_000

/**
 * Of snapshots of a whole fleet, hours apart. What a device had not sent yet is told by its sequence, which counts
 * minutes. One that had been away for a day is not one that a stage would have heard.
 */
export function awayBefore(snapshots: readonly Snapshot[], policy: Policy): AwayBefore {
  const total = { readings: 0, away: 0, long: 0 }
  const silences = new Map<string, number>()
  for (const [i, current] of snapshots.entries()) {
    const previous = snapshots[i - 1]
    if (previous === undefined) continue
    const lines = new Map<number, { readings: number; away: number; long: number }>()
    for (const thing of thingsOf(current)) {
      const silentMs = silenceAt(previous, current, thing, silences.get(thing) ?? 0)
      silences.set(thing, silentMs)
      if (silentMs > DAY_MS) continue
      const line = own(current.devices, thing)?.line ?? 0
      const counts = lines.get(line) ?? { readings: 0, away: 0, long: 0 }
      lines.set(line, counts)
      counts.readings += 1
      if (silentMs > policy.lostAfterMs) counts.away += 1
      if (silentMs > longAwayMs(policy)) counts.long += 1
    }
    for (const counts of lines.values()) {
      if (counts.away > Math.max(1, AWAY_LINE_SHARE * counts.readings)) continue
      total.readings += counts.readings
      total.away += counts.away
      total.long += counts.long
    }
  }
  return total
}

/** A sequence that began anew tells nothing. */
function silenceAt(previous: Snapshot, current: Snapshot, thing: string, beforeMs: number): number {
  const [from, to] = [own(previous.devices, thing), own(current.devices, thing)]
  if (from === undefined || to === undefined || from.bootId !== to.bootId) return 0
  const sent = to.sequence - from.sequence
  const spanMs = current.atMs - previous.atMs
  return sent === 0 ? beforeMs + spanMs : Math.max(spanMs - sent * SAMPLE_PERIOD_MS, 0)
}

/** A line of whose peers a larger part is away is away itself: that says nothing about single devices. */
export const AWAY_LINE_SHARE = 0.25

interface Count {
  of: number
  away: number
  down: number
  long: number
}

/**
 * The devices beside the stage at one evaluation. Silence is by the clock of the functions: from the evaluation that
 * last had something new.
 */
export function observePresence(
  known: Presence,
  watch: Beside,
  previous: Snapshot | null,
  current: Snapshot,
  policy: Policy,
): Omit<Presence, 'stage'> {
  const controls = countByLine(watch.controls, watch, previous, current, policy)
  const others = countByLine(watch.others ?? [], watch, previous, current, policy)
  const counts = [...new Set([...controls.keys(), ...others.keys()])].map((line) => ({
    line,
    count: controls.get(line) ?? (others.get(line) as Count),
  }))
  const spanMs = previous === null ? 0 : current.atMs - previous.atMs
  let [awayMs, longMs, observedMs] = [known.awayMs, known.longAwayMs ?? 0, known.observedMs]
  for (const { count } of counts) {
    // One device that is away may be all the peers that a line has.
    if (count.away > Math.max(1, AWAY_LINE_SHARE * count.of)) continue
    awayMs += count.away * spanMs
    longMs += count.long * spanMs
    observedMs += count.of * spanMs
  }
  const lines = counts.map(({ line, count: { of, away, down } }) => ({ line, peers: { of, away, down } }))
  return { lines, awayMs, longAwayMs: longMs, observedMs }
}

function countByLine(
  things: readonly string[],
  { lineOf }: Beside,
  previous: Snapshot | null,
  current: Snapshot,
  policy: Policy,
): ReadonlyMap<number, Count> {
  const lines = new Map<number, Count>()
  for (const thing of things) {
    const to = current.devices[thing]
    if (to === undefined) continue
    const line = lineOf[thing] as number
    let sums = lines.get(line)
    if (sums === undefined) {
      sums = { of: 0, away: 0, down: 0, long: 0 }
      lines.set(line, sums)
    }
    sums.of += 1
    if (previous === null) continue
    const delta = difference(previous.devices[thing], to)
    const silentMs = delta === null ? current.atMs - lastHeardMs(previous, thing) : 0
    if (delta === null ? silentMs >= DOWN_AFTER_MS : isBack(thing, previous, current, policy)) sums.away += 1
    if (isDown(delta, silentMs)) sums.down += 1
    if (silentMs > longAwayMs(policy)) sums.long += 1
  }
  return lines
}

/** Whether a device that reports was away a moment ago. */
function isBack(thing: string, previous: Snapshot, { atMs }: Snapshot, { lostAfterMs }: Policy): boolean {
  const heardMs = previous.heardAtMs?.[thing]
  if (heardMs !== undefined && atMs - heardMs > lostAfterMs) return true
  const returnedMs = previous.returnedAtMs?.[thing]
  return returnedMs !== undefined && atMs - returnedMs <= lostAfterMs
}

/** Silent for long, however many evaluations that were, or hardly ever connected since the evaluation before. */
export const isDown = (delta: ReturnType<typeof difference>, silentMs: number): boolean =>
  delta === null ? silentMs >= DOWN_AFTER_MS : 2 * delta.connectionFailures > delta.connectionAttempts
