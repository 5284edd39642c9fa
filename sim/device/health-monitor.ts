import {
  type ComponentState,
  HEALTH_SHADOW,
  type HealthReportV1,
  type HealthReportV2,
  SAMPLE_PERIOD_MS,
  shadowTopic,
} from '../../controller/contract.ts'
import { type Clock, Priority, type Timer } from '../kernel/clock.ts'
import type { Trace } from '../kernel/trace.ts'
import { HEALTHY } from '../plant/condition.ts'
import type { Machine } from '../plant/machine.ts'
import type { StationMetrics } from '../plant/station-metrics.ts'
import type { ComponentRuntime, ScriptRun } from './component-runtime.ts'
import type { Firmware } from './firmware.ts'
import { type CounterValues, countersOf, gaugesOf, inVersion1, metricsOf, shadowUpdate } from './health-document.ts'
import { untilNextSampleMs } from './sample-phase.ts'

export interface HealthMonitorOptions {
  readonly thing: string
  readonly machine: Machine
  readonly firmware: Firmware
  readonly clock: Clock
  readonly trace: Trace
  /** Second of the minute at which this device samples, in milliseconds. */
  readonly phaseMs: number
  /** Document version that a firmware version writes. [source: shadow-versions] */
  readonly schemaOf: (firmwareVersion: string) => '1.0' | '2.0'
}

/** What the monitor needs of its nucleus, which is created after it. */
export interface MonitorHost {
  firmwareState(): { readonly version: string; readonly state: ComponentState } | undefined
  publish(topic: string, payload: object, qos: 0 | 1): boolean
  readonly online: boolean
  /**
   * Accepts several samples with the document of the last one, where no client has read the others; null: each sample is
   * published.
   */
  readonly absorb: ((samples: DeferredSamples) => void) | null
  /** False while every sample must be published, because some may be lost. */
  readonly mayDefer: boolean
}

/** Consecutive samples whose documents were not created, because each replaces the one before. */
export interface DeferredSamples {
  readonly count: number
  /** What the last one updates `state.reported` with. */
  readonly last: object
  /** True time of the last one; its document has the device's time. */
  readonly atMs: number
}

export type HealthReport = HealthReportV1 | HealthReportV2

/**
 * The health component next to the firmware: samples every 60 s and reports to the `health` shadow.
 * [source: health-component, health-metrics]
 *
 * Where the host absorbs samples, a steady device (connected, firmware RUNNING and known to be healthy) has no timer: its
 * minutes are simulated when its shadow is read, or before anything of it changes. The numbers are the same.
 */
export class HealthMonitor implements ComponentRuntime {
  readonly #thing: string
  readonly #machine: Machine
  readonly #firmware: Firmware
  readonly #clock: Clock
  readonly #trace: Trace
  readonly #schemaOf: HealthMonitorOptions['schemaOf']
  readonly #topic: string
  readonly #phaseMs: number
  readonly #takeSample = (): void => this.#sample()
  #host: MonitorHost | null = null
  #timer: Timer | null = null
  #sequence = 0
  #sampledAtMs = 0
  /** Counters one sample before the last one, for version 1.0, which reports one minute. */
  #before: CounterValues
  #crashesSampled = 0
  /** Boot id whose first healthy sample has been seen. */
  #healthyBootId: string | null = null
  /** Firmware version of a steady device; null while it is not steady. */
  #steadyVersion: string | null = null
  /** Sequence number of the document in the shadow of a steady device. */
  #absorbedSequence = 0
  #lastReport: HealthReport | null = null

