import type { Seed } from '../random.ts'
import { channelKey, expNegative, normalAt, poissonFrom, uniformAt } from './noise.ts'
import type { PlantCalendar } from './shifts.ts'

/** What firmware and faults make of one minute. */
export interface Condition {
  /** The firmware process runs; without it nothing is produced, while the core's connection goes on. */
  readonly isRunning: boolean
  /** 1 is normal; 1.1 is ten per cent slower. */
  readonly cycleTimeFactor: number
  /** 1 is normal. */
  readonly errorRateFactor: number
  /** Beside the normal ones, 0 to 1. */
  readonly connectionFailureShare: number
  /** Beyond what healthy firmware uses. */
  readonly extraMemoryMiB: number
}

export const HEALTHY: Condition = {
  isRunning: true,
  cycleTimeFactor: 1,
  errorRateFactor: 1,
  connectionFailureShare: 0,
  extraMemoryMiB: 0,
}

/** Independent channels of a device's noise. */
const Channel = { cycleTime: 0, errors: 1, quality: 2, connection: 3, cpu: 4, memory: 5 } as const

/** Mean cycle time by shift. [detection D1: 30/36/40 s] */
const CYCLE_MS_BY_SHIFT = [30_000, 36_000, 40_000] as const
/** Share of full volume by shift: the second is the quiet one. [seed: second shift, lower volume] */
const VOLUME_BY_SHIFT = [1, 0.7, 0.85] as const
const WEEKEND_VOLUME = 0.6
/** Spread of lines and of devices about their mean. [detection D: 2 % device effect] */
const LINE_EFFECT = 0.1
const DEVICE_EFFECT_SIGMA = 0.02
/** Spread of single cycles about the device's mean. */
const CYCLE_SIGMA = 0.05
/** At full volume. [detection D: 2 errors per device-hour] */
const ERRORS_PER_MINUTE = 2 / 60
const OPERATIONS_PER_CYCLE = 12
const CYCLES_PER_QUALITY_CHECK = 4
const QUALITY_PASS_SHARE = 0.985
/** [detection D: 0.5 % normal connection failures] */
const CONNECTION_FAILURE_SHARE = 0.005
const BASE_MEMORY_MIB = 148
const MEMORY_SIGMA_MIB = 15
export const MEMORY_LIMIT_MIB = 512
const BASE_CPU_PCT = 34

type Channels = Readonly<Record<keyof typeof Channel, number>>

const channelKeys = (key: number): Channels => ({
  cycleTime: channelKey(key, Channel.cycleTime),
  errors: channelKey(key, Channel.errors),
  quality: channelKey(key, Channel.quality),
  connection: channelKey(key, Channel.connection),
  cpu: channelKey(key, Channel.cpu),
  memory: channelKey(key, Channel.memory),
})

/** Errors and failed quality checks are rare; e^-mean of a minute decides most of them, and there are few such means. */
const CHECK_FAILURES = 1 - QUALITY_PASS_SHARE
const NO_FAILURE_OF_ONE_CHECK = expNegative(CHECK_FAILURES)

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/**
 * One station of a production line: what it makes, how long that takes, what goes wrong, minute by minute. Its fields are
 * the cumulative counters and the gauges that the health component reports. A minute's numbers depend on the seed, the
 * device, the minute and the condition alone; the gauges are made when they are read.
 */
export class Machine {
  readonly thing: string
  readonly line: number
  readonly #calendar: PlantCalendar
  readonly #channels: Channels
  readonly #cycleFactor: number
  readonly #baseMemoryMiB: number
  /** Time into the running cycle, so that cycles do not restart every minute. */
  #carryMs = 0
  #checkCarry = 0
  /** The last minute that passed, its volume and its condition: what the gauges show. */
  #minute = 0
  #volume = 0
  #condition: Condition | null = null

  connectionAttempts = 0
  connectionFailures = 0
  cycles = 0
  cycleTimeMsSum = 0
  cycleTimeMsSumOfSquares = 0
  errors = 0
  qualityChecks = 0
  qualityPasses = 0

  constructor(seed: Seed, thing: string, line: number, calendar: PlantCalendar) {
    this.thing = thing
    this.line = line
    this.#calendar = calendar
    const key = seed.key(`machine/${thing}`)
    this.#channels = channelKeys(key)
    const lineEffect = 1 + LINE_EFFECT * (2 * uniformAt(channelKey(seed.key(`line/${line}`), 0), 0) - 1)
    this.#cycleFactor = lineEffect * (1 + DEVICE_EFFECT_SIGMA * normalAt(channelKey(key, 100), 0))
    this.#baseMemoryMiB = BASE_MEMORY_MIB + 5 * normalAt(channelKey(key, 101), 0)
  }

  /** Mean memory of healthy firmware, without the noise of the gauge. */
  get baseMemoryMiB(): number {
    return this.#baseMemoryMiB
  }

