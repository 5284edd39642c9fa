import { FIRMWARE_COMPONENT, STAGES, type StageName } from '../../controller/contract.ts'
import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { textOf } from '../messages/registry.ts'
import { notificationsOf } from '../run/notifications.ts'
import {
  type DashboardState,
  DEVICE_CODES,
  type DeviceCode,
  type FaultRow,
  type LegsState,
  type MetricSeries,
  type StageRow,
  type VerdictState,
} from './state.ts'

/** What is known of one device. */
interface Device {
  readonly line: number
  readonly stage: StageName
  isNew: boolean
  isHealthy: boolean
  hasCrashed: boolean
  isConnected: boolean
  /** Works on a deployment: of the release, or of the way back. */
  task: 'release' | 'back' | null
  newSinceMs: number | null
}

/** The way back of one device. */
interface RollbackProgress {
  receivedAtMs: number | null
  revertedAtMs: number | null
  healthyAtMs: number | null
}

const MAX_POINTS = 120
const MAX_LOG = 60
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/** What the clock of the run adds to the trace. */
export interface Ticking {
  readonly nowMs: number
  readonly speedup: number
  readonly pace: string
  readonly outcome: string | null
}

/** Folds a growing trace, record by record, into what the dashboard shows. */
export class LiveFold {
  readonly #header: TraceHeader
  readonly #devices = new Map<string, Device>()
  readonly #lines = new Map<number, string[]>()
  readonly #deployments = new Map<string, { stage: StageName; isRelease: boolean }>()
  readonly #stages = new Map<StageName, { state: StageRow['state']; soakingSinceMs: number | null }>()
  readonly #series = new Map<string, { metric: string; limit: number; points: [number, number][]; skip: number }>()
  readonly #faults = new Map<number, { kind: string; onsetAtMs: number; devices: number }>()
  readonly #ways = new Map<string, RollbackProgress>()
  readonly #exposed = new Set<string>()
  readonly #log: { atMs: number; text: string }[] = []
  readonly #steps: [number, number][] = []
  #verdict: VerdictState | null = null
  #detectedAtMs: number | null = null
  #exposedMs = 0
  #isOver = false
  /** When a crash was last written to the log. */
  #crashLoggedAtMs: number | null = null

