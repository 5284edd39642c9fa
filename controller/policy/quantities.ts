import { duration, share } from '../units/quantity.ts'

/** A duration that is not 0, in milliseconds. */
export const period = duration.refine((ms) => ms > 0, { message: 'must be longer than 0' })

/** A share that is not 0. */
export const part = share.refine((value) => value > 0 && value <= 1, { message: 'must be above 0 and at most 100 %' })
