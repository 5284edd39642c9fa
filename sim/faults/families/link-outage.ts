import type { Chance } from './fault.ts'

/** A cut of the link, seen from one device: when the connection is lost, and for how long. */
export interface Cut {
  readonly kind: string
  readonly firstAtMs: number
  /** How long it is away the so manieth time, from 0. */
  readonly awayMs: (n: number) => number
  /** From one loss to the next; null for a single one. */
  readonly periodMs: number | null
}

interface CutSpec {
  readonly kind: string
  readonly from: number
  readonly for: number
  readonly jitter?: number
  readonly every?: number | undefined
}

export const makeCut = (
  { kind, from, for: awayMs, jitter = 0, every }: CutSpec,
  startMs: number,
  chance: Chance,
): Cut => ({
  kind,
  firstAtMs: startMs + from,
  awayMs: (n) => awayMs + Math.round(chance(n) * jitter),
  periodMs: every ?? null,
})
