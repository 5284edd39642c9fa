import type { AdviceReason, Gain } from '../messages/advice.ts'
import { betaQuantiles } from '../numbers/beta.ts'
import { exactShareOf, meanOf, type Share } from '../numbers/statistics.ts'

/** One release with a fault of the mix, watched for the longest window. */
export interface MixedRun {
  readonly seed: number
  readonly kind: string
  readonly size: string
  readonly onsetHours: number
  /** Of watching after which canary was rolled back because of it; null if it was not, or not because of it. */
  readonly caughtAfterHours: number | null
  /** The preflight refused the plant's week: it says nothing. */
  readonly isRefused: boolean
}

/** What one start of a rollout leads to with one window, by the calendar. */
export interface PlannedStart {
  readonly windowHours: number
  /** Canary's deployment to the last device updated. */
  readonly leadTimeDays: number
  /** Hours of canary's window in each shift, and on weekends. */
  readonly shiftHours: Readonly<Record<string, number>>
  readonly weekendHours: number
}

export interface Advice {
  /** Chance that a release is faulty: of the history, with Jeffreys' prior. */
  readonly risk: {
    readonly faulty: number
    readonly of: number
    readonly mean: number
    readonly low: number
    readonly high: number
  }
  readonly windows: readonly WindowAdvice[]
  readonly recommendedHours: number
  readonly reasons: readonly AdviceReason[]
}

export interface WindowAdvice {
  readonly windowHours: number
  /** Of faulty releases, those that are not caught in canary. */
  readonly escaped: Share
  /** Of all releases: the risk times that. */
  readonly escapedOfAll: number
  readonly meanLeadTimeDays: number
  /** Shares of the starts after which canary has seen less than an hour of a shift, and of a weekend. */
  readonly unseenShifts: Readonly<Record<string, number>>
  readonly noWeekend: number
}

/** Less of a shift is not seen. */
const SEEN_HOURS = 1

/** `allowed`: share of releases that the policy lets be lost to false rollbacks; an escape weighs as much. Pure. */
export function foldAdvice(
  runs: readonly MixedRun[],
  starts: readonly PlannedStart[],
  history: { readonly faulty: number; readonly of: number },
  allowed: number,
): Advice {
  const risk = { ...history, ...riskOf(history) }
  const known = runs.filter(({ isRefused }) => !isRefused)
  const hours = [...new Set(starts.map(({ windowHours }) => windowHours))].sort((a, b) => a - b)
  const windows = hours.map((windowHours): WindowAdvice => {
    const own = starts.filter((start) => start.windowHours === windowHours)
    const missed = known.filter(({ caughtAfterHours: at }) => at === null || at > windowHours)
    const escaped = exactShareOf(missed.length, known.length)
    const share = (is: (start: PlannedStart) => boolean): number => own.filter(is).length / own.length
    const shifts = Object.keys(own[0]?.shiftHours ?? {})
    return {
      windowHours,
      escaped,
      escapedOfAll: risk.mean * (escaped.share ?? 1),
      meanLeadTimeDays: meanOf(own.map(({ leadTimeDays }) => leadTimeDays)) ?? 0,
      unseenShifts: Object.fromEntries(
        shifts.map((shift) => [shift, share(({ shiftHours }) => (shiftHours[shift] ?? 0) < SEEN_HOURS)]),
      ),
      noWeekend: share(({ weekendHours }) => weekendHours < SEEN_HOURS),
    }
  })
  return { risk, windows, ...recommended(windows, risk.mean, allowed) }
}

/** Jeffreys' prior of a share: half a case of each. [source: jeffreys-prior] */
function riskOf({ faulty, of }: { readonly faulty: number; readonly of: number }) {
  const [a, b] = [faulty + 0.5, of - faulty + 0.5]
  const [low, high] = betaQuantiles(a, b, [0.025, 0.975]) as [number, number]
  return { mean: a / (a + b), low, high }
}

const worstShift = ({ unseenShifts }: WindowAdvice): readonly [string, number] =>
  Object.entries(unseenShifts).reduce((worst, one) => (one[1] > worst[1] ? one : worst), ['', 0] as [string, number])

/** The shortest that sees every shift, unless a longer one catches more than the policy lets be lost anyway. */
function recommended(
  windows: readonly WindowAdvice[],
  risk: number,
  allowed: number,
): Pick<Advice, 'recommendedHours' | 'reasons'> {
  const seesAll = windows.findIndex((one) => worstShift(one)[1] === 0)
  let index = seesAll === -1 ? windows.length - 1 : seesAll
  for (let next = index + 1; next < windows.length; next++) {
    if (gainOf(windows[index] as WindowAdvice, windows[next] as WindowAdvice, risk).perReleases >= allowed) index = next
  }
  const chosen = windows[index] as WindowAdvice
  const { windowHours } = chosen
  const [shift, share] = worstShift(chosen)
  const shorter = windows[index - 1]
  const longer = windows[index + 1]
  const reasons: AdviceReason[] = [
    share === 0
      ? { code: 'ADVISE_SEES_EVERY_SHIFT', data: { windowHours } }
      : { code: 'ADVISE_SEES_NOT_EVERY_SHIFT', data: { windowHours, shift, share } },
    ...(shorter === undefined ? [] : shorterReasons(shorter, chosen, risk)),
    ...(longer === undefined ? [] : [longerReason(chosen, longer, risk, allowed)]),
    ...(chosen.noWeekend > 0
      ? [{ code: 'ADVISE_NO_WEEKEND' as const, data: { windowHours, share: chosen.noWeekend } }]
      : []),
  ]
  return { recommendedHours: windowHours, reasons }
}

/**
 * Of all releases, those that the longer window catches and the shorter one does not, with the exact 95 % interval of
 * their share: it is the same releases that are watched for longer.
 */
function gainOf(from: WindowAdvice, to: WindowAdvice, risk: number): Gain {
  const { share, low, high } = exactShareOf(from.escaped.count - to.escaped.count, from.escaped.of)
  const ofAll = (part: number | null, unknown: number): number => risk * (part ?? unknown)
  return { perReleases: ofAll(share, 0), low: ofAll(low, 0), high: ofAll(high, 1) }
}

const daysBetween = (from: WindowAdvice, to: WindowAdvice): number => to.meanLeadTimeDays - from.meanLeadTimeDays

function shorterReasons(shorter: WindowAdvice, chosen: WindowAdvice, risk: number): readonly AdviceReason[] {
  const { windowHours } = shorter
  const [shift, share] = worstShift(shorter)
  const data = { windowHours, ...gainOf(shorter, chosen, risk), days: daysBetween(shorter, chosen) }
  return [
    ...(share > 0 ? [{ code: 'ADVISE_SHORTER_MISSES_SHIFT' as const, data: { windowHours, shift, share } }] : []),
    { code: 'ADVISE_SHORTER_LETS_ESCAPE', data },
  ]
}

const longerReason = (chosen: WindowAdvice, longer: WindowAdvice, risk: number, allowed: number): AdviceReason => ({
  code: 'ADVISE_LONGER_GAINS_LITTLE',
  data: {
    windowHours: longer.windowHours,
    ...gainOf(chosen, longer, risk),
    days: daysBetween(chosen, longer),
    allowed,
  },
})
