import type { Seed } from '../kernel/random.ts'
import { binomialAt } from './binomial.ts'
import type { Condition } from './condition.ts'
import { channelKey, expNegative, normalAt, poissonFrom, uniformAt } from './noise.ts'
import type { PlantNoise } from './noise-settings.ts'
import { PRESETS } from './presets.ts'
import type { Metric, Recording } from './recording.ts'
import type { PlantCalendar, PlantTime } from './shifts.ts'
import type { StationMetrics } from './station-metrics.ts'
import { noiseKeys, StationNoise } from './station-noise.ts'

/** Independent channels of a device's noise. */
const Channel = { cycleTime: 0, errors: 1, quality: 2, connection: 3, cpu: 4, memory: 5, units: 6 } as const

const OPERATIONS_PER_CYCLE = 12
const CYCLES_PER_QUALITY_CHECK = 4
const QUALITY_PASS_SHARE = 0.985
const BASE_MEMORY_MIB = 148
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
  units: channelKey(key, Channel.units),
})

/** Errors and failed quality checks are rare; e^-mean of a minute decides most minutes, and there are few such means. */
const CHECK_FAILURES = 1 - QUALITY_PASS_SHARE
const NO_FAILURE_OF_ONE_CHECK = expNegative(CHECK_FAILURES)

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** However much they scatter, cycles take time: a mean of a minute deviates by at most so much of itself. */
const MOST_JITTER = 0.95
/** No rehearsal lasts longer than a year. */
const MAX_AHEAD_MS = 366 * 86_400_000

/**
 * One station of a production line: its production, cycle times and errors, minute by minute. Its fields are the cumulative
 * counters and the gauges that the health component reports. The numbers of a minute depend only on the seed, the device,
 * the minute and the condition; gauges are computed when they are read.
 */
export class Machine {
  readonly thing: string
  readonly line: number
  readonly #calendar: PlantCalendar
  readonly #channels: Channels
  readonly #cycleFactor: number
  readonly #recording: Recording | null
  readonly #baseMemoryMiB: number
  readonly #noise: PlantNoise
  readonly #cycleSigma: number
  /** What is not white in the noise; null, and without cost, where all of it is. */
  readonly #extra: StationNoise | null
  /** The plant's own metrics; null, and without cost, where there are none. */
  readonly ownMetrics: StationMetrics | null
  /** Cycles that produced no unit. */
  #unitsLost = 0
  /** Of stoppages, in the running cycle. */
  #stoppedMs = 0
  /** Time into the running cycle, so that cycles do not restart every minute. */
  #carryMs = 0
  #checkCarry = 0
  /** Recorded counts need not be whole; the fraction of one minute is carried to the next. */
  #recordedCarry = { cycles: 0, errors: 0, connectionFailures: 0 }
  /** The last minute, its calendar entry and its condition: the basis of the gauges. */
  #minute = 0
  #time: PlantTime | null = null
  #condition: Condition | null = null

  connectionAttempts = 0
  connectionFailures = 0
  cycles = 0
  cycleTimeMsSum = 0
  cycleTimeMsSumOfSquares = 0
  errors = 0
  qualityChecks = 0
  qualityPasses = 0

  constructor(
    seed: Seed,
    thing: string,
    line: number,
    calendar: PlantCalendar,
    noise: PlantNoise = PRESETS.quiet,
    recording: Recording | null = null,
    /** Slow trends count from here. */
    originMs = 0,
    ownMetrics: StationMetrics | null = null,
  ) {
    this.thing = thing
    this.line = line
    this.#calendar = calendar
    this.#recording = recording
    this.#noise = noise
    this.ownMetrics = ownMetrics
    const key = seed.key(`machine/${thing}`)
    this.#channels = channelKeys(key)
    this.#cycleSigma = noise.cycleSigma
    this.#extra = StationNoise.of(noiseKeys(seed, thing, line), noise, originMs)
    const lineEffect = 1 + noise.lineEffect * (2 * uniformAt(channelKey(seed.key(`line/${line}`), 0), 0) - 1)
    this.#cycleFactor = lineEffect * (1 + noise.deviceEffect * normalAt(channelKey(key, 100), 0))
    this.#baseMemoryMiB = BASE_MEMORY_MIB + 5 * normalAt(channelKey(key, 101), 0)
  }

