import type { PlantNoise } from './noise-settings.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const NOWHERE = { device: null, line: null, plant: null }

/** Only white noise: nothing lasts longer than a minute, and devices have nothing in common. [source: plant-noise] */
const quiet: PlantNoise = {
  memorySigmaMiB: 15,
  deviceEffect: 0.02,
  errorsPerDeviceHour: 2,
  connectionFailureShare: 0.005,
  lineEffect: 0.1,
  cycleSigma: 0.05,
  wander: null,
  stoppages: null,
  handover: null,
  changeovers: null,
  days: null,
  trendPerDay: 0,
  toolWear: null,
  errorDispersion: 0,
  errorBursts: NOWHERE,
  connectionBursts: NOWHERE,
  memoryWarmUp: null,
  garbageCollection: null,
  outages: NOWHERE,
  sampleLoss: null,
  rounding: { memoryMiB: 0, cycleTimeMs: 0, cpuPct: 0 },
}

/** A plant that is run well: everything that every plant has, at the small end. [source: plant-noise-typical] */
const typical = {
  ...quiet,
  // Material and temperature: a container of 60 parts lasts 30 min at 30 s; smaller than the difference of two stations.
  wander: { sigma: 0.015, timeConstantMs: 30 * MINUTE_MS },
  // Three in a shift (0.3 % of 960 cycles), about 2 min each: 1.3 % of the time. [source: minor-stops, repair-times]
  stoppages: { share: 0.003, medianMs: 90_000, spread: 0.8 },
  // People change over and read the log: a tenth slower for 10 min is one part less.
  handover: { slower: 0.1, lastsMs: 10 * MINUTE_MS },
  // One product a day; a set-up of less than ten minutes. [source: smed]
  changeovers: { everyMs: DAY_MS, sigma: 0.03, standstillMs: 9 * MINUTE_MS },
  // Less than a tenth of the limit for cycle times; the plant has less in common than a line.
  days: { line: 0.01, plant: 0.005 },
  // A tool lasts five shifts; rise in the order of a station's own difference.
  toolWear: { rise: 0.02, lifeMs: 40 * HOUR_MS },
  // An hour with 2 errors on average has a variance of 3.2 in place of 2. [source: overdispersion]
  errorDispersion: 0.3,
  // A bad batch is a station's once a month, a line's once in two; what all stations share (power, air) is rarer still.
  errorBursts: {
    device: { everyMs: 30 * DAY_MS, medianMs: 30 * MINUTE_MS, spread: 0.8, factor: 5 },
    line: { everyMs: 60 * DAY_MS, medianMs: 30 * MINUTE_MS, spread: 0.8, factor: 3 },
    plant: { everyMs: 120 * DAY_MS, medianMs: 30 * MINUTE_MS, spread: 0.8, factor: 2 },
  },
  // A link that is bad, not down, as often as one that is down, and four times as long: nobody mends it at once. On a
  // radio link of a device every fifth attempt fails, on a congested uplink fewer. [source: gilbert-elliott]
  connectionBursts: {
    device: { everyMs: 60 * DAY_MS, medianMs: 20 * MINUTE_MS, spread: 0.8, failureShare: 0.2 },
    line: { everyMs: 90 * DAY_MS, medianMs: 20 * MINUTE_MS, spread: 0.8, failureShare: 0.1 },
    plant: { everyMs: 180 * DAY_MS, medianMs: 20 * MINUTE_MS, spread: 0.8, failureShare: 0.05 },
  },
  // Caches fill within the first hours; both below the spread of the gauge.
  memoryWarmUp: { mebibytes: 10, timeConstantMs: HOUR_MS },
  garbageCollection: { mebibytes: 10, periodMs: HOUR_MS, inPhase: false },
  // A cable or a power supply every two months, a line's switch every three, the plant's link twice a year: 340 devices
  // on 17 lines see six, one in five days and one in half a year. [source: network-failures]
  outages: {
    device: { everyMs: 60 * DAY_MS, medianMs: 5 * MINUTE_MS, spread: 1 },
    line: { everyMs: 90 * DAY_MS, medianMs: 5 * MINUTE_MS, spread: 1 },
    plant: { everyMs: 180 * DAY_MS, medianMs: 10 * MINUTE_MS, spread: 1 },
  },
  // A fifth of the share of connections that fail, in bursts of three samples. [source: gilbert-elliott]
  sampleLoss: { share: 0.001, burstMs: 3 * MINUTE_MS },
  // What the operating system and a PLC report.
  rounding: { memoryMiB: 1, cycleTimeMs: 100, cpuPct: 1 },
} satisfies PlantNoise

