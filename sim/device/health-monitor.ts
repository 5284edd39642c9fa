import {
  type ComponentState,
  HEALTH_SHADOW,
  type HealthReportV1,
  type HealthReportV2,
  SAMPLE_PERIOD_MS,
  shadowTopic,
} from '../../controller/contract.ts'
import type { Clock, Timer } from '../clock.ts'
import { HEALTHY, type Machine } from '../plant/machine.ts'
import type { Trace } from '../trace.ts'
import type { ComponentRuntime, ScriptRun } from './component-runtime.ts'
import type { Firmware } from './firmware.ts'
import { type CounterValues, countersOf, type HealthFacts, healthReportV1, healthReportV2 } from './health-document.ts'

export interface HealthMonitorOptions {
  readonly thing: string
  readonly machine: Machine
  readonly firmware: Firmware
  readonly clock: Clock
  readonly trace: Trace
  /** Second of the minute at which this device samples, in milliseconds. */
  readonly phaseMs: number
  /** Document version that a firmware version writes. [seed: new firmware writes 2.0] */
  readonly schemaOf: (firmwareVersion: string) => '1.0' | '2.0'
}

/** What the monitor needs of its nucleus, known only once that exists. */
export interface MonitorHost {
  firmwareState(): { readonly version: string; readonly state: ComponentState } | undefined
  publish(topic: string, payload: object, qos: 0 | 1): boolean
  readonly online: boolean
}

/** The health component beside the firmware: samples every 60 s and reports to the `health` shadow. [seed] */
export class HealthMonitor implements ComponentRuntime {
  readonly #options: HealthMonitorOptions
  readonly #topic: string
  readonly #phaseMs: number
  #host: MonitorHost | null = null
  #timer: Timer | null = null
  #sequence = 0
  #before: CounterValues
  /** Boot id whose first healthy sample has been seen. */
  #healthyBootId: string | null = null

  constructor(options: HealthMonitorOptions) {
    this.#options = options
    this.#topic = `${shadowTopic(options.thing, HEALTH_SHADOW)}/update`
    this.#phaseMs = options.phaseMs
    this.#before = countersOf(options.machine, 0)
  }

  attach(host: MonitorHost): void {
    this.#host = host
  }

  install(): ScriptRun {
    return { durationMs: 5_000, exitCode: 0 }
  }

  startup(): ScriptRun {
    return { durationMs: 2_000, exitCode: 0 }
  }

  shutdown(): ScriptRun {
    return { durationMs: 1_000, exitCode: 0 }
  }

  running(): void {
    const { clock } = this.#options
    const nowMs = clock.nowMs()
    const sinceMs = (((nowMs - this.#phaseMs) % SAMPLE_PERIOD_MS) + SAMPLE_PERIOD_MS) % SAMPLE_PERIOD_MS
    this.#timer = clock.after(SAMPLE_PERIOD_MS - sinceMs, () => this.#sample())
  }

  stopped(): void {
    this.#timer?.cancel()
  }

  /** Lets minutes pass without a word, as before the rehearsal; the machine runs healthy. */
  passHistory(fromMs: number, toMs: number): void {
    const { machine, firmware } = this.#options
    for (let atMs = fromMs + this.#phaseMs; atMs < toMs; atMs += SAMPLE_PERIOD_MS) {
      machine.runMinutes(atMs - SAMPLE_PERIOD_MS, 1, HEALTHY)
      this.#sequence += 1
    }
    this.#before = countersOf(machine, firmware.crashes)
  }

  /** The document as it stands: what a reader of the shadow would have seen at `atMs`. */
  documentAt(atMs: number, version: string): HealthReportV1 | HealthReportV2 {
    const { machine, firmware, schemaOf } = this.#options
    const facts: HealthFacts = {
      firmwareVersion: version,
      componentState: this.#host?.firmwareState()?.state ?? 'RUNNING',
      bootId: firmware.bootId,
      sequence: this.#sequence,
      sampledAtMs: atMs,
      crashes: firmware.crashes,
      uptimeS: firmware.uptimeS(atMs),
      connected: this.#host?.online ?? true,
    }
    return schemaOf(version) === '2.0' ? healthReportV2(machine, facts) : healthReportV1(machine, facts, this.#before)
  }

  #sample(): void {
    const { clock, machine, firmware } = this.#options
    const nowMs = clock.nowMs()
    this.#timer = clock.after(SAMPLE_PERIOD_MS, () => this.#sample())
    machine.runMinutes(nowMs - SAMPLE_PERIOD_MS, 1, firmware.condition())
    this.#sequence += 1
    const host = this.#host as MonitorHost
    const firmwareState = host.firmwareState()
    if (firmwareState === undefined) return // between two versions there is nothing to report on
    const reported = this.documentAt(nowMs, firmwareState.version)
    // QoS 0: the counters are cumulative, so a lost sample loses nothing.
    const isSent = host.publish(this.#topic, { state: { reported } }, 0)
    if (isSent && firmwareState.state === 'RUNNING') this.#noteHealthy(firmwareState.version)
    this.#before = countersOf(machine, firmware.crashes)
  }

  #noteHealthy(version: string): void {
    const { trace, thing, firmware } = this.#options
    if (this.#healthyBootId === firmware.bootId) return
    this.#healthyBootId = firmware.bootId
    trace.record(`core/${thing}`, { kind: 'device-healthy', thing, version, bootId: firmware.bootId })
  }
}
