import {
  type ComponentState,
  HEALTH_SHADOW,
  type HealthReportV1,
  type HealthReportV2,
  SAMPLE_PERIOD_MS,
  shadowTopic,
} from '../../controller/contract.ts'
import { type Clock, Priority, type Timer } from '../clock.ts'
import { HEALTHY, type Machine } from '../plant/machine.ts'
import type { Trace } from '../trace.ts'
import type { ComponentRuntime, ScriptRun } from './component-runtime.ts'
import type { Firmware } from './firmware.ts'
import { type CounterValues, countersOf, gaugesOf, inVersion1 } from './health-document.ts'

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
  /**
   * Takes samples that nobody has read together, the last one's document for all of them; null: each is published by
   * itself.
   */
  readonly absorb: ((samples: DeferredSamples) => void) | null
  /** False while every sample must go out by itself, because not all of them arrive. */
  readonly mayDefer: boolean
}

/** Samples in a row whose documents were not made, because each replaces the one before. */
export interface DeferredSamples {
  readonly count: number
  readonly last: HealthReport
  /** True time of the last one, whatever its document says. */
  readonly atMs: number
}

export type HealthReport = HealthReportV1 | HealthReportV2

/**
 * The health component beside the firmware: samples every 60 s and reports to the `health` shadow. [seed]
 *
 * Where the host absorbs samples, a device that is steady (connected, firmware RUNNING and known to be healthy) has no
 * timer: its minutes pass when somebody reads, or just before anything of it changes. The numbers are the same.
 */
export class HealthMonitor implements ComponentRuntime {
  readonly #options: HealthMonitorOptions
  readonly #topic: string
  readonly #phaseMs: number
  readonly #takeSample = (): void => this.#sample()
  #host: MonitorHost | null = null
  #timer: Timer | null = null
  #sequence = 0
  #sampledAtMs = 0
  /** Counters one sample before the last one, for version 1.0, which counts a minute. */
  #before: CounterValues
  #crashesSampled = 0
  /** Boot id whose first healthy sample has been seen. */
  #healthyBootId: string | null = null
  /** Set while the device is steady: its version, and the sequence that its shadow has seen. */
  #steady: { readonly version: string; absorbedSequence: number } | null = null
  #lastReport: HealthReport | null = null

  constructor(options: HealthMonitorOptions) {
    this.#options = options
    this.#topic = `${shadowTopic(options.thing, HEALTH_SHADOW)}/update`
    this.#phaseMs = options.phaseMs
    this.#before = countersOf(options.machine, 0)
    options.firmware.onBeforeChange(() => this.unsettle())
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
    this.#scheduleSample()
  }

  stopped(): void {
    this.unsettle()
    this.#timer?.cancel()
    this.#timer = null
  }

