import type { Seed } from '../kernel/random.ts'
import { Autoregression } from './autoregression.ts'
import { Episodes } from './episodes.ts'
import { gammaAt, gammaTable } from './gamma-table.ts'
import { channelKey, expNegative, logNormal, normalAt, uniformAt } from './noise.ts'
import {
  type ByScope,
  type ConnectionBursts,
  type Episodic,
  type ErrorBursts,
  type PlantNoise,
  SCOPES,
  type Scope,
} from './noise-settings.ts'
import { ProductChanges } from './product-changes.ts'
import type { PlantTime } from './shifts.ts'

const MINUTE_MS = 60_000
const HOUR_MINUTES = 60
const DAY_MINUTES = 1_440

/** Channels of a device, of a line and of the plant beside those of `machine.ts`. */
const Channel = {
  wander: 10,
  stoppage: 11,
  stoppageLength: 12,
  tool: 13,
  errorHour: 14,
  errorBurst: 15,
  collection: 16,
  day: 20,
  products: 21,
  outage: 30,
  sampleLoss: 31,
  connectionBurst: 32,
} as const

/** Devices' tools last up to a fifth longer or shorter; their collections differ by up to 30 %. */
const TOOL_RANGE = 0.2
const COLLECTION_RANGE = 0.3
/** However much comes together, a station works at no more than five times its speed. */
const LEAST_FACTOR = 0.2
/** e^-40 of anything is nothing. */
const SETTLED = 40

/** What has noise of its own: the key of a device, of its line and of the plant. */
export type NoiseKeys = Readonly<Record<Scope, number>>

export const noiseKeys = (seed: Seed, thing: string, line: number): NoiseKeys => ({
  device: seed.key(`machine/${thing}`),
  line: seed.key(`line/${line}`),
  plant: seed.key('plant'),
})

/** When the links of a device, of a line or of the plant are down; null where they never are. */
export const outagesOf = (keys: NoiseKeys, scope: Scope, { outages }: PlantNoise): Episodes | null => {
  const own = outages[scope]
  return own === null ? null : Episodes.logNormal(channelKey(keys[scope], Channel.outage), own)
}

/** When the samples of a device are lost; null where they never are. */
export const sampleLossOf = (keys: NoiseKeys, { sampleLoss }: PlantNoise): Episodes | null =>
  sampleLoss === null || sampleLoss.share === 0
    ? null
    : Episodes.geometric(
        channelKey(keys.device, Channel.sampleLoss),
        sampleLoss.share,
        Math.max(1, sampleLoss.burstMs / MINUTE_MS),
      )

/** What recurs at random, of one scope. */
interface Recurring<Kind> {
  readonly episodes: Episodes
  readonly own: Kind
}

const recurringOf = <Kind extends Episodic>(
  keys: NoiseKeys,
  channel: number,
  scopes: ByScope<Kind>,
): readonly Recurring<Kind>[] =>
  SCOPES.flatMap((scope) => {
    const own = scopes[scope]
    return own === null ? [] : [{ episodes: Episodes.logNormal(channelKey(keys[scope], channel), own), own }]
  })

const isSomewhere = (scopes: ByScope<unknown>): boolean => SCOPES.some((scope) => scopes[scope] !== null)

/**
 * What lasts longer than a minute in the noise of a station, or is common to several: factors and additions as pure
 * functions of the minute, so that minutes can be simulated in any order. Outages and lost samples are the twin's.
 */
export class StationNoise {
  readonly #noise: PlantNoise
  readonly #keys: NoiseKeys
  readonly #originMinute: number
  readonly #wander: Autoregression | null
  readonly #products: ProductChanges | null
  readonly #bursts: readonly Recurring<ErrorBursts>[]
  readonly #badLinks: readonly Recurring<ConnectionBursts>[]
  readonly #gamma: Float64Array | null
  /** Channels and properties of the device, which are needed in every minute. */
  readonly #stoppage: number
  readonly #stoppageLength: number
  readonly #errorHour: number
  readonly #tool: Saw
  readonly #collection: Saw
  /** Start of the running process; NaN where it runs for longer than anybody knows. */
  #startedMinute = Number.NaN
  /** The step of the calendar, and what is the same in all minutes of it. */
  #stepMinute = Number.NaN
  #stepCycleFactor = 1
  #stepErrorFactor = 1
  /** First minute of the shift. */
  #shiftMinute = Number.NEGATIVE_INFINITY

  private constructor(keys: NoiseKeys, noise: PlantNoise, originMs: number) {
    this.#keys = keys
    this.#noise = noise
    this.#originMinute = Math.floor(originMs / MINUTE_MS)
    const { wander, changeovers, errorDispersion, errorBursts, connectionBursts } = noise
    const timeConstant = (wander?.timeConstantMs ?? 0) / MINUTE_MS
    this.#wander = wander === null ? null : new Autoregression(channelKey(keys.device, Channel.wander), timeConstant)
    this.#products =
      changeovers === null ? null : new ProductChanges(channelKey(keys.line, Channel.products), changeovers)
    this.#bursts = recurringOf(keys, Channel.errorBurst, errorBursts)
    this.#badLinks = recurringOf(keys, Channel.connectionBurst, connectionBursts)
    this.#gamma = errorDispersion === 0 ? null : gammaTable(errorDispersion)
    this.#stoppage = channelKey(keys.device, Channel.stoppage)
    this.#stoppageLength = channelKey(keys.device, Channel.stoppageLength)
    this.#errorHour = channelKey(keys.device, Channel.errorHour)
    this.#tool = sawOf(channelKey(keys.device, Channel.tool), noise.toolWear?.lifeMs ?? 0, TOOL_RANGE)
    const { periodMs = 0, inPhase = true } = noise.garbageCollection ?? {}
    const collection = channelKey(keys.device, Channel.collection)
    this.#collection = inPhase
      ? { minutes: periodMs / MINUTE_MS, phase: 0 }
      : sawOf(collection, periodMs, COLLECTION_RANGE)
  }

