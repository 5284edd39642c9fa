import { own } from '../support/own.ts'
import { BLOCK_MS, SAMPLES } from './memory-series.ts'

/** What the controls have used at most since the deployment: the largest of their half-hourly minima. */
export interface MemoryPeaks {
  /** The half hour that is not over yet. */
  readonly block: number
  readonly controls: Readonly<Record<string, Peak>>
}

/** Evaluations of the running half hour and its least use, and the peak of those before; null before the first. */
export type Peak = readonly [samples: number, leastMiB: number, peakMiB: number | null]

export const NO_PEAKS: MemoryPeaks = { block: -1, controls: {} }

/**
 * Takes in what the controls use at one evaluation, by the half hours that the stage's devices are read by: only so are
 * both comparable. A process that rises and falls has its peak within a period. [source: usual-memory]
 */
export function peaksAfter(
  peaks: MemoryPeaks,
  things: readonly string[],
  usedMiB: ReadonlyMap<string, number>,
  nowMs: number,
): MemoryPeaks {
  const block = Math.floor(nowMs / BLOCK_MS)
  const controls: Record<string, Peak> = Object.create(null)
  for (const thing of things) {
    const known: Peak = own(peaks.controls, thing) ?? [0, 0, null]
    const peak = block === peaks.block ? known : closed(known)
    const used = usedMiB.get(thing)
    controls[thing] = used === undefined ? peak : withUse(peak, Math.round(used * 10) / 10)
  }
  return { block, controls }
}

const withUse = (peak: Peak, usedMiB: number): Peak => {
  const [samples, leastMiB, peakMiB] = peak
  if (samples === SAMPLES) return peak
  return [samples + 1, samples === 0 ? usedMiB : Math.min(leastMiB, usedMiB), peakMiB]
}

/** A half hour with fewer evaluations would have a larger minimum. */
const closed = ([samples, leastMiB, peakMiB]: Peak): Peak => [
  0,
  0,
  samples === SAMPLES ? Math.max(leastMiB, peakMiB ?? leastMiB) : peakMiB,
]

/** Of the controls that have one; one by one, since it is done at every evaluation. */
export function peaksOf({ controls }: MemoryPeaks): readonly number[] {
  const peaks: number[] = []
  for (const thing in controls) {
    const peakMiB = controls[thing]?.[2] ?? null
    if (peakMiB !== null) peaks.push(peakMiB)
  }
  return peaks
}