  /** Lets minutes pass without a word, as before the rehearsal; the machine runs healthy. */
  passHistory(fromMs: number, toMs: number, version: string): void {
    const { machine, schemaOf } = this.#options
    const count = Math.ceil((toMs - fromMs - this.#phaseMs) / SAMPLE_PERIOD_MS)
    if (count <= 0) return
    const firstMs = fromMs + this.#phaseMs - SAMPLE_PERIOD_MS
    if (schemaOf(version) === '1.0') {
      machine.runMinutes(firstMs, count - 1, HEALTHY)
      this.#before = countersOf(machine, 0)
      machine.runMinutes(firstMs + (count - 1) * SAMPLE_PERIOD_MS, 1, HEALTHY)
    } else machine.runMinutes(firstMs, count, HEALTHY)
    this.#sequence += count
  }

  /** The document as it stands: what a reader of the shadow would have seen at `atMs`, before the rehearsal. */
  historyDocument(atMs: number, version: string): HealthReport {
    return this.#document(version, 'RUNNING', atMs, true)
  }

  /** The last document that reached the shadow, or would have if anybody had read it; null before the first. */
  report(): HealthReport | null {
    if (this.#steady === null) return this.#lastReport
    this.#catchUp(this.#steady.version)
    return this.#steadyDocument(this.#steady.version)
  }

  /** Brings the samples that nobody has read yet to the shadow. */
  settle(): void {
    if (this.#steady === null) return
    this.#catchUp(this.#steady.version)
    const count = this.#sequence - this.#steady.absorbedSequence
    if (count === 0) return
    this.#steady.absorbedSequence = this.#sequence
    this.#host?.absorb?.({ count, last: this.#steadyDocument(this.#steady.version), atMs: this.#sampledAtMs })
  }

  /** Something of the device is about to change: what was steady is brought up to now, and the timer takes over. */
  unsettle(): void {
    if (this.#steady === null) return
    this.settle()
    this.#lastReport = this.#steadyDocument(this.#steady.version)
    this.#steady = null
    this.#scheduleSample()
  }

  #scheduleSample(): void {
    const { clock } = this.#options
    const nowMs = clock.nowMs()
    const sinceMs = (((nowMs - this.#phaseMs) % SAMPLE_PERIOD_MS) + SAMPLE_PERIOD_MS) % SAMPLE_PERIOD_MS
    const isNow = sinceMs === 0 && clock.turn() < Priority.sample
    const delayMs = isNow ? 0 : SAMPLE_PERIOD_MS - sinceMs
    this.#timer = clock.after(delayMs, this.#takeSample, Priority.sample)
  }

  #sample(): void {
    const nowMs = this.#options.clock.nowMs()
    const host = this.#host as MonitorHost
    const firmwareState = host.firmwareState()
    this.#live(nowMs, 1, firmwareState?.version)
    const isSent = firmwareState !== undefined && this.#send(host, firmwareState) // between two versions there is nothing
    if (isSent && firmwareState.state === 'RUNNING') {
      this.#noteHealthy(firmwareState.version)
      if (host.absorb !== null && host.mayDefer) {
        this.#steady = { version: firmwareState.version, absorbedSequence: this.#sequence }
        this.#timer = null
        return
      }
    }
    this.#scheduleSample()
  }

  #send(host: MonitorHost, { version, state }: { readonly version: string; readonly state: ComponentState }): boolean {
    const reported = this.#document(version, state, this.#sampledAtMs, host.online)
    // QoS 0: the counters are cumulative, so a lost sample loses nothing.
    const isSent = host.publish(this.#topic, { state: { reported } }, 0)
    if (isSent) this.#lastReport = reported
    return isSent
  }

  /** Samples of this very millisecond count once their turn has come. */
  #catchUp(version: string): void {
    const { clock } = this.#options
    const dueMs = clock.turn() >= Priority.sample ? clock.nowMs() : clock.nowMs() - 1
    const count = Math.floor((dueMs - this.#sampledAtMs) / SAMPLE_PERIOD_MS)
    if (count > 0) this.#live(this.#sampledAtMs + count * SAMPLE_PERIOD_MS, count, version)
  }

  /** Lets `count` minutes pass, the last of which ends with the sample at `sampledAtMs`. */
  #live(sampledAtMs: number, count: number, version: string | undefined): void {
    const { machine, firmware, schemaOf } = this.#options
    const fromMs = sampledAtMs - count * SAMPLE_PERIOD_MS
    if (version !== undefined && schemaOf(version) === '1.0') {
      this.#pass(fromMs, count - 1)
      this.#before = countersOf(machine, this.#crashesSampled)
      this.#pass(sampledAtMs - SAMPLE_PERIOD_MS, 1)
    } else this.#pass(fromMs, count)
    this.#sequence += count
    this.#sampledAtMs = sampledAtMs
    this.#crashesSampled = firmware.crashes
  }

  #pass(fromMs: number, count: number): void {
    const { machine, firmware } = this.#options
    const step = firmware.isEven ? count : 1
    for (let done = 0; done < count; done += step) {
      const atMs = fromMs + done * SAMPLE_PERIOD_MS
      machine.runMinutes(atMs, step, firmware.conditionAt(atMs + SAMPLE_PERIOD_MS))
    }
  }

  #steadyDocument(version: string): HealthReport {
    return this.#document(version, 'RUNNING', this.#sampledAtMs, true)
  }

  #document(
    firmwareVersion: string,
    componentState: ComponentState,
    sampledAtMs: number,
    connected: boolean,
  ): HealthReport {
    const { machine, firmware, schemaOf } = this.#options
    const report: HealthReportV2 = {
      schema: '2.0',
      line: machine.line,
      firmwareVersion,
      componentState,
      bootId: firmware.bootId,
      sequence: this.#sequence,
      sampledAtMs: sampledAtMs + firmware.clockOffsetMs(sampledAtMs),
      counters: countersOf(machine, firmware.crashes),
      gauges: gaugesOf(machine, firmware.uptimeS(sampledAtMs), connected, firmware.diskFreeMiB),
    }
    return schemaOf(firmwareVersion) === '2.0' ? report : inVersion1(report, this.#before)
  }

  #noteHealthy(version: string): void {
    const { trace, thing, firmware } = this.#options
    if (this.#healthyBootId === firmware.bootId) return
    this.#healthyBootId = firmware.bootId
    trace.record(`core/${thing}`, { kind: 'device-healthy', thing, version, bootId: firmware.bootId })
  }
}