/** An old or badly run plant: each figure is one that an audit of the judge met or tried. [source: plant-noise-rough] */
const rough: PlantNoise = {
  ...quiet,
  memorySigmaMiB: 20,
  deviceEffect: 0.03,
  // Longer than an hourly window, and larger than the difference of two stations.
  wander: { sigma: 0.04, timeConstantMs: 2 * HOUR_MS },
  // Ten in a shift of 4 min on average: 8 % of the time. [source: minor-stops, repair-times]
  stoppages: { share: 0.01, medianMs: 2 * MINUTE_MS, spread: 1.2 },
  handover: { slower: 0.35, lastsMs: 30 * MINUTE_MS },
  // One product a shift, with set-ups that nobody has shortened.
  changeovers: { everyMs: 8 * HOUR_MS, sigma: 0.06, standstillMs: 30 * MINUTE_MS },
  days: { line: 0.04, plant: 0.02 },
  // 1.4 % a week: in a month more than half of the limit.
  trendPerDay: 0.002,
  // A tool lasts three shifts.
  toolWear: { rise: 0.06, lifeMs: 24 * HOUR_MS },
  // The variance of an hour is three times that of Poisson.
  errorDispersion: 1,
  errorBursts: {
    device: { everyMs: 7 * DAY_MS, medianMs: HOUR_MS, spread: 1, factor: 8 },
    line: { everyMs: 14 * DAY_MS, medianMs: HOUR_MS, spread: 1, factor: 8 },
    plant: { everyMs: 30 * DAY_MS, medianMs: HOUR_MS, spread: 1, factor: 3 },
  },
  // The audit's bursty links of 20 min: a device's every week, a line's every week, the uplink's every month.
  connectionBursts: {
    device: { everyMs: 7 * DAY_MS, medianMs: 20 * MINUTE_MS, spread: 1, failureShare: 0.3 },
    line: { everyMs: 7 * DAY_MS, medianMs: 20 * MINUTE_MS, spread: 1, failureShare: 0.2 },
    plant: { everyMs: 30 * DAY_MS, medianMs: 20 * MINUTE_MS, spread: 1, failureShare: 0.1 },
  },
  memoryWarmUp: { mebibytes: 40, timeConstantMs: 2 * HOUR_MS },
  garbageCollection: { mebibytes: 40, periodMs: 6 * HOUR_MS, inPhase: false },
  // Devices once in two weeks, as old radio links; a line's switch every three days; the plant's link every week.
  outages: {
    device: { everyMs: 14 * DAY_MS, medianMs: 15 * MINUTE_MS, spread: 1.2 },
    line: { everyMs: 3 * DAY_MS, medianMs: 15 * MINUTE_MS, spread: 1.2 },
    plant: { everyMs: 7 * DAY_MS, medianMs: 20 * MINUTE_MS, spread: 1.2 },
  },
  sampleLoss: { share: 0.02, burstMs: 5 * MINUTE_MS },
  rounding: { memoryMiB: 1, cycleTimeMs: 1_000, cpuPct: 1 },
}

export const PRESET_NAMES = ['quiet', 'typical', 'rough'] as const
export type PresetName = (typeof PRESET_NAMES)[number]
export const PRESETS: Readonly<Record<PresetName, PlantNoise>> = { quiet, typical, rough }

/** What a group has that a file adds to a preset without it. */
export const TYPICAL = typical

/** The noise of a plant whose file says nothing about it. The only place that names the default. */
export const DEFAULT_PRESET: PresetName = 'typical'
