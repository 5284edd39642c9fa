import {
  type ComponentState,
  HEALTH_COUNTERS,
  type HealthGauge,
  type HealthMetrics,
  type HealthReportV1,
  type HealthReportV2,
} from '../contract.ts'
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

const GAUGES = ['cpuPct', 'memoryMiB', 'memoryLimitMiB', 'uptimeS'] as const

const { isFinite: isNumber } = Number

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

const areGauges = (gauges: HealthReportV2['gauges']): boolean =>
  isNumber(gauges.cpuPct) &&
  isNumber(gauges.memoryMiB) &&
  isNumber(gauges.memoryLimitMiB) &&
  isNumber(gauges.uptimeS) &&
  typeof gauges.connected === 'boolean' &&
  (gauges.diskFreeMiB === undefined || isNumber(gauges.diskFreeMiB))

const areNumbers = (values: unknown): boolean =>
  typeof values === 'object' && values !== null && Object.values(values).every(isNumber)

const isGauge = (gauge: HealthGauge | null): boolean =>
  typeof gauge === 'object' &&
  gauge !== null &&
  isNumber(gauge.value) &&
  isNumber(gauge.count) &&
  isNumber(gauge.sum) &&
  isNumber(gauge.sumOfSquares)

const areGaugesOfPlant = (gauges: HealthMetrics['gauges'] | null): boolean =>
  typeof gauges === 'object' && gauges !== null && Object.values(gauges).every(isGauge)

const areMetrics = ({ counters, gauges }: HealthMetrics): boolean => areNumbers(counters) && areGaugesOfPlant(gauges)

/** Every member is what it should be; written out, since a document of every device is read at every evaluation. */
const isV2 = (document: HealthReportV2): boolean =>
  isNumber(document.line) &&
  typeof document.firmwareVersion === 'string' &&
  STATES.includes(document.componentState) &&
  typeof document.bootId === 'string' &&
  isNumber(document.sequence) &&
  isNumber(document.sampledAtMs) &&
  typeof document.counters === 'object' &&
  document.counters !== null &&
  areCounters(document.counters) &&
  typeof document.gauges === 'object' &&
  document.gauges !== null &&
  areGauges(document.gauges) &&
  (document.metrics === undefined ||
    (typeof document.metrics === 'object' && document.metrics !== null && areMetrics(document.metrics)))

/** Reads `state.reported` of the health shadow, version 1.0 or 2.0. @throws UnreadableHealthDocument */
export function parseHealth(document: unknown): HealthSample {
  if (typeof document !== 'object' || document === null) throw new UnreadableHealthDocument('document', document)
  const { schema } = document as { readonly schema?: unknown }
  if (schema === '2.0') return readV2(document as HealthReportV2)
  if (schema === '1.0') return readV1(new Fields<HealthReportV1>(document, ''))
  throw new UnreadableHealthDocument('schema', schema)
}

/** The document is the sample, once each of its members has been checked. */
function readV2(document: HealthReportV2): HealthSample {
  if (!isV2(document)) refuseV2(document)
  return document
}

/** @throws UnreadableHealthDocument for the first member that is not what it should be */
function refuseV2(document: HealthReportV2): never {
  const raw = new Fields<HealthReportV2>(document, '')
  raw.number('line')
  raw.text('firmwareVersion')
  raw.state('componentState')
  raw.text('bootId')
  raw.number('sequence')
  raw.number('sampledAtMs')
  const counters = raw.section('counters')
  for (const name of HEALTH_COUNTERS) counters.number(name)
  const gauges = raw.section('gauges')
  for (const name of GAUGES) gauges.number(name)
  gauges.flag('connected')
  if (document.metrics !== undefined) refuseMetrics(raw.section('metrics'))
  // Nothing else is left.
  return gauges.refuse('diskFreeMiB')
}

/** @throws UnreadableHealthDocument for the first metric that is none, if there is one */
function refuseMetrics(metrics: Fields<HealthMetrics>): void {
  const counters = metrics.section('counters')
  for (const name of counters.names()) counters.number(name)
  const gauges = metrics.section('gauges')
  for (const name of gauges.names()) {
    const gauge = gauges.section(name)
    for (const member of ['value', 'count', 'sum', 'sumOfSquares'] as const) gauge.number(member)
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
    schema: '1.0',
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
    if (typeof value !== 'object' || value === null) throw new UnreadableHealthDocument(path, value)
    this.#value = value as Record<string, unknown>
    this.#path = path
  }

  number(name: keyof T & string): number {
    const value = this.#value[name]
    return isNumber(value) ? (value as number) : this.refuse(name)
  }

  text(name: keyof T & string): string {
    const value = this.#value[name]
    return typeof value === 'string' ? value : this.refuse(name)
  }

  flag(name: keyof T & string): boolean {
    const value = this.#value[name]
    return typeof value === 'boolean' ? value : this.refuse(name)
  }

  state(name: keyof T & string): ComponentState {
    const value = this.#value[name] as ComponentState
    return STATES.includes(value) ? value : this.refuse(name)
  }

  section<K extends keyof T & string>(name: K): Fields<NonNullable<T[K]>> {
    return new Fields<NonNullable<T[K]>>(this.#value[name], this.#pathOf(name))
  }

  #pathOf(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`
  }

  names(): readonly (keyof T & string)[] {
    return Object.keys(this.#value) as (keyof T & string)[]
  }

  refuse(name: keyof T & string): never {
    throw new UnreadableHealthDocument(this.#pathOf(name), this.#value[name])
  }
}
