import seedrandom from 'seedrandom'
import type { HealthCounters, HealthGauge, HealthMetrics } from '../../controller/contract.ts'
import { type Baseline, makeBaseline } from '../../controller/evidence/baseline.ts'
import { type Evidence, NO_EVIDENCE, observe, type Watch } from '../../controller/evidence/evidence.ts'
import type { HealthSample, Snapshot } from '../../controller/evidence/snapshot.ts'
import { shiftBoundaries } from '../../controller/policy/calendar.ts'
import { DEFAULT_POLICY, type Policy } from '../../controller/policy/policy.ts'

/** A Monday, 14:00 in Berlin: the second shift begins. */
export const START_MS = Date.parse('2026-03-02T13:00:00Z')
export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000

export const NO_COUNTS: HealthCounters = {
  connectionAttempts: 0,
  connectionFailures: 0,
  cycles: 0,
  cycleTimeMsSum: 0,
  cycleTimeMsSumOfSquares: 0,
  operations: 0,
  errors: 0,
  crashes: 0,
  unitsProduced: 0,
  qualityChecks: 0,
  qualityPasses: 0,
}

export const sample = (over: Partial<HealthSample> = {}): HealthSample => ({
  line: 1,
  firmwareVersion: '2.4.0',
  componentState: 'RUNNING',
  bootId: 'boot-1',
  sequence: 100,
  sampledAtMs: START_MS,
  schema: '2.0',
  counters: NO_COUNTS,
  gauges: { cpuPct: 30, memoryMiB: 150, memoryLimitMiB: 512, uptimeS: 60, connected: true },
  ...over,
})

export interface PlantOptions {
  readonly seed?: number
  readonly lines?: number
  readonly perLine?: number
  /** Factor on cycle times, by device and time. */
  readonly slowdown?: (thing: string, atMs: number) => number
  readonly errorFactor?: (thing: string, atMs: number) => number
  readonly failureShare?: (thing: string, atMs: number) => number
  /** Passed share of one quality check a minute; none is made without. */
  readonly passShare?: (thing: string, atMs: number) => number
  /** Mean and standard deviation of the gauge `torqueNm`; null while a device does not report it. */
  readonly torque?: (thing: string, atMs: number) => readonly [mean: number, sigma: number] | null
  /** Events per minute of the counter `spatter`. */
  readonly spatter?: (thing: string, atMs: number) => number
}

/**
 * Synthetic devices with the noise assumed of the plant [source: plant-noise]; independent of the twin's own model on
 * purpose.
 */
export class Plant {
  readonly things: readonly string[]
  readonly lineOf: Record<string, number> = {}
  readonly #options: PlantOptions
  #chance: seedrandom.StatefulPRNG<seedrandom.State.Alea>
  readonly #effect = new Map<string, number>()
  readonly #counters = new Map<string, { -readonly [K in keyof HealthCounters]: number }>()
  readonly #metrics = new Map<string, { spatter: number; torqueNm: HealthGauge }>()
  readonly #bootIds = new Map<string, string>()
  readonly versions = new Map<string, string>()
  #nowMs: number

  constructor(fromMs: number, options: PlantOptions = {}) {
    this.#options = options
    this.#chance = seedrandom.alea(`plant/${options.seed ?? 1}`, { state: true })
    this.#nowMs = fromMs
    const { lines = 17, perLine = 3 } = options
    this.things = Array.from({ length: lines * perLine }, (_, i) => `line-${1 + (i % lines)}-${Math.floor(i / lines)}`)
    for (const thing of this.things) {
      this.lineOf[thing] = Number(thing.split('-')[1])
      this.#effect.set(thing, 1 + 0.02 * this.#normal())
      this.#counters.set(thing, { ...NO_COUNTS })
      this.#metrics.set(thing, { spatter: 0, torqueNm: { value: 0, count: 0, sum: 0, sumOfSquares: 0 } })
      this.versions.set(thing, '2.3.1')
      this.#bootIds.set(thing, `${thing}-old`)
    }
  }

