import jStat from 'jstat'
import { lengthEstimates } from './counts.ts'
import { type Estimate, estimated, none, notEstimable } from './estimate.ts'
import type { Grid } from './grid.ts'
import { LEAST_DEVICES } from './levels.ts'
import { bootstrapIntervals, deviationInterval, drawnMean, LEAST_CLUSTERS, rateInterval, sum } from './numbers.ts'

const HOUR_MS = 3_600_000
/** Of the devices of a line or of the plant: when so many are silent, the line or the plant is away. */
const MOST_OF_THEM = 0.8
/** Where gaps are too few for their lengths to tell, shorter ones are lost samples and longer ones outages. */
const CUT_MS = 600_000
const LEAST_GAPS = 10

/** Silence of devices: outages of the plant, of lines and of devices, and samples lost in bursts. */
export function gaps(grid: Grid): readonly Estimate[] {
  const silent = grid.devices.map((device) => silentSlots(grid, device))
  const all = grid.devices.map((_, i) => i)
  const plant = grid.lines.length > 1 && all.length >= LEAST_DEVICES ? together(grid, all, silent) : null
  const lines = grid.lines.map((_, line) => {
    const members = all.filter((i) => grid.devices[i]?.line === line)
    return members.length >= LEAST_DEVICES ? together(grid, members, silent) : null
  })
  const own = silent.map((slots) => runsOf(slots).map(({ from, to }) => to - from))
  return [
    ...commonOutages(grid, 'plant', plant === null ? null : [plant]),
    ...commonOutages(grid, 'line', lines.every((one) => one === null) ? null : lines.filter((one) => one !== null)),
    ...deviceGaps(grid, own),
  ]
}

/** 1 where a sample is missing between two others. */
function silentSlots({ slots, stepMs, firstMs }: Grid, { gaps: own }: Grid['devices'][number]): Uint8Array {
  const silent = new Uint8Array(slots)
  for (const { fromMs, toMs } of own) {
    const missing = Math.round((toMs - fromMs) / stepMs) - 1
    const first = Math.ceil((fromMs - firstMs) / stepMs)
    silent.fill(1, first, first + missing)
  }
  return silent
}

interface Run {
  readonly from: number
  readonly to: number
}

function runsOf(flags: Uint8Array): readonly Run[] {
  const runs: Run[] = []
  let from = -1
  for (let slot = 0; slot <= flags.length; slot++) {
    const isOn = slot < flags.length && flags[slot] === 1
    if (isOn && from < 0) from = slot
    if (!isOn && from >= 0) {
      runs.push({ from, to: slot })
      from = -1
    }
  }
  return runs
}

/** Lengths of the times in which nearly all of these devices are silent; what they share is no silence of their own. */
function together(grid: Grid, members: readonly number[], silent: readonly Uint8Array[]): readonly number[] {
  const flags = new Uint8Array(grid.slots)
  const isThere = members.map((i) => {
    const { firstMs, lastMs } = grid.devices[i] as Grid['devices'][number]
    return [(firstMs - grid.firstMs) / grid.stepMs, (lastMs - grid.firstMs) / grid.stepMs] as const
  })
  for (let slot = 0; slot < grid.slots; slot++) {
    let [away, there] = [0, 0]
    members.forEach((member, i) => {
      const [from, to] = isThere[i] as readonly [number, number]
      if (slot < from - 1 || slot > to) return
      there += 1
      away += silent[member]?.[slot] as number
    })
    flags[slot] = Number(there >= LEAST_DEVICES && away >= MOST_OF_THEM * there)
  }
  const runs = runsOf(flags)
  for (const { from, to } of runs) {
    for (const member of members) {
      const own = silent[member] as Uint8Array
      // Devices sample at different seconds: a slot on either side is of the same outage.
      own.fill(0, Math.max(from - 1, 0), to + 1)
    }
  }
  return runs.map(({ from, to }) => to - from)
}