  /** Null for noise that is white and is not rounded: a station without it costs nothing. Trends count from `originMs`. */
  static of(keys: NoiseKeys, noise: PlantNoise, originMs: number): StationNoise | null {
    const { wander, stoppages, handover, changeovers, days, toolWear, memoryWarmUp, garbageCollection } = noise
    const groups = [wander, stoppages, handover, changeovers, days, toolWear, memoryWarmUp, garbageCollection]
    const isWhite =
      groups.every((group) => group === null) &&
      noise.trendPerDay === 0 &&
      noise.errorDispersion === 0 &&
      Object.values(noise.rounding).every((step) => step === 0) &&
      !isSomewhere(noise.errorBursts) &&
      !isSomewhere(noise.connectionBursts)
    return isWhite ? null : new StationNoise(keys, noise, originMs)
  }

  /** A process has started on a station that ran another before. */
  restartedAt(atMs: number): void {
    this.#startedMinute = Math.floor(atMs / MINUTE_MS)
  }

  /** Before the minutes of a step of the calendar, which begins at `minute`. */
  enter(minute: number, { day, startMs }: PlantTime): void {
    if (minute === this.#stepMinute) return
    this.#stepMinute = minute
    this.#shiftMinute = Math.floor(startMs / MINUTE_MS)
    const { days, trendPerDay } = this.#noise
    const dayFactor =
      days === null
        ? 1
        : (1 + days.line * normalAt(channelKey(this.#keys.line, Channel.day), day)) *
          (1 + days.plant * normalAt(channelKey(this.#keys.plant, Channel.day), day))
    this.#stepCycleFactor = dayFactor * (1 + (trendPerDay * (minute - this.#originMinute)) / DAY_MINUTES)
    if (this.#gamma !== null) {
      const hour = Math.floor(minute / HOUR_MINUTES)
      this.#stepErrorFactor = gammaAt(this.#gamma, uniformAt(this.#errorHour, hour))
    }
  }

  /** Of the cycle time in a minute of the step. */
  cycleFactorAt(minute: number): number {
    const { wander, handover } = this.#noise
    let factor = this.#stepCycleFactor * this.#wearAt(minute)
    if (this.#products !== null) factor *= this.#products.factorAt(minute)
    if (wander !== null) factor *= 1 + wander.sigma * (this.#wander as Autoregression).at(minute)
    if (handover !== null && minute - this.#shiftMinute < handover.lastsMs / MINUTE_MS) factor *= 1 + handover.slower
    return Math.max(factor, LEAST_FACTOR)
  }

  standsStillAt(minute: number): boolean {
    return this.#products?.standsStillAt(minute) ?? false
  }

  /** By how much longer the cycle after those that end in this minute takes: 0 for nearly all. */
  stoppageMsAt(minute: number, cycles: number): number {
    const { stoppages } = this.#noise
    if (stoppages === null) return 0
    if (uniformAt(this.#stoppage, minute) >= stoppages.share * cycles) return 0
    const z = normalAt(this.#stoppageLength, minute)
    return Math.round(logNormal(stoppages.medianMs, stoppages.spread, z))
  }

  /** Of the error rate in a minute of the step. */
  errorFactorAt(minute: number): number {
    let factor = this.#stepErrorFactor
    for (const { episodes, own } of this.#bursts) if (episodes.isActiveAt(minute)) factor *= own.factor
    return factor
  }

  get hasBadLinks(): boolean {
    return this.#badLinks.length > 0
  }

  /** Share of connection attempts that fail in a minute in addition to the usual ones. */
  connectionFailureShareAt(minute: number): number {
    let share = 0
    for (const { episodes, own } of this.#badLinks) if (episodes.isActiveAt(minute)) share += own.failureShare
    return share
  }

  /** Beyond the mean of the device. */
  memoryMiBAt(minute: number): number {
    const { memoryWarmUp, garbageCollection } = this.#noise
    let mebibytes = 0
    if (memoryWarmUp !== null && !Number.isNaN(this.#startedMinute)) {
      const elapsed = ((minute - this.#startedMinute) * MINUTE_MS) / memoryWarmUp.timeConstantMs
      if (elapsed < SETTLED) mebibytes -= memoryWarmUp.mebibytes * expNegative(Math.max(elapsed, 0))
    }
    if (garbageCollection !== null) mebibytes += garbageCollection.mebibytes * (this.#collectionAt(minute) - 0.5)
    return mebibytes
  }

  #wearAt(minute: number): number {
    const { toolWear } = this.#noise
    return toolWear === null ? 1 : 1 + toolWear.rise * fraction(minute / this.#tool.minutes + this.#tool.phase)
  }

  /** 0 after a collection, 1 before the next. */
  #collectionAt(minute: number): number {
    const { minutes, phase } = this.#collection
    const isFromStart = this.#noise.garbageCollection?.inPhase === false && !Number.isNaN(this.#startedMinute)
    return isFromStart ? fraction((minute - this.#startedMinute) / minutes) : fraction(minute / minutes + phase)
  }
}

/** A sawtooth in time. */
interface Saw {
  readonly minutes: number
  /** In periods. */
  readonly phase: number
}

/** At a random phase, with a period that differs from the mean by up to `range`. */
const sawOf = (channel: number, meanMs: number, range: number): Saw => ({
  minutes: (meanMs / MINUTE_MS) * (1 + range * (2 * uniformAt(channel, 0) - 1)),
  phase: uniformAt(channel, 1),
})

const fraction = (value: number): number => value - Math.floor(value)