  /** Another plant that is as this one is now, and goes on as this one would. */
  copy(): Plant {
    const copy = new Plant(this.#nowMs, this.#options)
    copy.#chance = seedrandom.alea('', { state: this.#chance.state() })
    for (const thing of this.things) {
      copy.#effect.set(thing, this.#effect.get(thing) as number)
      copy.#counters.set(thing, { ...(this.#counters.get(thing) as HealthCounters) })
      copy.#bootIds.set(thing, this.#bootIds.get(thing) as string)
      copy.versions.set(thing, this.versions.get(thing) as string)
    }
    return copy
  }

  /** The canaries: the first device of every line. */
  get canaries(): readonly string[] {
    return this.things.filter((thing) => thing.endsWith('-0'))
  }

  update(things: readonly string[]): void {
    for (const thing of things) {
      this.versions.set(thing, '2.4.0')
      this.#bootIds.set(thing, `${thing}-new`)
    }
  }

  /** Another version on some devices; one that runs it already goes on undisturbed. */
  revert(things: readonly string[], version: string): void {
    for (const thing of things) {
      if (this.versions.get(thing) === version) continue
      this.versions.set(thing, version)
      this.#bootIds.set(thing, `${thing}-back`)
    }
  }

  crash(thing: string): void {
    ;(this.#counters.get(thing) as { crashes: number }).crashes += 1
  }

  /** It does not by itself. */
  hasCrashed(thing: string): boolean {
    return (this.#counters.get(thing) as HealthCounters).crashes > 0
  }

  /** Lets time pass and reads every device. */
  at(atMs: number): Snapshot {
    const minutes = Math.round((atMs - this.#nowMs) / MINUTE_MS)
    if (minutes > 0) for (const thing of this.things) this.#run(thing, atMs, minutes)
    this.#nowMs = atMs
    const devices = this.things.map((thing) => {
      const counters = { ...(this.#counters.get(thing) as HealthCounters) }
      const sequence = counters.connectionAttempts
      const firmwareVersion = this.versions.get(thing) as string
      const bootId = this.#bootIds.get(thing) as string
      const line = this.lineOf[thing] as number
      const own = {
        counters,
        sequence,
        firmwareVersion,
        bootId,
        line,
        sampledAtMs: atMs,
        ...this.#metricsOf(thing, atMs),
      }
      return [thing, sample(own)] as const
    })
    return { atMs, devices: Object.fromEntries(devices) }
  }

  #metricsOf(thing: string, atMs: number): { readonly metrics?: HealthMetrics } {
    const { torque, spatter } = this.#options
    if (torque === undefined && spatter === undefined) return {}
    const own = this.#metrics.get(thing) as { spatter: number; torqueNm: HealthGauge }
    const isReported = torque !== undefined && torque(thing, atMs) !== null
    const gauges: Record<string, HealthGauge> = isReported ? { torqueNm: own.torqueNm } : {}
    return { metrics: { counters: spatter === undefined ? {} : { spatter: own.spatter }, gauges } }
  }

  #measure(thing: string, atMs: number, minutes: number): void {
    const own = this.#metrics.get(thing) as { spatter: number; torqueNm: HealthGauge }
    const { passShare, torque, spatter } = this.#options
    const counters = this.#counters.get(thing) as { -readonly [K in keyof HealthCounters]: number }
    if (passShare !== undefined) {
      counters.qualityChecks += minutes
      for (let i = 0; i < minutes; i++) counters.qualityPasses += this.#chance() < passShare(thing, atMs) ? 1 : 0
    }
    if (spatter !== undefined) own.spatter += this.#poisson(minutes * spatter(thing, atMs))
    const measured = torque?.(thing, atMs) ?? null
    if (measured === null) return
    let { count, sum, sumOfSquares } = own.torqueNm
    for (let i = 0; i < minutes; i++) {
      const value = measured[0] + measured[1] * this.#normal()
      count += 1
      sum += value
      sumOfSquares += value * value
    }
    own.torqueNm = { value: measured[0], count, sum, sumOfSquares }
  }

  #run(thing: string, atMs: number, minutes: number): void {
    const counters = this.#counters.get(thing) as { -readonly [K in keyof HealthCounters]: number }
    const { slowdown, errorFactor, failureShare } = this.#options
    const localHour = (new Date(atMs - 1).getUTCHours() + 1) % 24
    const shiftMs = localHour >= 6 && localHour < 14 ? 30_000 : localHour >= 14 && localHour < 22 ? 36_000 : 40_000
    const meanMs = shiftMs * (this.#effect.get(thing) as number) * (slowdown?.(thing, atMs) ?? 1)
    const cycles = Math.round((minutes * MINUTE_MS) / meanMs)
    counters.cycles += cycles
    counters.cycleTimeMsSum += Math.round(
      cycles * meanMs * (1 + (0.05 / Math.sqrt(Math.max(cycles, 1))) * this.#normal()),
    )
    counters.operations += cycles * 12
    counters.errors += this.#poisson((2 / 60) * minutes * (errorFactor?.(thing, atMs) ?? 1))
    counters.connectionAttempts += minutes
    counters.connectionFailures += this.#poisson(minutes * (failureShare?.(thing, atMs) ?? 0.005))
    this.#measure(thing, atMs, minutes)
  }

  #normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#chance())) * Math.cos(2 * Math.PI * this.#chance())
  }

  #poisson(mean: number): number {
    if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.#normal()))
    let count = 0
    for (let p = this.#chance(); p > Math.exp(-mean); p *= this.#chance()) count += 1
    return count
  }
}

export const policyWith = (over: Partial<Policy> = {}): Policy => ({ ...DEFAULT_POLICY, ...over })

/** Seven days of a plant, read at every shift boundary. */
export function baselineOf(plant: Plant, policy: Policy): Baseline {
  const boundaries = shiftBoundaries(policy, START_MS - policy.baselineMs, START_MS)
  return makeBaseline(
    boundaries.map((atMs) => plant.at(atMs)),
    policy,
  )
}

export const watchOf = (plant: Plant): Watch => ({
  stage: 'canary',
  version: '2.4.0',
  previousVersion: '2.3.1',
  members: plant.canaries,
  controls: plant.things.filter((thing) => !plant.canaries.includes(thing)),
  lineOf: plant.lineOf,
  deployedAtMs: START_MS,
})

/**
 * Evaluates a plant at every tick for some hours after its canaries were updated; `each` gets the evidence each time.
 */
export function watchFor(
  plant: Plant,
  hours: number,
  policy: Policy,
  each: (evidence: Evidence, nowMs: number, baseline: Baseline, watch: Watch) => void,
): void {
  const baseline = baselineOf(plant, policy)
  const watch = watchOf(plant)
  let previous = plant.at(START_MS)
  plant.update(plant.canaries)
  let evidence: Evidence = NO_EVIDENCE
  for (let atMs = START_MS + policy.tickMs; atMs <= START_MS + hours * HOUR_MS; atMs += policy.tickMs) {
    const current = plant.at(atMs)
    evidence = observe(evidence, watch, previous, current, baseline, policy)
    each(evidence, atMs, baseline, watch)
    previous = current
  }
}