  constructor(options: HealthMonitorOptions) {
    this.#thing = options.thing
    this.#machine = options.machine
    this.#firmware = options.firmware
    this.#clock = options.clock
    this.#trace = options.trace
    this.#schemaOf = options.schemaOf
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

  /** Simulates minutes without messages, as before the rehearsal; the machine runs healthy. */
  passHistory(fromMs: number, toMs: number, version: string): void {
    const count = Math.ceil((toMs - fromMs - this.#phaseMs) / SAMPLE_PERIOD_MS)
    if (count <= 0) return
    const firstMs = fromMs + this.#phaseMs - SAMPLE_PERIOD_MS
    if (this.#schemaOf(version) === '1.0') {
      this.#machine.runMinutes(firstMs, count - 1, HEALTHY)
      this.#before = countersOf(this.#machine, 0)
      this.#machine.runMinutes(firstMs + (count - 1) * SAMPLE_PERIOD_MS, 1, HEALTHY)
    } else this.#machine.runMinutes(firstMs, count, HEALTHY)
    this.#sequence += count
  }

  /** The document that the shadow would have held at `atMs`, before the rehearsal. */
  historyDocument(atMs: number, version: string): HealthReport {
    return this.#document(version, 'RUNNING', atMs, true)
  }

  /**
   * The end of the last minute until `toMs`, in whole minutes before it, whose sample reached the cloud; null if there is
   * none since `fromMs`. `isSilent` tells the minutes since the epoch whose samples did not.
   */
  lastSentMs(fromMs: number, toMs: number, isSilent: (minute: number) => boolean): number | null {
    for (let endMs = toMs; endMs > fromMs; endMs -= SAMPLE_PERIOD_MS) {
      const sampledAtMs = endMs - SAMPLE_PERIOD_MS + this.#phaseMs
      if (!isSilent(Math.floor(sampledAtMs / SAMPLE_PERIOD_MS))) return endMs
    }
    return null
  }

  /** What the shadow holds at the start of the rehearsal, where the device cannot report for some time. */
  assumeReported(report: HealthReport): void {
    this.#lastReport = report
  }

  /** The last document that reached the shadow, or would have if a client had read it; null before the first. */
  report(): HealthReport | null {
    if (this.#steadyVersion === null) return this.#lastReport
    this.#catchUp(this.#steadyVersion)
    return this.#steadyDocument(this.#steadyVersion)
  }

  /** The plant's own metrics up to now; null where there are none. */
  ownMetrics(): StationMetrics | null {
    if (this.#steadyVersion !== null) this.#catchUp(this.#steadyVersion)
    return this.#machine.ownMetrics
  }

  /** Writes the deferred samples to the shadow. */
  settle(): void {
    if (this.#steadyVersion === null) return
    this.#catchUp(this.#steadyVersion)
    const count = this.#sequence - this.#absorbedSequence
    if (count === 0) return
    this.#absorbedSequence = this.#sequence
    const last = this.#updateOf(this.#steadyDocument(this.#steadyVersion))
    this.#host?.absorb?.({ count, last, atMs: this.#sampledAtMs })
  }

  /** Something of the device is about to change: simulates the minutes until now and samples by timer again. */
  unsettle(): void {
    if (this.#steadyVersion === null) return
    this.settle()
    this.#lastReport = this.#steadyDocument(this.#steadyVersion)
    this.#steadyVersion = null
    this.#scheduleSample()
  }

  #scheduleSample(): void {
    const delayMs = untilNextSampleMs(this.#clock, this.#phaseMs)
    this.#timer = this.#clock.after(delayMs, this.#takeSample, Priority.sample)
  }

  #sample(): void {
    const nowMs = this.#clock.nowMs()
    const host = this.#host as MonitorHost
    const firmwareState = host.firmwareState()
    this.#simulate(nowMs, 1, firmwareState?.version)
    const isSent = firmwareState !== undefined && this.#send(host, firmwareState) // between two versions there is no state
    if (isSent && firmwareState.state === 'RUNNING') {
      this.#noteHealthy(firmwareState.version)
      if (host.absorb !== null && host.mayDefer) {
        this.#steadyVersion = firmwareState.version
        this.#absorbedSequence = this.#sequence
        this.#timer = null
        return
      }
    }
    this.#scheduleSample()
  }

  #send(host: MonitorHost, { version, state }: { readonly version: string; readonly state: ComponentState }): boolean {
    const reported = this.#document(version, state, this.#sampledAtMs, host.online)
    // QoS 0: the counters are cumulative, so a lost sample loses nothing.
    const isSent = host.publish(this.#topic, { state: { reported: this.#updateOf(reported) } }, 0)
    if (isSent) this.#lastReport = reported
    return isSent
  }

  #updateOf(report: HealthReport): object {
    return shadowUpdate(report, this.#machine.ownMetrics?.missing ?? [])
  }

  /** Samples of the present millisecond count from the sample phase on. */
  #catchUp(version: string): void {
    const dueMs = this.#clock.phase() >= Priority.sample ? this.#clock.nowMs() : this.#clock.nowMs() - 1
    const count = Math.floor((dueMs - this.#sampledAtMs) / SAMPLE_PERIOD_MS)
    if (count > 0) this.#simulate(this.#sampledAtMs + count * SAMPLE_PERIOD_MS, count, version)
  }

  /** Simulates `count` minutes, the last of which ends with the sample at `sampledAtMs`. */
  #simulate(sampledAtMs: number, count: number, version: string | undefined): void {
    const fromMs = sampledAtMs - count * SAMPLE_PERIOD_MS
    if (version !== undefined && this.#schemaOf(version) === '1.0') {
      this.#runMinutes(fromMs, count - 1)
      this.#before = countersOf(this.#machine, this.#crashesSampled)
      this.#runMinutes(sampledAtMs - SAMPLE_PERIOD_MS, 1)
    } else this.#runMinutes(fromMs, count)
    this.#sequence += count
    this.#sampledAtMs = sampledAtMs
    this.#crashesSampled = this.#firmware.crashes
  }

  #runMinutes(fromMs: number, count: number): void {
    const step = this.#firmware.isSteady ? count : 1
    for (let done = 0; done < count; done += step) {
      const atMs = fromMs + done * SAMPLE_PERIOD_MS
      this.#machine.runMinutes(atMs, step, this.#firmware.conditionAt(atMs + SAMPLE_PERIOD_MS))
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
    const report: HealthReportV2 = {
      schema: '2.0',
      line: this.#machine.line,
      firmwareVersion,
      componentState,
      bootId: this.#firmware.bootId,
      sequence: this.#sequence,
      sampledAtMs: sampledAtMs + this.#firmware.clockOffsetMs(sampledAtMs),
      counters: countersOf(this.#machine, this.#firmware.crashes),
      gauges: gaugesOf(this.#machine, this.#firmware.uptimeS(sampledAtMs), connected, this.#firmware.diskFreeMiB),
      ...metricsOf(this.#machine),
    }
    return this.#schemaOf(firmwareVersion) === '2.0' ? report : inVersion1(report, this.#before)
  }

  #noteHealthy(version: string): void {
    if (this.#healthyBootId === this.#firmware.bootId) return
    this.#healthyBootId = this.#firmware.bootId
    this.#trace.record(`core/${this.#thing}`, {
      kind: 'device-healthy',
      thing: this.#thing,
      version,
      bootId: this.#firmware.bootId,
    })
  }
}