  constructor(header: TraceHeader) {
    this.#header = header
    for (const stage of STAGES) {
      this.#stages.set(stage, { state: 'ahead', soakingSinceMs: null })
      for (const thing of header.stages[stage]) {
        const line = header.lines[thing] as number
        this.#devices.set(thing, {
          line,
          stage,
          isNew: false,
          isHealthy: true,
          hasCrashed: false,
          isConnected: true,
          task: null,
          newSinceMs: null,
        })
      }
    }
    for (const [thing, line] of Object.entries(header.lines)) {
      const things = this.#lines.get(line) ?? []
      this.#lines.set(line, [...things, thing])
    }
  }

  take(record: TraceRecord): void {
    switch (record.kind) {
      case 'deployment-created':
        return this.#created(record)
      case 'evaluated':
        return this.#evaluated(record)
      case 'rollout-started':
        return this.#rolloutStarted(record)
      case 'fault-started':
        return this.#faultStarted(record)
      case 'intervention':
        // What was called is told with its answer.
        if (record.act === 'fault') this.#say(record.atMs, `fault ${record.what}`)
        return
      case 'operation':
        return this.#say(
          record.atMs,
          `${record.operation} by ${record.actor}${RESULTS[record.result]}: ${textOf(record.answer)}`,
        )
      case 'message-published':
        for (const { atMs, subject } of notificationsOf([record])) this.#say(atMs, `notified: ${subject}`)
        return
      case 'handler-failed':
        return this.#say(record.atMs, `${record.handler} failed: ${record.error}`)
      case 'device-connected':
      case 'device-disconnected':
      case 'deployment-received':
      case 'deployment-finished':
      case 'firmware-started':
      case 'firmware-crashed':
      case 'device-healthy':
      case 'component-state':
        return this.#ofDevice(record)
    }
  }

  state({ nowMs, speedup, pace, outcome }: Ticking): DashboardState {
    const header = this.#header
    if (outcome !== null && !this.#isOver) {
      this.#isOver = true
      this.#say(nowMs, `the rehearsal has ended: ${outcome}`)
    }
    return {
      scenario: header.scenario,
      seed: header.seed,
      level: header.level,
      profile: header.profile,
      windowHours: header.windowHours,
      zone: header.zone,
      release: header.release.version,
      replaces: header.release.replaces,
      nowMs,
      startedAtMs: header.startedAtMs,
      speedup,
      pace,
      map: [...this.#lines].map(([line, things]) => ({
        line,
        things,
        codes: things.map((thing) => this.#code(thing)).join(''),
      })),
      stages: STAGES.map((name) => this.#stageRow(name)),
      verdict: this.#verdict,
      series: [...this.#series].map(
        ([rule, { metric, limit, points }]): MetricSeries => ({ rule, metric, limit, points }),
      ),
      faults: [...this.#faults.values()].map((fault): FaultRow => ({ ...fault })),
      legs: this.#legs(),
      exposure: { devices: this.#exposed.size, deviceHours: this.#deviceHours(nowMs), steps: this.#steps },
      log: this.#log,
      outcome,
    }
  }

  #created({ deploymentId, target, components, atMs }: Extract<TraceRecord, { kind: 'deployment-created' }>): void {
    const stage = STAGES.find((name) => name === target)
    if (stage === undefined) return
    const { version, replaces } = this.#header.release
    const isRelease = Object.values(components).includes(version)
    this.#deployments.set(deploymentId, { stage, isRelease })
    if (!isRelease && this.#exposed.size > 0) this.#detectedAtMs ??= atMs
    this.#say(atMs, isRelease ? `${version} deployed to ${stage}` : `${stage} is sent back to ${replaces}`)
  }

  #rolloutStarted({ atMs, stage, reason }: Extract<TraceRecord, { kind: 'rollout-started' }>): void {
    this.#verdict = { atMs, kind: 'none', decision: 'start', reason: textOf(reason), findings: [] }
    const own = this.#stages.get(stage)
    if (own !== undefined) own.state = 'waiting'
  }

  #evaluated(record: Extract<TraceRecord, { kind: 'evaluated' }>): void {
    const { atMs, stage, state, verdict: kind, decision, findings } = record
    const reason = textOf(record.reason)
    if (kind !== 'none' || this.#verdict === null) this.#verdict = { atMs, kind, decision, reason, findings }
    else this.#verdict = { ...this.#verdict, decision, reason }
    for (const { rule, metric, observed, limit, line, thing } of findings) {
      const isOfStage = line === undefined && thing === undefined
      if (observed !== null && (isOfStage || !this.#series.has(rule))) this.#plot(rule, metric, limit, atMs, observed)
    }
    if (decision !== 'wait') this.#say(atMs, `${stage ?? ''}: ${decision}: ${reason}`)
    const own = stage === null ? undefined : this.#stages.get(stage)
    if (own === undefined) return
    if (decision === 'soak') own.soakingSinceMs = atMs
    own.state = stageState(state, decision)
    if (own.state === 'promoted') own.soakingSinceMs = null
    if (own.state !== 'rolling back' && own.state !== 'rolled back') return
    for (const [name, one] of this.#stages) {
      if (one.state !== 'ahead' && name !== stage) one.state = own.state
      one.soakingSinceMs = null
    }
  }

  /** Keeps at most so many points; when full every other one goes, and new ones come half as often. */
  #plot(rule: string, metric: string, limit: number, atMs: number, observed: number): void {
    const known = this.#series.get(rule)
    if (known === undefined) {
      this.#series.set(rule, { metric, limit, points: [[atMs, observed]], skip: 0 })
      return
    }
    known.limit = limit
    const [lastMs] = known.points.at(-1) as [number, number]
    if (atMs - lastMs < known.skip) return
    known.points.push([atMs, observed])
    if (known.points.length <= MAX_POINTS) return
    known.points = known.points.filter((_, index) => index % 2 === 0)
    known.skip = ((known.points[1] as [number, number])[0] - (known.points[0] as [number, number])[0]) * 0.99
  }

  #faultStarted({ fault, faultKind, thing, atMs }: Extract<TraceRecord, { kind: 'fault-started' }>): void {
    const known = this.#faults.get(fault)
    if (known !== undefined) known.devices += 1
    else {
      this.#faults.set(fault, { kind: faultKind, onsetAtMs: atMs, devices: 1 })
      this.#say(atMs, `fault: ${faultKind} begins on ${thing}`)
    }
  }

  #ofDevice(record: Extract<TraceRecord, { thing: string }>): void {
    const device = this.#devices.get(record.thing)
    if (device === undefined) return
    const way = this.#ways.get(record.thing)
    const { atMs } = record
    switch (record.kind) {
      case 'device-connected':
        device.isConnected = true
        return
      case 'device-disconnected':
        device.isConnected = false
        return
      case 'deployment-received': {
        const deployment = this.#deployments.get(record.deploymentId)
        device.task = deployment === undefined ? null : deployment.isRelease ? 'release' : 'back'
        if (device.task === 'back' && way !== undefined) way.receivedAtMs ??= atMs
        return
      }
      case 'deployment-finished':
        device.task = null
        return
      case 'firmware-started':
        return this.#started(record.thing, device, record.version === this.#header.release.version, atMs)
      case 'firmware-crashed':
        device.hasCrashed = true
        if (this.#isNewBurst(atMs)) this.#say(atMs, `${record.thing} crashed: ${textOf(record.reason)}`)
        return
      case 'device-healthy':
        device.isHealthy = true
        device.hasCrashed = false
        if (!device.isNew && way !== undefined) way.healthyAtMs ??= atMs
        return
      case 'component-state':
        if (record.component === FIRMWARE_COMPONENT && record.state === 'BROKEN') device.hasCrashed = true
        return
    }
  }

  #started(thing: string, device: Device, isNew: boolean, atMs: number): void {
    if (isNew && !this.#exposed.has(thing)) {
      this.#exposed.add(thing)
      this.#stepUp(atMs)
      this.#ways.set(thing, { receivedAtMs: null, revertedAtMs: null, healthyAtMs: null })
    }
    if (isNew) device.newSinceMs ??= atMs
    else if (device.newSinceMs !== null) {
      this.#exposedMs += atMs - device.newSinceMs
      device.newSinceMs = null
      const way = this.#ways.get(thing)
      if (way !== undefined) way.revertedAtMs ??= atMs
    }
    device.isNew = isNew
    device.isHealthy = false
    device.hasCrashed = false
  }

  /** Devices that come within a minute make one step. */
  #stepUp(atMs: number): void {
    const last = this.#steps.at(-1)
    if (last !== undefined && atMs - last[0] < MINUTE_MS) last[1] = this.#exposed.size
    else this.#steps.push([atMs, this.#exposed.size])
  }

  /** One line for a burst of crashes, so that the log is not flooded by them. */
  #isNewBurst(atMs: number): boolean {
    const beforeMs = this.#crashLoggedAtMs
    if (beforeMs !== null && atMs - beforeMs <= MINUTE_MS) return false
    this.#crashLoggedAtMs = atMs
    return true
  }

  #code(thing: string): DeviceCode {
    const device = this.#devices.get(thing)
    if (device === undefined) return DEVICE_CODES.old
    if (device.hasCrashed) return DEVICE_CODES.crashed
    if (!device.isConnected) return DEVICE_CODES.offline
    if (device.task === 'back') return DEVICE_CODES.reverting
    if (device.task === 'release') return DEVICE_CODES.installing
    if (!device.isHealthy) return DEVICE_CODES.starting
    return device.isNew ? DEVICE_CODES.new : DEVICE_CODES.old
  }

  #stageRow(name: StageName): StageRow {
    const own = [...this.#devices.values()].filter(({ stage }) => stage === name)
    const { state, soakingSinceMs } = this.#stages.get(name) as {
      state: StageRow['state']
      soakingSinceMs: number | null
    }
    const running = own.filter(({ isNew }) => isNew)
    return {
      name,
      devices: own.length,
      running: running.length,
      healthy: running.filter(({ isHealthy, hasCrashed }) => isHealthy && !hasCrashed).length,
      state,
      soakingSinceMs,
    }
  }

  #legs(): LegsState | null {
    if (this.#detectedAtMs === null) return null
    const detectedAtMs = this.#detectedAtMs
    const ways = [...this.#ways.values()]
    const leg = (from: (way: RollbackProgress) => number | null, to: (way: RollbackProgress) => number | null) => {
      const minutes = ways.flatMap((way) => {
        const [fromMs, toMs] = [from(way), to(way)]
        return fromMs === null || toMs === null ? [] : [Math.max(toMs - fromMs, 0) / 60_000]
      })
      return { count: minutes.length, slowestMinutes: Math.max(0, ...minutes) }
    }
    const onsetAtMs = this.#faults.values().next().value?.onsetAtMs ?? null
    const healthy = ways.flatMap(({ healthyAtMs }) => (healthyAtMs === null ? [] : [healthyAtMs]))
    return {
      detectedAtMs,
      devices: ways.length,
      received: leg(
        () => detectedAtMs,
        ({ receivedAtMs }) => receivedAtMs,
      ),
      reverted: leg(
        ({ receivedAtMs }) => receivedAtMs,
        ({ revertedAtMs }) => revertedAtMs,
      ),
      healthy: {
        count: healthy.length,
        sinceOnsetMinutes:
          onsetAtMs === null || healthy.length === 0 ? null : (Math.max(...healthy) - onsetAtMs) / 60_000,
      },
    }
  }

  #deviceHours(nowMs: number): number {
    let ms = this.#exposedMs
    for (const { newSinceMs } of this.#devices.values()) if (newSinceMs !== null) ms += nowMs - newSinceMs
    return ms / HOUR_MS
  }

  #say(atMs: number, text: string): void {
    this.#log.push({ atMs, text })
    if (this.#log.length > MAX_LOG) this.#log.shift()
  }
}

/** What came of an operation, where it was not simply done. */
const RESULTS: Readonly<Record<string, string>> = { accepted: '', repeated: ', as before', refused: ' REFUSED' }

/** The stage's own word for what the rollout does with it. */
function stageState(state: string, decision: string): StageRow['state'] {
  if (decision === 'promote' || decision === 'complete' || state === 'completed') return 'promoted'
  if (state === 'rolling-back') return 'rolling back'
  if (state === 'rolled-back') return 'rolled back'
  return state === 'deploying' || state === 'soaking' || state === 'halted' ? state : 'waiting'
}
