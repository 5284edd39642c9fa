import type { Seed } from '../kernel/random.ts'
import type { Condition } from './condition.ts'
import { channelKey, expNegative, normalAt, poissonFrom, uniformAt } from './noise.ts'
import type { Metric, Recording } from './recording.ts'
import { DEFAULT_PLANT, type PlantNoise } from './settings.ts'
import type { PlantCalendar, PlantTime } from './shifts.ts'

/** Independent channels of a device's noise. */
const Channel = { cycleTime: 0, errors: 1, quality: 2, connection: 3, cpu: 4, memory: 5 } as const

/** Half range of lines' mean cycle times about the fleet's mean. */
const LINE_EFFECT = 0.1
/** Relative standard deviation of single cycles about the device's mean. */
const CYCLE_SIGMA = 0.05
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
})

/** Errors and failed quality checks are rare; e^-mean of a minute decides most minutes, and there are few such means. */
const CHECK_FAILURES = 1 - QUALITY_PASS_SHARE
const NO_FAILURE_OF_ONE_CHECK = expNegative(CHECK_FAILURES)

const MINUTE_MS = 60_000
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
    noise: PlantNoise = DEFAULT_PLANT.noise,
    recording: Recording | null = null,
  ) {
    this.thing = thing
    this.line = line
    this.#calendar = calendar
    this.#recording = recording
    this.#noise = noise
    const key = seed.key(`machine/${thing}`)
    this.#channels = channelKeys(key)
    const lineEffect = 1 + LINE_EFFECT * (2 * uniformAt(channelKey(seed.key(`line/${line}`), 0), 0) - 1)
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
    return this.cycles
  }

  /** At the end of the last minute; 0 before the first. */
  get cpuPct(): number {
    if (this.#condition === null) return 0
    if (!this.#condition.isRunning) return 2
    const recordedPct = this.#recorded('cpuPct', this.#minute)
    if (!Number.isNaN(recordedPct)) return recordedPct
    return BASE_CPU_PCT * (0.4 + 0.6 * this.#volume) + 2 * normalAt(this.#channels.cpu, this.#minute)
  }

  /** At the end of the last minute; 0 before the first and without firmware. */
  get memoryMiB(): number {
    if (this.#condition === null || !this.#condition.isRunning) return 0
    const recordedMiB = this.#recorded('memoryMiB', this.#minute)
    const healthyMiB = Number.isNaN(recordedMiB)
      ? this.#baseMemoryMiB + this.#noise.memorySigmaMiB * normalAt(this.#channels.memory, this.#minute)
      : recordedMiB
    return Math.min(Math.max(healthyMiB + this.#condition.extraMemoryMiB, 0), MEMORY_LIMIT_MIB)
  }

  get #volume(): number {
    return this.#time === null ? 0 : this.#time.volume
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
      const inStep = Math.min(left, Math.ceil((untilMs - atMs) / MINUTE_MS))
      const minute = Math.floor(atMs / MINUTE_MS)
      if (this.#recording === null) {
        this.#connect(minute, inStep, this.#noise.connectionFailureShare + condition.connectionFailureShare)
        if (condition.isRunning) this.#produce(minute, inStep, shift.cycleMs, condition)
      } else {
        for (let one = minute; one < minute + inStep; one++)
          this.#replay(this.#recording, one, shift.cycleMs, condition)
      }
      this.#minute = minute + inStep - 1
      left -= inStep
      atMs += inStep * MINUTE_MS
    }
  }

  /**
   * When this many further cycles will be complete, from the minute that begins at `startMs` on: the end of the minute that
   * completes them. Exact, because cycles involve no random draws; changes nothing. Infinite beyond a year.
   */
  cyclesDoneAtMs(startMs: number, cycles: number, conditionAt: (endMs: number) => Condition): number {
    let [carryMs, recordedCarry] = [this.#carryMs, this.#recordedCarry.cycles]
    let left = cycles
    for (let atMs = startMs; atMs < startMs + MAX_AHEAD_MS; atMs += MINUTE_MS) {
      const minute = Math.floor(atMs / MINUTE_MS)
      const { shift, volume } = this.#calendar.at(atMs)
      const { cycleTimeFactor } = conditionAt(atMs + MINUTE_MS)
      const [recordedCycles, recordedMs] = [this.#recorded('cycles', minute), this.#recorded('cycleTimeMs', minute)]
      const meanMs = (Number.isNaN(recordedMs) ? shift.cycleMs * this.#cycleFactor : recordedMs) * cycleTimeFactor
      let done: number
      if (Number.isNaN(recordedCycles)) {
        carryMs += MINUTE_MS * volume
        done = Math.floor(carryMs / meanMs)
        carryMs -= done * meanMs
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

  /** A minute with recorded values; other values are synthetic, and faults act on both alike. */
  #replay(recording: Recording, minute: number, cycleMs: number, condition: Condition): void {
    const failures = recording.at('connectionFailures', minute)
    if (Number.isNaN(failures)) {
      this.#connect(minute, 1, this.#noise.connectionFailureShare + condition.connectionFailureShare)
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
    const isMeasured = !Number.isNaN(recordedMs)
    const meanMs = (isMeasured ? recordedMs : cycleMs * this.#cycleFactor) * factor
    let cycles: number
    if (Number.isNaN(recordedCycles)) {
      this.#carryMs += MINUTE_MS * this.#volume
      cycles = Math.floor(this.#carryMs / meanMs)
      this.#carryMs -= cycles * meanMs
    } else cycles = this.#wholeCount('cycles', recordedCycles / factor)
    if (cycles === 0) return
    if (isMeasured) this.#addCycles(cycles, meanMs, meanMs * CYCLE_SIGMA, minute)
    else this.#countCycles(cycles, meanMs, minute)
  }

  #countErrors(minute: number, condition: Condition): void {
    const meanErrors = (this.#noise.errorsPerDeviceHour / 60) * this.#volume * condition.errorRateFactor
    this.errors += poissonFrom(uniformAt(this.#channels.errors, minute), meanErrors)
  }

  #wholeCount(counter: 'cycles' | 'errors' | 'connectionFailures', count: number): number {
    const sum = this.#recordedCarry[counter] + count
    const whole = Math.floor(sum)
    this.#recordedCarry[counter] = sum - whole
    return whole
  }

  /** The mean of n cycles has a standard deviation of sigma/sqrt(n). */
  #countCycles(cycles: number, meanMs: number, minute: number): void {
    const sigmaMs = meanMs * CYCLE_SIGMA
    const sampleMs = meanMs + (sigmaMs / Math.sqrt(cycles)) * normalAt(this.#channels.cycleTime, minute)
    this.#addCycles(cycles, sampleMs, sigmaMs, minute)
  }

  /** The sum of squares grows by mean^2 + variance per cycle. */
  #addCycles(cycles: number, sampleMs: number, sigmaMs: number, minute: number): void {
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