  /** Mean memory of healthy firmware, without the noise of the gauge: of the recording, where there is one. */
  baseMemoryMiBAt(atMs: number): number {
    return Number.isNaN(this.#recorded('memoryMiB', Math.floor(atMs / MINUTE_MS)))
      ? this.#baseMemoryMiB
      : (this.#recording as Recording).mean('memoryMiB')
  }

  get operations(): number {
    return this.cycles * OPERATIONS_PER_CYCLE
  }

  get unitsProduced(): number {
    return this.cycles - this.#unitsLost
  }

  /** At the end of the last minute; 0 before the first. */
  get cpuPct(): number {
    if (this.#condition === null) return 0
    if (!this.#condition.isRunning) return 2
    const recordedPct = this.#recorded('cpuPct', this.#minute)
    if (!Number.isNaN(recordedPct)) return recordedPct
    const samplePct = BASE_CPU_PCT * (0.4 + 0.6 * this.#volume) + 2 * normalAt(this.#channels.cpu, this.#minute)
    return this.#extra === null ? samplePct : rounded(samplePct, this.#noise.rounding.cpuPct)
  }

  /** At the end of the last minute; 0 before the first and without firmware. */
  get memoryMiB(): number {
    if (this.#condition === null || !this.#condition.isRunning) return 0
    const recordedMiB = this.#recorded('memoryMiB', this.#minute)
    if (!Number.isNaN(recordedMiB)) return this.#withinLimit(recordedMiB)
    const sampleMiB = this.#baseMemoryMiB + this.#noise.memorySigmaMiB * normalAt(this.#channels.memory, this.#minute)
    if (this.#extra === null) return this.#withinLimit(sampleMiB)
    const used = this.#withinLimit(sampleMiB + this.#extra.memoryMiBAt(this.#minute))
    return rounded(used, this.#noise.rounding.memoryMiB)
  }

  /** With what the condition adds. */
  #withinLimit(healthyMiB: number): number {
    return Math.min(Math.max(healthyMiB + (this.#condition as Condition).extraMemoryMiB, 0), MEMORY_LIMIT_MIB)
  }

  get #volume(): number {
    return this.#time === null ? 0 : this.#time.volume
  }

  /** A process has started on the station, which ran another before. */
  restartedAt(atMs: number): void {
    this.#extra?.restartedAt(atMs)
  }

  /** NaN where nothing was recorded. */
  #recorded(metric: Metric, minute: number): number {
    return this.#recording === null ? Number.NaN : this.#recording.at(metric, minute)
  }

  /**
   * Simulates `count` minutes, the first of which begins at `startMs`, under one condition. Allocates nothing: a run has
   * millions of minutes.
   */
  runMinutes(startMs: number, count: number, condition: Condition): void {
    this.#condition = condition
    let atMs = startMs
    for (let left = count; left > 0; ) {
      const time = this.#calendar.at(atMs)
      this.#time = time
      const { shift, untilMs } = time
      const endMs = this.#extra === null ? untilMs : Math.min(untilMs, nextHourMs(atMs))
      const mostMinutes = this.ownMetrics === null ? Math.ceil((endMs - atMs) / MINUTE_MS) : 1
      const inStep = Math.min(left, mostMinutes)
      const minute = Math.floor(atMs / MINUTE_MS)
      if (this.#extra !== null) this.#enter(this.#extra, atMs, this.#time)
      if (this.#recording === null) {
        this.#connectNoisily(minute, inStep, condition)
        if (condition.isRunning) {
          if (this.#extra === null) this.#produce(minute, inStep, shift.cycleMs, condition)
          else this.#produceNoisily(this.#extra, minute, inStep, shift.cycleMs, condition)
        }
      } else {
        for (let one = minute; one < minute + inStep; one++)
          this.#replay(this.#recording, one, shift.cycleMs, condition)
      }
      this.#minute = minute + inStep - 1
      if (this.ownMetrics !== null) this.ownMetrics.pass(minute, time, this, condition)
      left -= inStep
      atMs += inStep * MINUTE_MS
    }
  }

  /**
   * When this many further cycles will be complete, from the minute that begins at `startMs` on: the end of the minute that
   * completes them. Exact, because the noise of a minute is a function of the minute; changes nothing. Infinite beyond a year.
   */
  cyclesDoneAtMs(startMs: number, cycles: number, conditionAt: (endMs: number) => Condition): number {
    let [carryMs, recordedCarry] = [this.#carryMs, this.#recordedCarry.cycles]
    let left = cycles
    for (let atMs = startMs; atMs < startMs + MAX_AHEAD_MS; atMs += MINUTE_MS) {
      const minute = Math.floor(atMs / MINUTE_MS)
      const time = this.#calendar.at(atMs)
      if (this.#extra !== null) this.#enter(this.#extra, atMs, time)
      const { cycleTimeFactor } = conditionAt(atMs + MINUTE_MS)
      const recordedCycles = this.#recorded('cycles', minute)
      let done: number
      if (Number.isNaN(recordedCycles)) {
        const meanMs = this.#meanCycleMs(minute, time.shift.cycleMs) * cycleTimeFactor
        carryMs += this.#workMs(minute, time.volume)
        done = wholeCycles(carryMs, meanMs)
        carryMs -= done * meanMs + this.#stoppageMs(minute, done) * time.volume
      } else {
        recordedCarry += recordedCycles / cycleTimeFactor
        done = Math.floor(recordedCarry)
        recordedCarry -= done
      }
      left -= done
      if (left <= 0) return atMs + MINUTE_MS
    }
    return Number.POSITIVE_INFINITY
  }

  #connect(firstMinute: number, count: number, failureShare: number): void {
    const channel = this.#channels.connection
    this.connectionAttempts += count
    for (let minute = firstMinute; minute < firstMinute + count; minute++) {
      if (uniformAt(channel, minute) < failureShare) this.connectionFailures += 1
    }
  }

  /** With the noise of the link. */
  #connectNoisily(firstMinute: number, count: number, { connectionFailureShare }: Condition): void {
    const failureShare = this.#noise.connectionFailureShare + connectionFailureShare
    if (this.#extra === null || !this.#extra.hasBadLinks) return this.#connect(firstMinute, count, failureShare)
    for (let minute = firstMinute; minute < firstMinute + count; minute++) {
      this.#connect(minute, 1, failureShare + this.#extra.connectionFailureShareAt(minute))
    }
  }

  #produce(firstMinute: number, count: number, cycleMs: number, condition: Condition): void {
    const meanMs = cycleMs * this.#cycleFactor * condition.cycleTimeFactor
    // At lower volume the station waits between cycles; the cycles themselves take as long.
    const workMs = MINUTE_MS * this.#volume
    const meanErrors = (this.#noise.errorsPerDeviceHour / 60) * this.#volume * condition.errorRateFactor
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

  /** As `#produce`, where cycle times and error rates differ from minute to minute. */
  #produceNoisily(extra: StationNoise, first: number, count: number, cycleMs: number, condition: Condition): void {
    const volume = this.#volume
    for (let minute = first; minute < first + count; minute++) {
      const meanMs = cycleMs * this.#cycleFactor * extra.cycleFactorAt(minute) * condition.cycleTimeFactor
      if (!extra.standsStillAt(minute)) this.#carryMs += MINUTE_MS * volume
      const cycles = wholeCycles(this.#carryMs, meanMs)
      this.#carryMs -= cycles * meanMs
      if (cycles > 0) {
        this.#countCycles(cycles, meanMs, minute)
        this.#stop(extra.stoppageMsAt(minute, cycles), volume)
      }
      this.#countErrors(minute, condition)
    }
  }

  /** The running cycle takes longer: by so much of the station's own time, in which it does no work. */
  #stop(stoppageMs: number, volume: number): void {
    this.#stoppedMs += stoppageMs
    this.#carryMs -= stoppageMs * volume
  }

  #enter(extra: StationNoise, atMs: number, time: PlantTime): void {
    extra.enter(Math.max(Math.floor(atMs / HOUR_MS) * HOUR_MS, time.startMs) / MINUTE_MS, time)
  }

  /** Of this minute, without the condition: recorded, or synthetic with its noise. */
  #meanCycleMs(minute: number, cycleMs: number): number {
    const recordedMs = this.#recorded('cycleTimeMs', minute)
    if (!Number.isNaN(recordedMs)) return recordedMs
    return cycleMs * this.#cycleFactor * (this.#extra === null ? 1 : this.#extra.cycleFactorAt(minute))
  }

  /** Where cycle times are recorded, they contain what there was of stoppages and changeovers. */
  #hasStops(minute: number): boolean {
    return this.#extra !== null && Number.isNaN(this.#recorded('cycleTimeMs', minute))
  }

  /** Time in which the station works in this minute. */
  #workMs(minute: number, volume: number): number {
    const standsStill = this.#hasStops(minute) && (this.#extra as StationNoise).standsStillAt(minute)
    return standsStill ? 0 : MINUTE_MS * volume
  }

  #stoppageMs(minute: number, cycles: number): number {
    if (cycles === 0 || !this.#hasStops(minute)) return 0
    return (this.#extra as StationNoise).stoppageMsAt(minute, cycles)
  }

  /** A minute with recorded values; other values are synthetic, and faults act on both alike. */
  #replay(recording: Recording, minute: number, cycleMs: number, condition: Condition): void {
    const failures = recording.at('connectionFailures', minute)
    if (Number.isNaN(failures)) {
      this.#connectNoisily(minute, 1, condition)
    } else if (this.#wholeCount('connectionFailures', failures) > 0) this.#connect(minute, 1, 1)
    else this.#connect(minute, 1, condition.connectionFailureShare)
    if (!condition.isRunning) return
    this.#replayCycles(recording, minute, cycleMs, condition.cycleTimeFactor)
    const errors = recording.at('errors', minute)
    if (Number.isNaN(errors)) this.#countErrors(minute, condition)
    else this.errors += this.#wholeCount('errors', errors * condition.errorRateFactor)
  }

  #replayCycles(recording: Recording, minute: number, cycleMs: number, factor: number): void {
    const [recordedCycles, recordedMs] = [recording.at('cycles', minute), recording.at('cycleTimeMs', minute)]
    const meanMs = this.#meanCycleMs(minute, cycleMs) * factor
    let cycles: number
    if (Number.isNaN(recordedCycles)) {
      this.#carryMs += this.#workMs(minute, this.#volume)
      cycles = wholeCycles(this.#carryMs, meanMs)
      this.#carryMs -= cycles * meanMs
    } else cycles = this.#wholeCount('cycles', recordedCycles / factor)
    if (cycles === 0) return
    if (Number.isNaN(recordedMs)) this.#countCycles(cycles, meanMs, minute)
    else if (this.#spreadFactor === 1) this.#addCycles(cycles, meanMs, meanMs * this.#cycleSigma, minute)
    else this.#countCycles(cycles, meanMs, minute)
    if (Number.isNaN(recordedCycles)) this.#stop(this.#stoppageMs(minute, cycles), this.#volume)
  }

  #countErrors(minute: number, condition: Condition): void {
    const factor = this.#extra === null ? 1 : this.#extra.errorFactorAt(minute)
    const meanErrors = (this.#noise.errorsPerDeviceHour / 60) * this.#volume * condition.errorRateFactor * factor
    const uniform = uniformAt(this.#channels.errors, minute)
    // No error has a probability of at least 1 - mean: most minutes need no exponential.
    if (uniform >= 1 - meanErrors) this.errors += poissonFrom(uniform, meanErrors)
  }

  #wholeCount(counter: 'cycles' | 'errors' | 'connectionFailures', count: number): number {
    const sum = this.#recordedCarry[counter] + count
    const whole = Math.floor(sum)
    this.#recordedCarry[counter] = sum - whole
    return whole
  }

  /** The mean of n cycles has a standard deviation of sigma/sqrt(n). */
  #countCycles(cycles: number, meanMs: number, minute: number): void {
    const factor = this.#spreadFactor
    const sigmaMs = meanMs * this.#cycleSigma * factor
    const ofMeanMs = sigmaMs / Math.sqrt(cycles)
    const z = normalAt(this.#channels.cycleTime, minute)
    const sampleMs = meanMs + ofMeanMs * (factor === 1 ? z : within(z, (meanMs * MOST_JITTER) / ofMeanMs))
    if (this.#extra === null) return this.#addCycles(cycles, sampleMs, sigmaMs, minute)
    this.#addCycles(cycles, rounded(sampleMs, this.#noise.rounding.cycleTimeMs), sigmaMs, minute)
    if (this.#stoppedMs > 0) this.#addStoppage(sampleMs)
  }

  get #spreadFactor(): number {
    return (this.#condition as Condition).cycleSpreadFactor
  }

  /** One of the cycles contained a stoppage. */
  #addStoppage(sampleMs: number): void {
    const stoppedMs = this.#stoppedMs
    this.#stoppedMs = 0
    this.cycleTimeMsSum += stoppedMs
    this.cycleTimeMsSumOfSquares += Math.round(stoppedMs * (2 * sampleMs + stoppedMs))
  }

  /** The sum of squares grows by mean^2 + variance per cycle. */
  #addCycles(cycles: number, sampleMs: number, sigmaMs: number, minute: number): void {
    this.cycles += cycles
    this.cycleTimeMsSum += Math.round(cycles * sampleMs)
    this.cycleTimeMsSumOfSquares += Math.round(cycles * (sampleMs * sampleMs + sigmaMs * sigmaMs * (1 - 1 / cycles)))
    const { unitLossShare } = this.#condition as Condition
    if (unitLossShare > 0) this.#unitsLost += binomialAt(this.#channels.units, minute, cycles, unitLossShare)
    this.#checkCarry += cycles
    const checks = Math.floor(this.#checkCarry / CYCLES_PER_QUALITY_CHECK)
    if (checks > 0) this.#check(checks, minute)
  }

  #check(checks: number, minute: number): void {
    this.#checkCarry -= checks * CYCLES_PER_QUALITY_CHECK
    this.qualityChecks += checks
    const { qualityFailureShare } = this.#condition as Condition
    if (qualityFailureShare > 0) {
      const share = Math.min(CHECK_FAILURES + qualityFailureShare, 1)
      this.qualityPasses += checks - binomialAt(this.#channels.quality, minute, checks, share)
      return
    }
    const uniform = uniformAt(this.#channels.quality, minute)
    const isFlawless = checks === 1 && uniform < NO_FAILURE_OF_ONE_CHECK
    const failures = isFlawless ? 0 : poissonFrom(uniform, checks * CHECK_FAILURES)
    this.qualityPasses += checks - Math.min(failures, checks)
  }
}

/** After a stoppage the time into the running cycle is negative. */
const wholeCycles = (carryMs: number, meanMs: number): number => Math.max(0, Math.floor(carryMs / meanMs))

/** On both sides alike, so that the mean stays. */
const within = (z: number, most: number): number => Math.min(Math.max(z, -most), most)

/** To whole steps; a step of 0 leaves the value as it is. */
const rounded = (value: number, step: number): number => (step === 0 ? value : Math.round(value / step) * step)

/** The noise of a station changes with the hour. */
const nextHourMs = (atMs: number): number => (Math.floor(atMs / HOUR_MS) + 1) * HOUR_MS
