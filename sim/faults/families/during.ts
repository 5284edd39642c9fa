import { z } from 'zod'
import type { ProcessFault, ProcessView } from './process-fault.ts'

const MINUTE_MS = 60_000
const QUARTER_MS = 900_000
/** Every shift of a working day occurs within a weekend and a day. */
const MAX_SEARCH_QUARTERS = 4 * 24 * 4

/**
 * For a fault that needs load: it acts only at the production volume of this shift. At weekends every shift has a lower
 * volume than the lowest of a working day, so the fault is inactive.
 */
export const during = z
  .string()
  .min(1)
  .describe('Name of a shift, such as first: acts only in this shift, on working days')

/** The fault limited to the shift; unchanged without a shift. */
export function onlyDuring(shift: z.output<typeof during> | undefined, fault: ProcessFault): ProcessFault {
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
    // A minute belongs to the shift in which it began, like its production volume.
    effect: (process, nowMs) => (isOn(process, nowMs - MINUTE_MS) ? (fault.effect?.(process, nowMs) ?? {}) : {}),
  }
}