  get operations(): number {
    return this.cycles * OPERATIONS_PER_CYCLE
  }

  get unitsProduced(): number {
    return this.cycles
  }

  /** At the end of the last minute; 0 before the first. */
  get cpuPct(): number {
    if (this.#condition === null) return 0
    if (!this.#condition.isRunning) return 2
    return BASE_CPU_PCT * (0.4 + 0.6 * this.#volume) + 2 * normalAt(this.#channels.cpu, this.#minute)
  }

  /** At the end of the last minute; 0 before the first and without firmware. */
  get memoryMiB(): number {
    if (this.#condition === null || !this.#condition.isRunning) return 0
    const noiseMiB = MEMORY_SIGMA_MIB * normalAt(this.#channels.memory, this.#minute)
    const memoryMiB = this.#baseMemoryMiB + this.#condition.extraMemoryMiB + noiseMiB
    return Math.min(Math.max(memoryMiB, 0), MEMORY_LIMIT_MIB)
  }

  /**
   * Lets `count` minutes happen, the first of which begins at `startMs`, under one condition. Allocates nothing: minutes
   * pass by the million.
   */
  runMinutes(startMs: number, count: number, condition: Condition): void {
    this.#condition = condition
    let atMs = startMs
    for (let left = count; left > 0; ) {
      // The shift and the kind of day change on whole hours only.
      const inHour = Math.min(left, Math.ceil((HOUR_MS - (atMs % HOUR_MS)) / MINUTE_MS))
      const { shift, isWeekend } = this.#calendar.at(atMs)
      this.#volume = (VOLUME_BY_SHIFT[shift] as number) * (isWeekend ? WEEKEND_VOLUME : 1)
      const minute = Math.floor(atMs / MINUTE_MS)
      this.#connect(minute, inHour, CONNECTION_FAILURE_SHARE + condition.connectionFailureShare)
      if (condition.isRunning) this.#produce(minute, inHour, CYCLE_MS_BY_SHIFT[shift] as number, condition)
      this.#minute = minute + inHour - 1
      left -= inHour
      atMs += inHour * MINUTE_MS
    }
  }

  #connect(firstMinute: number, count: number, failureShare: number): void {
    const channel = this.#channels.connection
    this.connectionAttempts += count
    for (let minute = firstMinute; minute < firstMinute + count; minute++) {
      if (uniformAt(channel, minute) < failureShare) this.connectionFailures += 1
    }
  }

  #produce(firstMinute: number, count: number, cycleMs: number, condition: Condition): void {
    const meanMs = cycleMs * this.#cycleFactor * condition.cycleTimeFactor
    // At lower volume the station waits between cycles; the cycles themselves take as long.
    const workMs = MINUTE_MS * this.#volume
    const meanErrors = ERRORS_PER_MINUTE * this.#volume * condition.errorRateFactor
    const noError = expNegative(meanErrors)
    const channel = this.#channels.errors
    let carryMs = this.#carryMs
    for (let minute = firstMinute; minute < firstMinute + count; minute++) {
      carryMs += workMs
      const cycles = Math.floor(carryMs / meanMs)
      carryMs -= cycles * meanMs
      if (cycles > 0) this.#countCycles(cycles, meanMs, minute)
      const uniform = uniformAt(channel, minute)
      if (uniform >= noError) this.errors += poissonFrom(uniform, meanErrors, noError)
    }
    this.#carryMs = carryMs
  }

  /** The mean of n cycles spreads by sigma/sqrt(n); their squares add up as mean^2 + variance each. */
  #countCycles(cycles: number, meanMs: number, minute: number): void {
    const sigmaMs = meanMs * CYCLE_SIGMA
    const sampleMs = meanMs + (sigmaMs / Math.sqrt(cycles)) * normalAt(this.#channels.cycleTime, minute)
    this.cycles += cycles
    this.cycleTimeMsSum += Math.round(cycles * sampleMs)
    this.cycleTimeMsSumOfSquares += Math.round(cycles * (sampleMs * sampleMs + sigmaMs * sigmaMs * (1 - 1 / cycles)))
    this.#checkCarry += cycles
    const checks = Math.floor(this.#checkCarry / CYCLES_PER_QUALITY_CHECK)
    if (checks > 0) this.#check(checks, minute)
  }

  #check(checks: number, minute: number): void {
    this.#checkCarry -= checks * CYCLES_PER_QUALITY_CHECK
    this.qualityChecks += checks
    const uniform = uniformAt(this.#channels.quality, minute)
    const isFlawless = checks === 1 && uniform < NO_FAILURE_OF_ONE_CHECK
    const failures = isFlawless ? 0 : poissonFrom(uniform, checks * CHECK_FAILURES)
    this.qualityPasses += checks - Math.min(failures, checks)
  }
}