function commonOutages(
  grid: Grid,
  scope: 'line' | 'plant',
  lengths: readonly (readonly number[])[] | null,
): readonly Estimate[] {
  const key = `noise.outages.${scope}`
  if (lengths === null) {
    const from = scope === 'plant' ? 'those of the only line' : 'those of single devices'
    return [notEstimable(key, 'ms', { code: 'NOT_SEPARATE', data: { from } })]
  }
  const all = lengths.flat().map((slots) => slots * grid.stepMs)
  return rateAndLengths(key, all, lengths.length * grid.slots * grid.stepMs)
}

function rateAndLengths(key: string, lengthsMs: readonly number[], exposureMs: number): readonly Estimate[] {
  const about = { n: lengthsMs.length, of: 'outages' }
  const rate = rateInterval(lengthsMs.length, exposureMs)
  if (lengthsMs.length === 0) return [none({ key, unit: 'ms', ...about }, atMost(rate.high), exposureMs)]
  return [
    estimated(
      { key: `${key}.every`, unit: 'ms', ...about },
      exposureMs / lengthsMs.length,
      { low: 1 / rate.high, high: 1 / rate.low },
      'exact',
    ),
    ...lengthEstimates(key, lengthsMs, 'outages'),
  ]
}

const atMost = (perMs: number): string => `none; at most one in ${(1 / perMs / (24 * HOUR_MS)).toPrecision(2)} d each`

/** Silences of single devices: short ones of a geometric length are lost samples, others outages. */
function deviceGaps(grid: Grid, byDevice: readonly (readonly number[])[]): readonly Estimate[] {
  const lengths = byDevice.flat()
  const devices = grid.devices.map(({ firstMs, lastMs }) => Math.max((lastMs - firstMs) / grid.stepMs, 1))
  const exposureMs = sum(devices) * grid.stepMs
  if (lengths.length === 0) {
    const note = atMost(rateInterval(0, exposureMs).high)
    return [
      none({ key: 'noise.outages.device', unit: 'ms', n: 0, of: 'outages' }, note, exposureMs),
      none({ key: 'noise.sampleLoss', unit: 'share', n: 0, of: 'gaps' }, note),
    ]
  }
  const isOutage =
    lengths.length < LEAST_GAPS
      ? (slots: number): number => Number(slots * grid.stepMs > CUT_MS)
      : mixtureOf(lengths, CUT_MS / grid.stepMs)
  return [
    ...deviceOutages(lengths, isOutage, grid.stepMs, exposureMs),
    ...sampleLoss(byDevice, devices, isOutage, grid.stepMs),
  ]
}

/** Each gap counts as an outage with its probability. */
function deviceOutages(
  lengths: readonly number[],
  isOutage: (slots: number) => number,
  stepMs: number,
  exposureMs: number,
): readonly Estimate[] {
  const key = 'noise.outages.device'
  const weights = lengths.map(isOutage)
  const count = sum(weights)
  const about = { n: Math.round(count), of: 'outages' }
  if (count < 0.5) return [none({ key, unit: 'ms', ...about }, atMost(rateInterval(0, exposureMs).high), exposureMs)]
  const rate = rateInterval(count, exposureMs)
  const every = estimated(
    { key: `${key}.every`, unit: 'ms', ...about },
    exposureMs / count,
    { low: 1 / rate.high, high: 1 / rate.low },
    'exact',
  )
  if (count < 3)
    return [
      every,
      ...lengthEstimates(
        key,
        lengths.filter((one) => isOutage(one) >= 0.5).map((one) => one * stepMs),
        'outages',
      ),
    ]
  const logs = lengths.map((slots) => Math.log(slots * stepMs))
  const mean = sum(logs.map((log, i) => log * (weights[i] as number))) / count
  const variance = sum(logs.map((log, i) => (weights[i] as number) * (log - mean) ** 2)) / (count - 1)
  const half = 2.2 * Math.sqrt(variance / count)
  const interval = { low: Math.exp(mean - half), high: Math.exp(mean + half) }
  return [
    every,
    estimated({ key: `${key}.median`, unit: 'ms', ...about }, Math.exp(mean), interval, "Student's t"),
    estimated(
      { key: `${key}.spread`, unit: 'number', ...about },
      Math.sqrt(variance),
      deviationInterval(variance, count - 1),
      'exact',
    ),
  ]
}

