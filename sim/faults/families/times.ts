import { duration } from '../../../controller/units/quantity.ts'

const MINUTE_MS = 60_000

/** How long something lasts, in milliseconds: with no length it would never act. */
export const lasting = duration.refine((ms) => ms > 0, { message: 'must be longer than 0' })

/**
 * The time from one occurrence to the next, or its mean, in milliseconds. A sample is taken every minute: what comes more
 * often cannot be told from what never stops, and its events would be without number.
 */
export const period = duration.refine((ms) => ms >= MINUTE_MS, { message: 'must be at least 1min' })
