import type { Baseline } from '../evidence/baseline.ts'
import type { Sums } from '../evidence/sums.ts'
import { NO_PARTS, type Parts, partsOfWeek, partsOver, type Tail } from '../evidence/variation.ts'
import { type Count, ratioVariance, withVariance } from '../statistics/excess.ts'
import { normalQuantile } from '../statistics/normal.ts'
import type { ErrorsBefore } from './errors-before.ts'

/** Errors, those that were expected, and the time they were counted in. */
export type Errors = Pick<Sums, 'errors' | 'expectedErrors' | 'countedMinutes'>

/** Errors of a stage or line, with what they may be held against. */
export interface Compared {
  readonly stage: Errors
  /** None where there are no minutes of them. */
  readonly controls: Errors
  /** The same devices' before the rollout. */
  readonly before: ErrorsBefore
  readonly variation: Baseline['errorVariation']
}

/**
 * An hour in which a line or the plant has three times as many errors is no news of a release: by the plant's own noise
 * it comes once in months, so that no week shows whether there are such hours. Controls have it as well; without any it
 * may be all of what was seen. [source: bad-hour]
 */
const BAD_HOUR_FACTOR = 3
const BAD_HOUR_MINUTES = 60

/** The tail of what devices show beside each other; without controls lines have theirs as well. */
export function tailOf({ variation, controls, before }: Compared): Tail | undefined {
  const tails = variation?.tails
  if (tails === undefined) return undefined
  const isHeavier = tails.line.scale > tails.device.scale
  return before.lines === 1 && controls.countedMinutes === 0 && isHeavier ? tails.line : tails.device
}

/** A line of a stage counts for no more than so many standard deviations above what the lines in the middle show. */
const BOUND_SIGMAS = 4
/** Of fewer lines none is in the middle. */
const LEAST_LINES = 3

/**
 * The stage with its lines bounded: one device that errs for a day would otherwise be a rise of the whole stage. Lines
 * are judged by themselves as well, as they are. [source: bounded-readings]
 */
export function bounded(
  compared: Compared,
  lines: readonly { readonly stage: Pick<Sums, 'errors' | 'expectedErrors'> }[],
): Compared {
  const { stage, controls, before, variation } = compared
  if (lines.length < LEAST_LINES) return compared
  const [now] = parts(compared)
  const own = (now.device * lines.length) / Math.max(before.devices, 1)
  const variance = own + (controls.countedMinutes > 0 || variation === undefined ? 0 : now.line)
  const ratios = lines
    .flatMap(({ stage: { errors, expectedErrors } }) => (expectedErrors > 0 ? [errors / expectedErrors] : []))
    .sort((a, b) => a - b)
  const usual = Math.max(ratios[ratios.length >> 1] ?? 1, 1)
  let errors = 0
  for (const { stage: line } of lines) {
    const mean = line.expectedErrors * usual
    const most = mean + BOUND_SIGMAS * Math.sqrt(mean + variance * mean ** 2) + 1
    errors += line.expectedErrors > 0 ? Math.min(line.errors, most) : line.errors
  }
  return { ...compared, stage: { ...stage, errors: Math.min(errors, stage.errors) } }
}

/** How long the devices were watched, on the average. */
export const minutesOf = ({ stage, before }: Compared): number => stage.countedMinutes / Math.max(before.devices, 1)

/** Against the same devices before: their own noise, and all that they share with others that stay. */
export function againstBefore(compared: Compared): Count {
  const shared = ({ line, plant }: Parts): number => line / Math.max(compared.before.lines, 1) + plant
  const [now, then] = parts(compared)
  return withVariance(againstOwnBefore(compared), shared(now) + shared(then))
}

/** The same with their own noise alone: what is shared is left to the controls. */
export function againstOwnBefore(compared: Compared): Count {
  const { stage, before } = compared
  const [now, then] = parts(compared)
  const count = countOf(stage, { ...before, expectedErrors: before.errors }, before.leastErrors)
  return withVariance(count, (now.device + then.device) / Math.max(before.devices, 1))
}

