import type { DownloadFailure, Outage } from '../faults/families/process-fault.ts'
import type { ComponentVersions } from './component-set.ts'
import type { DeviceFault, DeviceFaults } from './device-faults.ts'

/** A download under the faults of the device. */
export interface FaultyDownload {
  /** It never ends. */
  readonly hangs: boolean
  /** Called in the middle of it; null if nothing happens then. */
  readonly onHalf: (() => void) | null
  /** Where it may fail, by the number of attempts before the check: 0 before the first. */
  readonly checks: readonly { readonly attempts: number; failure(): DownloadFailure | null }[]
}

/** The faults on deployments that install a version which a fault acts on. */
export class DeploymentFaults {
  readonly #faults: DeviceFaults
  readonly #component: string
  readonly #onOutage: (outage: Outage) => void

  /** The faults select by the versions of `component`. */
  constructor(faults: DeviceFaults, component: string, onOutage: (outage: Outage) => void) {
    this.#faults = faults
    this.#component = component
    this.#onOutage = onOutage
  }

  /** Whether the device rejects the deployment. */
  rejects(wanted: ComponentVersions): boolean {
    const [rejecting] = this.#acting(wanted, ({ fault }) => fault.rejects === true)
    if (rejecting !== undefined) this.#faults.recordOnset(rejecting)
    return rejecting !== undefined
  }

  download(wanted: ComponentVersions): FaultyDownload {
    const [hanging] = this.#acting(wanted, ({ fault }) => fault.hangsIn === 'download')
    const [failingPower] = this.#acting(wanted, (one) => {
      return one.fault.outageIn?.step === 'download' && !this.#faults.hasStarted(one)
    })
    const failing = this.#acting(wanted, ({ fault }) => fault.download !== undefined)
    if (hanging !== undefined) this.#faults.recordOnset(hanging)
    return {
      hangs: hanging !== undefined,
      onHalf: failingPower === undefined ? null : () => this.#beginOutage(failingPower),
      checks: failing.flatMap((one) => this.#checksOf(one)).sort((a, b) => a.attempts - b.attempts),
    }
  }

  /** Whether replaced artifacts are deleted after a deployment. */
  prunes(wanted: ComponentVersions): boolean {
    const [pruning] = this.#acting(wanted, ({ fault }) => fault.prunesArtifacts === true)
    if (pruning !== undefined) this.#faults.recordOnset(pruning)
    return pruning !== undefined
  }

  /** The onset is the first attempt, however many follow. */
  #checksOf(failing: DeviceFault): FaultyDownload['checks'] {
    const attempts = failing.fault.download?.attempts ?? 1
    const last = { attempts, failure: () => this.#failure(failing) }
    if (attempts <= 1) return [last]
    const first = (): null => {
      this.#faults.recordOnset(failing)
      return null
    }
    return [{ attempts: 1, failure: first }, last]
  }

  #failure(failing: DeviceFault): DownloadFailure | null {
    const failure = failing.fault.download?.failure(this.#faults.device) ?? null
    if (failure !== null) this.#faults.recordOnset(failing)
    return failure
  }

  #beginOutage(one: DeviceFault): void {
    if (one.fault.outageIn === undefined) return
    this.#faults.recordOnset(one)
    this.#onOutage(one.fault.outageIn)
  }

  #acting(wanted: ComponentVersions, isOfSort: (one: DeviceFault) => boolean): readonly DeviceFault[] {
    const version = wanted[this.#component]
    return version === undefined ? [] : this.#faults.active(version, isOfSort)
  }
}
