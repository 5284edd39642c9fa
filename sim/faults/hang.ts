import { z } from 'zod'
import { type Fault, selector } from './fault.ts'

/** A lifecycle script waits for something that never comes; the nucleus gives up on it after its time limit. */
export const hang = z
  .strictObject({
    kind: z.literal('hang'),
    in: selector,
    at: z.enum(['install', 'startup']).describe('The script that never ends'),
  })
  .describe('A lifecycle script of the firmware never ends')

export const makeHang = ({ at }: z.output<typeof hang>): Fault => ({
  kind: 'hang',
  onsetMs: ({ startedAtMs }) => startedAtMs,
  hangsIn: at,
})