function sampleLoss(
  byDevice: readonly (readonly number[])[],
  slots: readonly number[],
  isOutage: (slots: number) => number,
  stepMs: number,
): readonly Estimate[] {
  const lost = byDevice.map((own) => sum(own.map((length) => length * (1 - isOutage(length)))))
  const bursts = byDevice.map((own) => sum(own.map((length) => 1 - isOutage(length))))
  const about = { n: Math.round(sum(bursts)), of: 'gaps' }
  if (sum(bursts) < 0.5) {
    const note = `none; at most ${((100 * rateInterval(0, sum(slots)).high) as number).toPrecision(2)} % of samples`
    return [none({ key: 'noise.sampleLoss', unit: 'share', ...about }, note)]
  }
  const values = [sum(lost) / sum(slots), (sum(lost) / sum(bursts)) * stepMs]
  const intervals =
    byDevice.length < LEAST_CLUSTERS
      ? null
      : bootstrapIntervals(values, byDevice.length, 'sample loss', (drawn) => [
          drawnMean(lost, drawn) / drawnMean(slots, drawn),
          (drawnMean(lost, drawn) / drawnMean(bursts, drawn)) * stepMs,
        ])
  return [
    estimated(
      { key: 'noise.sampleLoss.share', unit: 'share', ...about },
      values[0] as number,
      intervals?.[0] ?? null,
      'bootstrap',
    ),
    estimated(
      { key: 'noise.sampleLoss.burst', unit: 'ms', ...about },
      values[1] as number,
      intervals?.[1] ?? null,
      'bootstrap',
    ),
  ]
}

const ROUNDS = 200
const LEAST_SIGMA = 0.1

/**
 * The probability that a gap of so many slots is an outage: expectation and maximisation for a mixture of geometric and
 * log-normal lengths. Where the mixture explains the lengths no better than geometric ones alone, by Schwarz's criterion,
 * all are lost samples. [source: gap-mixture]
 */
function mixtureOf(lengths: readonly number[], cut: number): (slots: number) => number {
  const counts = new Map<number, number>()
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1)
  const groups = [...counts].map(([slots, count]) => ({ slots, count }))
  const n = lengths.length
  const mean = sum(lengths) / n
  let law = { share: 0.1, mean: Math.min(mean, cut / 2), mu: Math.log(2 * cut), sigma: 1 }
  const outage = (slots: number): number => law.share * logNormalChance(slots, law.mu, law.sigma)
  const loss = (slots: number): number => (1 - law.share) * geometricChance(slots, law.mean)
  const probability = (slots: number): number => outage(slots) / (outage(slots) + loss(slots) || 1)
  for (let round = 0; round < ROUNDS; round++) {
    const weights = groups.map(({ slots, count }) => count * probability(slots))
    const total = sum(weights)
    if (total < 0.5) return () => 0
    const rest = n - total
    const logs = groups.map(({ slots }) => Math.log(slots))
    const mu = sum(logs.map((log, i) => log * (weights[i] as number))) / total
    const variance = sum(logs.map((log, i) => (weights[i] as number) * (log - mu) ** 2)) / total
    const slotsLost = sum(groups.map(({ slots, count }, i) => slots * (count - (weights[i] as number))))
    law = {
      share: total / n,
      mean: rest < 0.5 ? 1 : Math.max(slotsLost / rest, 1),
      mu,
      sigma: Math.max(Math.sqrt(variance), LEAST_SIGMA),
    }
  }
  const both = sum(groups.map(({ slots, count }) => count * Math.log(Math.max(outage(slots) + loss(slots), 1e-300))))
  const alone = sum(groups.map(({ slots, count }) => count * Math.log(Math.max(geometricChance(slots, mean), 1e-300))))
  const isBetter = 2 * (both - alone) > 3 * Math.log(n)
  return isBetter ? probability : () => 0
}

const geometricChance = (slots: number, mean: number): number => (1 / mean) * (1 - 1 / mean) ** (slots - 1)

/** Of a log-normal length that is rounded to whole slots. */
function logNormalChance(slots: number, mu: number, sigma: number): number {
  const below = (value: number): number => jStat.normal.cdf(Math.log(value), mu, sigma)
  return below(slots + 0.5) - (slots <= 1 ? 0 : below(slots - 0.5))
}
