import { duration, percent } from '../../../controller/units/quantity.ts'

/** When a fault that knows no firmware acts: a part of the rehearsal, all of it by default. */
export const windowShape = {
  from: duration.default(0).describe('Time after the start of the rehearsal at which it begins'),
  for: duration.optional().describe('How long it lasts; to the end by default'),
}

/** How often it acts meanwhile. */
export const shareShape = {
  share: percent.default(100).describe('Share of the cases it acts on; all by default'),
}

export interface FaultWindow {
  readonly from: number
  readonly for?: number | undefined
}

export const isWithin = ({ from, for: lastsMs = Number.POSITIVE_INFINITY }: FaultWindow, sinceMs: number): boolean =>
  sinceMs >= from && sinceMs - from < lastsMs
