import { SCOPES, type Scope } from '../../sim/plant/noise-settings.ts'
import type { Grid } from './grid.ts'
import { meanOf, sum } from './numbers.ts'

const HOUR_MS = 3_600_000
const LEAST_BIN_MS = 600_000
/** A burst of another size is found as well, only later. */
const FACTOR = 3
/** Over a whole recording and all its devices, so many bursts are found where there is none. */
const FALSE_BURSTS = 0.05
/** The largest hours, which may hold the bursts themselves, say nothing of the usual scatter. */
const TRIMMED = 0.02

/** Events of a device and how many were to be expected, by slot; NaN where nothing is known. */
export interface Counted {
  readonly counts: Float64Array
  readonly expected: Float64Array
}

export interface Burst {
  readonly scope: Scope
  readonly lengthMs: number
  readonly count: number
  readonly expected: number
}

/** The bursts of a recording, and by device the slots that lie in one. */
export interface Bursts {
  readonly found: readonly Burst[]
  readonly inBurst: readonly Uint8Array[]
}

/** One device, the devices of a line, or all: what the plant has in common is found first, and does not count again below. */
export function burstsOf(grid: Grid, devices: readonly (Counted | null)[]): Bursts {
  const inBurst = devices.map(() => new Uint8Array(grid.slots))
  const found: Burst[] = []
  for (const scope of [...SCOPES].reverse()) {
    const groups = groupsOf(grid, scope)
    const summed = groups.map((members) => summedOver(grid, members, devices, inBurst))
    const bins = summed.reduce((total, { counts }) => total + counts.length, 0)
    const scatter = scatterOf(summed, grid)
    const threshold = Math.log((bins * SCOPES.length) / FALSE_BURSTS)
    groups.forEach((members, i) => {
      if (members.length < 2 && scope !== 'device') return
      for (const one of segmentsOf(summed[i] as Counted, scatter, threshold)) {
        found.push({ scope, lengthMs: (one.to - one.from) * binMs(grid), count: one.count, expected: one.expected })
        const slotsPerBin = binMs(grid) / grid.stepMs
        for (const member of members) inBurst[member]?.fill(1, one.from * slotsPerBin, one.to * slotsPerBin)
      }
    })
  }
  return { found, inBurst }
}

const binMs = ({ stepMs }: Grid): number => Math.ceil(LEAST_BIN_MS / stepMs) * stepMs

function groupsOf({ lines, devices }: Grid, scope: Scope): readonly (readonly number[])[] {
  const all = devices.map((_, i) => i)
  if (scope === 'device') return all.map((i) => [i])
  if (scope === 'plant') return lines.length > 1 ? [all] : []
  return lines.map((_, line) => all.filter((i) => devices[i]?.line === line))
}

function summedOver(
  grid: Grid,
  members: readonly number[],
  devices: readonly (Counted | null)[],
  inBurst: readonly Uint8Array[],
): Counted {
  const slotsPerBin = binMs(grid) / grid.stepMs
  const bins = Math.ceil(grid.slots / slotsPerBin)
  const [counts, expected] = [new Float64Array(bins), new Float64Array(bins)]
  for (const member of members) {
    const own = devices[member]
    if (own === null || own === undefined) continue
    for (let slot = 0; slot < grid.slots; slot++) {
      const count = own.counts[slot] as number
      if (Number.isNaN(count) || inBurst[member]?.[slot] === 1) continue
      const bin = Math.floor(slot / slotsPerBin)
      counts[bin] = (counts[bin] as number) + count
      expected[bin] = (expected[bin] as number) + (own.expected[slot] as number)
    }
  }
  return { counts, expected }
}

/** Variance over mean of the hours' counts: 1 if events are independent. */
function scatterOf(summed: readonly Counted[], grid: Grid): number {
  const perHour = Math.max(Math.round(HOUR_MS / binMs(grid)), 1)
  const ratios = summed.flatMap(({ counts, expected }) =>
    Array.from({ length: Math.floor(counts.length / perHour) }, (_, hour) => {
      const [from, to] = [hour * perHour, (hour + 1) * perHour]
      const mean = sum(expected.subarray(from, to))
      return mean > 0 ? (sum(counts.subarray(from, to)) - mean) ** 2 / mean : Number.NaN
    }).filter((ratio) => !Number.isNaN(ratio)),
  )
  const sorted = Float64Array.from(ratios).sort()
  const kept = sorted.subarray(0, Math.ceil(sorted.length * (1 - TRIMMED)))
  return kept.length === 0 ? 1 : Math.max(meanOf(kept), 1)
}

interface Segment {
  readonly from: number
  readonly to: number
  readonly count: number
  readonly expected: number
}

/**
 * Stretches in which the likelihood of three times the rate exceeds that of the usual one beyond the threshold: a CUSUM,
 * from where it last was 0 to its peak. Where counts scatter more than independent events do, they say less.
 * [source: burst-cusum]
 */
function segmentsOf({ counts, expected }: Counted, scatter: number, threshold: number): readonly Segment[] {
  const found: Segment[] = []
  let [score, from, peak, peakAt] = [0, 0, 0, 0]
  const close = (): void => {
    if (peak > threshold) found.push(mostUnusual(counts, expected, from, peakAt + 1))
    ;[score, peak] = [0, 0]
  }
  for (let bin = 0; bin < counts.length; bin++) {
    if (score === 0) from = bin
    score += ((counts[bin] as number) * Math.log(FACTOR) - (expected[bin] as number) * (FACTOR - 1)) / scatter
    if (score > peak) [peak, peakAt] = [score, bin]
    if (score <= 0 || score < peak - threshold) close()
  }
  close()
  return found
}

/**
 * Of a stretch with a burst the part that is the least likely at the usual rate, whatever the rate of the burst: the CUSUM
 * begins with the first chance event before it.
 */
function mostUnusual(counts: Float64Array, expected: Float64Array, from: number, to: number): Segment {
  let best: Segment & { readonly nats: number } = { from, to, count: 0, expected: 0, nats: Number.NEGATIVE_INFINITY }
  for (let start = from; start < to; start++) {
    let [count, mean] = [0, 0]
    for (let bin = start; bin < to; bin++) {
      count += counts[bin] as number
      mean += expected[bin] as number
      if (count <= mean || mean === 0) continue
      const nats = count * Math.log(count / mean) - (count - mean)
      if (nats > best.nats) best = { from: start, to: bin + 1, count, expected: mean, nats }
    }
  }
  return best
}