/**
 * Against the controls at the same time, which what a line or the plant has in common cancels in: what is left is the
 * noise of single devices, of both, and the chance in what both were expected to have.
 */
export function againstControls(compared: Compared): Count {
  const { stage, controls, before } = compared
  const minutes = minutesOf(compared)
  const own = Math.max(before.devices, 1)
  const others = Math.max(controls.countedMinutes / Math.max(minutes, 1), 1)
  const [now, then] = parts(compared)
  const weeks = minutesBefore(before) / Math.max(minutes, 1)
  const chanceIn = (expected: number): number => (expected > 0 ? 1 / expected : 0)
  return withVariance(
    countOf(stage, controls, Math.min(before.leastErrors, controls.expectedErrors * weeks)),
    (now.device + then.device) * (1 / own + 1 / others) +
      chanceIn(before.errors) +
      chanceIn(controls.expectedErrors * weeks),
  )
}

/** Of a lower bound that no more than one count in ten is above by chance, or one of so many lines. [source: limit-bound] */
export const boundSigmas = (lines: number): number => normalQuantile(1 - 0.1 / lines)

/** The count by the lower bound of its ratio to the reference. */
export const leastOf = (against: Count, sigmas = boundSigmas(1)): number =>
  against.count * Math.exp(-sigmas * Math.sqrt(ratioVariance(against)))

/** The same as `againstBefore` of devices that had a bad hour. */
export function afterBadHour(compared: Compared): Count {
  const { count, reference, ratio } = againstBefore(compared)
  const hours = Math.min(BAD_HOUR_MINUTES / Math.max(minutesOf(compared), 1), 1)
  return { count, reference, ratio: ratio * (1 + (BAD_HOUR_FACTOR - 1) * hours) }
}

/** Share of the information that there will be once the devices have been watched for so long. */
export function informationShare(compared: Compared, against: (compared: Compared) => Count, minutes: number): number {
  const factor = minutes / Math.max(minutesOf(compared), 1)
  return informationOf(against(compared)) / informationOf(against(scaled(compared, factor)))
}

/** Errors in one shift by which its rate is known to a quarter; of fewer it is chance that others had more. */
const FEW_ERRORS = 16

/**
 * Exposure is the expected errors, so that shifts are mixed alike; the time where none were ever seen. Where a shift had
 * few, such as in counts of one minute a sample, they may have fallen into another one by chance: then the time as well,
 * if that lets more be expected. [source: few-errors]
 */
export function countOf(stage: Errors, reference: Errors, leastErrors: number): Count {
  const byTime = stage.countedMinutes / reference.countedMinutes
  const isKnown = stage.expectedErrors > 0 && reference.expectedErrors > 0
  const byErrors = isKnown ? stage.expectedErrors / reference.expectedErrors : byTime
  const ratio = leastErrors < FEW_ERRORS ? Math.max(byErrors, byTime) : byErrors
  return { count: stage.errors, reference: reference.errors, ratio }
}

const minutesBefore = ({ countedMinutes, devices }: ErrorsBefore): number => countedMinutes / Math.max(devices, 1)

/** Of the time that is judged, and of the time before. */
function parts(compared: Compared): readonly [Parts, Parts] {
  const { variation, before } = compared
  if (variation === undefined || variation.shiftMinutes === 0) return [NO_PARTS, NO_PARTS]
  return [partsOver(variation, minutesOf(compared)), partsOfWeek(variation, minutesBefore(before))]
}

/** Inverse of the variance that the ratio has where nothing is wrong. */
const informationOf = ({ reference, ratio }: Count): number => 1 / (1 / (reference * ratio) + 1 / reference)

const scaled = (compared: Compared, factor: number): Compared => ({
  ...compared,
  stage: scaledSums(compared.stage, factor),
  controls: scaledSums(compared.controls, factor),
})

const scaledSums = ({ errors, expectedErrors, countedMinutes }: Errors, factor: number): Errors => ({
  errors: errors * factor,
  expectedErrors: expectedErrors * factor,
  countedMinutes: countedMinutes * factor,
})
