import { duration, percent } from '../../../controller/units/quantity.ts'
import { lasting } from './times.ts'

/** When a fault acts that does not depend on the firmware: a part of the rehearsal, all of it by default. */
export const windowShape = {
  from: duration.default(0).describe('When it begins, after the start of the rehearsal'),
  for: lasting.optional().describe('How long it lasts; until the end of the rehearsal by default'),
}

/** On how many of the cases in its window it acts. */
export const shareShape = {
  share: percent.default(100).describe('Share of the cases it acts on; all by default'),
}

/** In milliseconds; `from` counts from the start of the rehearsal. */
export interface FaultWindow {
  readonly from: number
  readonly for?: number | undefined
}

/** Infinite without an end. */
export const windowEndMs = ({ from, for: lastsMs = Number.POSITIVE_INFINITY }: FaultWindow): number => from + lastsMs

export const isWithin = ({ from, for: lastsMs = Number.POSITIVE_INFINITY }: FaultWindow, sinceMs: number): boolean =>
  sinceMs >= from && sinceMs - from < lastsMs
