import { SAMPLE_PERIOD_MS } from '../contract.ts'
import type { Policy } from '../policy/policy.ts'
import { difference } from './difference.ts'
import { lastHeardMs, type Snapshot } from './snapshot.ts'

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
    if (count.away > AWAY_LINE_SHARE * count.of) continue
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
    let own = lines.get(line)
    if (own === undefined) {
      own = { of: 0, away: 0, down: 0, long: 0 }
      lines.set(line, own)
    }
    own.of += 1
    if (previous === null) continue
    const delta = difference(previous.devices[thing], to)
    const silentMs = delta === null ? current.atMs - lastHeardMs(previous, thing) : 0
    if (delta === null ? silentMs >= DOWN_AFTER_MS : isBack(thing, previous, current, policy)) own.away += 1
    if (isDown(delta, silentMs)) own.down += 1
    if (silentMs > longAwayMs(policy)) own.long += 1
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
