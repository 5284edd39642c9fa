import { z } from 'zod'

/** Which of the controller's functions. */
export const lambdaSelector = z.strictObject({
  lambda: z.enum(['analyze', 'promote', 'start']).describe('Function of the controller'),
})

/** A call of AWS that the function awaits: reading the fleet, the store, a deployment, an event. */
export const callNumber = z.int().positive().describe('At its so manieth call of AWS')
