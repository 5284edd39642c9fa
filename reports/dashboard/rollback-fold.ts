import type { TraceHeader, TraceRecord } from '../../sim/kernel/trace-events.ts'
import { isForeignDeployment } from '../run/clients.ts'
import { bringsRelease } from '../run/deployments-by-direction.ts'
import type { LegsState } from './state.ts'

const MINUTE_MS = 60_000

/** The rollback of one device. */
interface Progress {
  receivedAtMs: number | null
  revertedAtMs: number | null
  healthyAtMs: number | null
}

/** The progress of a rollback, leg by leg, over all devices that have run the release. */
export class RollbackFold {
  readonly #header: TraceHeader
  readonly #byThing = new Map<string, Progress>()
  readonly #rollbacks = new Set<string>()
  #detectedAtMs: number | null = null

  constructor(header: TraceHeader) {
    this.#header = header
  }

  take(record: TraceRecord): void {
    if (isForeignDeployment(record)) return
    if (record.kind === 'deployment-created') return this.#created(record)
    if (record.kind === 'firmware-started') return this.#started(record)
    const progress = 'thing' in record && record.thing !== null ? this.#byThing.get(record.thing) : undefined
    if (progress === undefined) return
    if (record.kind === 'deployment-received' && this.#rollbacks.has(record.deploymentId))
      progress.receivedAtMs ??= record.atMs
    if (record.kind === 'device-healthy' && record.version !== this.#header.release.version)
      progress.healthyAtMs ??= record.atMs
  }

  /** Null before anything was rolled back. `onsetAtMs`: of the release's first fault. */
  legs(onsetAtMs: number | null): LegsState | null {
    if (this.#detectedAtMs === null) return null
    const detectedAtMs = this.#detectedAtMs
    const all = [...this.#byThing.values()]
    const healthyAtMs = all.flatMap((one) => (one.healthyAtMs === null ? [] : [one.healthyAtMs]))
    return {
      detectedAtMs,
      devices: all.length,
      received: legOf(all.map(({ receivedAtMs }) => [detectedAtMs, receivedAtMs])),
      reverted: legOf(all.map(({ receivedAtMs, revertedAtMs }) => [receivedAtMs, revertedAtMs])),
      healthy: {
        count: healthyAtMs.length,
        sinceOnsetMinutes:
          onsetAtMs === null || healthyAtMs.length === 0 ? null : (Math.max(...healthyAtMs) - onsetAtMs) / MINUTE_MS,
      },
    }
  }

  #created(record: Extract<TraceRecord, { kind: 'deployment-created' }>): void {
    if (!(record.target in this.#header.stages) || bringsRelease(this.#header, record)) return
    this.#rollbacks.add(record.deploymentId)
    if (this.#byThing.size > 0) this.#detectedAtMs ??= record.atMs
  }

  #started({ thing, version, atMs }: Extract<TraceRecord, { kind: 'firmware-started' }>): void {
    const known = this.#byThing.get(thing)
    if (version !== this.#header.release.version) {
      if (known !== undefined) known.revertedAtMs ??= atMs
    } else if (known === undefined) {
      this.#byThing.set(thing, { receivedAtMs: null, revertedAtMs: null, healthyAtMs: null })
    }
  }
}

/** Of the devices for which both instants are known; a device that reverted by itself took no time. */
function legOf(spans: readonly (readonly [fromMs: number | null, toMs: number | null])[]): LegsState['received'] {
  const minutes = spans.flatMap(([fromMs, toMs]) =>
    fromMs === null || toMs === null ? [] : [Math.max(toMs - fromMs, 0) / MINUTE_MS],
  )
  return { count: minutes.length, slowestMinutes: Math.max(0, ...minutes) }
}
