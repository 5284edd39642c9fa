import type { DownloadFailure, Outage } from '../faults/families/fault.ts'
import type { ComponentVersions } from './component-set.ts'
import type { DeviceFault, DeviceFaults } from './device-faults.ts'

/** What is the matter with a download. */
export interface TroubledDownload {
  /** It never ends. */
  readonly hangs: boolean
  /** In the middle of it; null where nothing happens. */
  readonly onHalf: (() => void) | null
  /** Where it may fail, by the number of attempts after which that shows: 0 before it begins. */
  readonly checks: readonly { readonly attempts: number; failure(): DownloadFailure | null }[]
}

/** What the injected faults make of deployments: those that bring a version which a fault acts on. */
export class DeploymentFaults {
  readonly #faults: DeviceFaults
  readonly #component: string
  readonly #onOutage: (outage: Outage) => void

  /** `component` is the one whose versions the faults select by. */
  constructor(faults: DeviceFaults, component: string, onOutage: (outage: Outage) => void) {
    this.#faults = faults
    this.#component = component
    this.#onOutage = onOutage
  }

  /** Whether the device refuses it. */
  rejects(wanted: ComponentVersions): boolean {
    const [rejecting] = this.#acting(wanted, ({ fault }) => fault.rejects === true)
    if (rejecting !== undefined) this.#faults.announce(rejecting)
    return rejecting !== undefined
  }

  download(wanted: ComponentVersions): TroubledDownload {
    const [hanging] = this.#acting(wanted, ({ fault }) => fault.hangsIn === 'download')
    const [leaving] = this.#acting(wanted, (one) => {
      return one.fault.outageIn?.step === 'download' && !this.#faults.hasStarted(one)
    })
    const failing = this.#acting(wanted, ({ fault }) => fault.download !== undefined)
    if (hanging !== undefined) this.#faults.announce(hanging)
    return {
      hangs: hanging !== undefined,
      onHalf: leaving === undefined ? null : () => this.#leave(leaving),
      checks: failing.flatMap((one) => this.#checksOf(one)).sort((a, b) => a.attempts - b.attempts),
    }
  }

  /** Whether what a deployment replaced is deleted after it. */
  prunes(wanted: ComponentVersions): boolean {
    const [pruning] = this.#acting(wanted, ({ fault }) => fault.prunesArtifacts === true)
    if (pruning !== undefined) this.#faults.announce(pruning)
    return pruning !== undefined
  }

  /** The device meets the fault in its first attempt, however often it tries. */
  #checksOf(failing: DeviceFault): TroubledDownload['checks'] {
    const attempts = failing.fault.download?.attempts ?? 1
    const last = { attempts, failure: () => this.#failure(failing) }
    if (attempts <= 1) return [last]
    const first = (): null => {
      this.#faults.announce(failing)
      return null
    }
    return [{ attempts: 1, failure: first }, last]
  }

  #failure(failing: DeviceFault): DownloadFailure | null {
    const failure = failing.fault.download?.failure(this.#faults.device) ?? null
    if (failure !== null) this.#faults.announce(failing)
    return failure
  }

  #leave(leaving: DeviceFault): void {
    if (leaving.fault.outageIn === undefined) return
    this.#faults.announce(leaving)
    this.#onOutage(leaving.fault.outageIn)
  }

  #acting(wanted: ComponentVersions, isOfSort: (one: DeviceFault) => boolean): readonly DeviceFault[] {
    const version = wanted[this.#component]
    return version === undefined
      ? []
      : this.#faults.of(version).filter((one) => isOfSort(one) && this.#faults.acts(one))
  }
}
