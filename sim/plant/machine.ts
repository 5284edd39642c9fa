import type { Seed } from '../random.ts'
import { normalAt, poissonFrom, uniformAt } from './noise.ts'
import type { PlantCalendar } from './shifts.ts'

/** What firmware and faults make of one minute. */
export interface Condition {
  /** The firmware process runs; without it nothing is produced, while the core's connection goes on. */
  readonly isRunning: boolean
  /** 1 is normal; 1.1 is ten per cent slower. */
  readonly cycleTimeFactor: number
  /** 1 is normal. */
  readonly errorRateFactor: number
  /** Beyond what healthy firmware uses. */
  readonly extraMemoryMiB: number
}

export const HEALTHY: Condition = { isRunning: true, cycleTimeFactor: 1, errorRateFactor: 1, extraMemoryMiB: 0 }

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

/**
 * One station of a production line: what it makes, how long that takes, what goes wrong, minute by minute. Its fields are
 * the cumulative counters and the gauges that the health component reports. A minute's numbers depend on the seed, the
 * device, the minute and the condition alone.
 */
export class Machine {
  readonly thing: string
  readonly line: number
  readonly #calendar: PlantCalendar
  readonly #key: number
  readonly #cycleFactor: number
  readonly #baseMemoryMiB: number
  /** Time into the running cycle, so that cycles do not restart every minute. */
  #carryMs = 0
  #checkCarry = 0

  connectionAttempts = 0
  connectionFailures = 0
  cycles = 0
  cycleTimeMsSum = 0
  cycleTimeMsSumOfSquares = 0
  operations = 0
  errors = 0
  unitsProduced = 0
  qualityChecks = 0
  qualityPasses = 0
  cpuPct = 0
  memoryMiB = 0

  constructor(seed: Seed, thing: string, line: number, calendar: PlantCalendar) {
    this.thing = thing
    this.line = line
    this.#calendar = calendar
    this.#key = seed.key(`machine/${thing}`)
    const lineEffect = 1 + LINE_EFFECT * (2 * uniformAt(seed.key(`line/${line}`), 0, 0) - 1)
    this.#cycleFactor = lineEffect * (1 + DEVICE_EFFECT_SIGMA * normalAt(this.#key, 100, 0))
    this.#baseMemoryMiB = BASE_MEMORY_MIB + 5 * normalAt(this.#key, 101, 0)
  }

  /** Mean memory of healthy firmware, without the noise of the gauge. */
  get baseMemoryMiB(): number {
    return this.#baseMemoryMiB
  }

  /** Lets the minute that begins at `startMs` happen. Allocates nothing: it runs millions of times. */
  runMinute(startMs: number, condition: Condition): void {
    const minute = Math.floor(startMs / 60_000)
    this.connectionAttempts += 1
    if (uniformAt(this.#key, Channel.connection, minute) < CONNECTION_FAILURE_SHARE) this.connectionFailures += 1
    if (condition.isRunning) this.#produce(startMs, minute, condition)
    else {
      this.cpuPct = 2
      this.memoryMiB = 0
    }
  }

  #produce(startMs: number, minute: number, condition: Condition): void {
    const { shift, isWeekend } = this.#calendar.at(startMs)
    const volume = (VOLUME_BY_SHIFT[shift] as number) * (isWeekend ? WEEKEND_VOLUME : 1)
    const meanMs = (CYCLE_MS_BY_SHIFT[shift] as number) * this.#cycleFactor * condition.cycleTimeFactor
    // At lower volume the station waits between cycles; the cycles themselves take as long.
    this.#carryMs += 60_000 * volume
    const cycles = Math.floor(this.#carryMs / meanMs)
    this.#carryMs -= cycles * meanMs
    if (cycles > 0) this.#countCycles(cycles, meanMs, minute)
    const mean = ERRORS_PER_MINUTE * volume * condition.errorRateFactor
    this.errors += poissonFrom(uniformAt(this.#key, Channel.errors, minute), mean)
    this.cpuPct = BASE_CPU_PCT * (0.4 + 0.6 * volume) + 2 * normalAt(this.#key, Channel.cpu, minute)
    const noiseMiB = MEMORY_SIGMA_MIB * normalAt(this.#key, Channel.memory, minute)
    const memoryMiB = this.#baseMemoryMiB + condition.extraMemoryMiB + noiseMiB
    this.memoryMiB = Math.min(Math.max(memoryMiB, 0), MEMORY_LIMIT_MIB)
  }

  /** The mean of n cycles spreads by sigma/sqrt(n); their squares add up as mean^2 + variance each. */
  #countCycles(cycles: number, meanMs: number, minute: number): void {
    const sigmaMs = meanMs * CYCLE_SIGMA
    const sampleMs = meanMs + (sigmaMs / Math.sqrt(cycles)) * normalAt(this.#key, Channel.cycleTime, minute)
    this.cycles += cycles
    this.cycleTimeMsSum += Math.round(cycles * sampleMs)
    this.cycleTimeMsSumOfSquares += Math.round(cycles * (sampleMs * sampleMs + sigmaMs * sigmaMs * (1 - 1 / cycles)))
    this.operations += cycles * OPERATIONS_PER_CYCLE
    this.unitsProduced += cycles
    this.#checkCarry += cycles
    const checks = Math.floor(this.#checkCarry / CYCLES_PER_QUALITY_CHECK)
    this.#checkCarry -= checks * CYCLES_PER_QUALITY_CHECK
    this.qualityChecks += checks
    if (checks > 0) {
      const failures = poissonFrom(uniformAt(this.#key, Channel.quality, minute), checks * (1 - QUALITY_PASS_SHARE))
      this.qualityPasses += checks - Math.min(failures, checks)
    }
  }
}
