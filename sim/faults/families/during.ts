import { z } from 'zod'
import type { Fault, ProcessView } from './fault.ts'

const MINUTE_MS = 60_000
const QUARTER_MS = 900_000
/** Every shift of a working day comes round within a weekend and a day. */
const MAX_SEARCH_QUARTERS = 4 * 24 * 4

/**
 * A fault that needs a load: it acts only while the plant makes the volume of this shift. At the weekend every shift
 * makes less than the quietest one of a working day, so the fault rests.
 */
export const during = z
  .string()
  .min(1)
  .describe("Name of a shift, such as first: acts only at this shift's volume, on working days")

/** The fault as it is, where no shift is given. */
export function onlyDuring(shift: z.output<typeof during> | undefined, fault: Fault): Fault {
  if (shift === undefined) return fault
  const isOn = (process: ProcessView, atMs: number): boolean => {
    const time = process.plantTime(atMs)
    return !time.isWeekend && time.shift.name === shift
  }
  return {
    ...fault,
    // Shifts begin on quarters of an hour.
    onsetMs: (process) => {
      let atMs = fault.onsetMs(process)
      for (let i = 0; i < MAX_SEARCH_QUARTERS && !isOn(process, atMs); i++) atMs += QUARTER_MS - (atMs % QUARTER_MS)
      return atMs
    },
    // A minute belongs to the shift that it began in, as its volume does.
    effect: (process, nowMs) => (isOn(process, nowMs - MINUTE_MS) ? (fault.effect?.(process, nowMs) ?? {}) : {}),
  }
}
