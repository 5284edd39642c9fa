import type { ComponentState, HealthReportV1, HealthReportV2 } from './contract.ts'
import type { HealthSample } from './snapshot.ts'

/** A shadow's health section that is neither a 1.0 nor a 2.0 document: another writer, or a broken one. */
export class UnreadableHealthDocument extends Error {
  override readonly name = 'UnreadableHealthDocument'
  readonly field: string
  readonly value: unknown

  constructor(field: string, value: unknown) {
    super(`health document: ${field} is ${JSON.stringify(value)}`)
    this.field = field
    this.value = value
  }
}

const STATES: readonly ComponentState[] = [
  'NEW',
  'INSTALLED',
  'STARTING',
  'RUNNING',
  'STOPPING',
  'ERRORED',
  'BROKEN',
  'FINISHED',
]

const COUNTERS = [
  'connectionAttempts',
  'connectionFailures',
  'cycles',
  'cycleTimeMsSum',
  'cycleTimeMsSumOfSquares',
  'operations',
  'errors',
  'crashes',
  'unitsProduced',
  'qualityChecks',
  'qualityPasses',
] as const satisfies readonly (keyof HealthReportV2['counters'])[]
const GAUGES = ['cpuPct', 'memoryMiB', 'memoryLimitMiB', 'uptimeS'] as const

const { isFinite: isNumber } = Number

/** Written out: a document of every device is read at every look. */
const areCounters = (counters: HealthReportV2['counters']): boolean =>
  isNumber(counters.connectionAttempts) &&
  isNumber(counters.connectionFailures) &&
  isNumber(counters.cycles) &&
  isNumber(counters.cycleTimeMsSum) &&
  isNumber(counters.cycleTimeMsSumOfSquares) &&
  isNumber(counters.operations) &&
  isNumber(counters.errors) &&
  isNumber(counters.crashes) &&
  isNumber(counters.unitsProduced) &&
  isNumber(counters.qualityChecks) &&
  isNumber(counters.qualityPasses)

const areGauges = ({ cpuPct, memoryMiB, memoryLimitMiB, uptimeS }: HealthReportV2['gauges']): boolean =>
  isNumber(cpuPct) && isNumber(memoryMiB) && isNumber(memoryLimitMiB) && isNumber(uptimeS)

/** Reads `state.reported` of the health shadow, version 1.0 or 2.0. @throws UnreadableHealthDocument */
export function parseHealth(document: unknown): HealthSample {
  const schema = new Fields(document, '').text('schema')

  if (schema === '2.0') return readV2(new Fields<HealthReportV2>(document, ''))
  if (schema === '1.0') return readV1(new Fields<HealthReportV1>(document, ''))
  throw new UnreadableHealthDocument('schema', schema)
}

/** The sections of the document are passed on as they are, once each of their members has been checked. */
function readV2(raw: Fields<HealthReportV2>): HealthSample {
  const gauges = raw.section('gauges')
  gauges.flag('connected')
  return {
    line: raw.number('line'),
    firmwareVersion: raw.text('firmwareVersion'),
    componentState: raw.state('componentState'),
    bootId: raw.text('bootId'),
    sequence: raw.number('sequence'),
    sampledAtMs: raw.number('sampledAtMs'),
    counting: 'cumulative',
    counters: raw.section('counters').withNumbers(COUNTERS, areCounters),
    gauges: gauges.withNumbers(GAUGES, areGauges),
  }
}

function readV1(raw: Fields<HealthReportV1>): HealthSample {
  const cycles = raw.number('cycles')
  const meanMs = raw.number('cycle_time_ms_avg')
  return {
    line: raw.number('line'),
    firmwareVersion: raw.text('fw_version'),
    componentState: raw.state('state'),
    bootId: raw.text('boot_id'),
    sequence: raw.number('seq'),
    sampledAtMs: raw.number('sampled_at_ms'),
    counting: 'last-minute',
    counters: {
      connectionAttempts: raw.number('conn_attempts'),
      connectionFailures: raw.number('conn_failures'),
      cycles,
      cycleTimeMsSum: Math.round(cycles * meanMs),
      // 1.0 gives no spread; the squares of equal cycles are the least it can have been.
      cycleTimeMsSumOfSquares: Math.round(cycles * meanMs * meanMs),
      operations: raw.number('ops'),
      errors: raw.number('errors'),
      crashes: raw.number('crashes'),
      unitsProduced: raw.number('units'),
      qualityChecks: raw.number('quality_checks'),
      qualityPasses: raw.number('quality_passes'),
    },
    gauges: {
      cpuPct: raw.number('cpu_pct'),
      memoryMiB: raw.number('mem_mib'),
      memoryLimitMiB: raw.number('mem_limit_mib'),
      uptimeS: raw.number('uptime_s'),
      connected: raw.flag('connected'),
    },
  }
}

/** Reads members of an unknown object one by one; the names are those of the contract's type. */
class Fields<T = Record<string, unknown>> {
  readonly #value: Readonly<Record<string, unknown>>
  readonly #path: string

  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null) throw new UnreadableHealthDocument(path || 'document', value)
    this.#value = value as Record<string, unknown>
    this.#path = path
  }

  number(name: keyof T & string): number {
    const value = this.#value[name]
    return typeof value === 'number' && Number.isFinite(value) ? value : this.#refuse(name)
  }

  text(name: keyof T & string): string {
    const value = this.#value[name]
    return typeof value === 'string' ? value : this.#refuse(name)
  }

  flag(name: keyof T & string): boolean {
    const value = this.#value[name]
    return typeof value === 'boolean' ? value : this.#refuse(name)
  }

  /** The object itself, if these members are numbers; `areNumbers` says so at once where they are. */
  withNumbers(names: readonly (keyof T & string)[], areNumbers: (value: T) => boolean): T {
    const value = this.#value as T
    if (!areNumbers(value)) for (const name of names) this.number(name)
    return value
  }

  state(name: keyof T & string): ComponentState {
    const value = this.#value[name] as ComponentState
    return STATES.includes(value) ? value : this.#refuse(name)
  }

  section<K extends keyof T & string>(name: K): Fields<T[K]> {
    return new Fields<T[K]>(this.#value[name], name)
  }

  #refuse(name: string): never {
    throw new UnreadableHealthDocument(this.#path === '' ? name : `${this.#path}.${name}`, this.#value[name])
  }
}
