import type { ComponentVersions } from './component-set.ts'
import type { DeviceDeployment } from './deployment-document.ts'

/** The last deployment that the device applied for one target. */
interface Applied {
  readonly createdAtMs: number
  readonly components: ComponentVersions
  /** Null for what was installed before the rehearsal. */
  readonly configurationArn: string | null
}

/** The state of a device before a deployment. */
export interface DeviceState {
  readonly applied: ReadonlyMap<string, Applied>
  readonly components: ComponentVersions
}

/** What the device has applied, by target, and the state that its boot loader can fall back to. */
export class AppliedDeployments {
  #byTarget = new Map<string, Applied>()
  /** The state before the last deployment that changed anything. */
  #previous: DeviceState | null = null

  /** As installed before the rehearsal. */
  assume(target: string, components: ComponentVersions, createdAtMs: number): void {
    this.#byTarget.set(target, { components, createdAtMs, configurationArn: null })
  }

  /** Equal creation times are accepted. [source: stale-deployment] */
  isStale({ target, createdAtMs }: DeviceDeployment): boolean {
    return createdAtMs < (this.#byTarget.get(target)?.createdAtMs ?? 0)
  }

  add({ target, createdAtMs, components, configurationArn }: DeviceDeployment): void {
    this.#byTarget.set(target, { createdAtMs, components, configurationArn })
  }

  /** With the components that run now. */
  state(components: ComponentVersions): DeviceState {
    return { applied: new Map(this.#byTarget), components }
  }

  /** A deployment changed the components: `before` is what the boot loader can fall back to. */
  changedFrom(before: DeviceState): void {
    this.#previous = before
  }

  /** Falls back to the previous state and returns its components; null if there is none. */
  fallBack(): ComponentVersions | null {
    if (this.#previous === null) return null
    this.#byTarget = new Map(this.#previous.applied)
    return this.#previous.components
  }

  /** Component versions that these targets require. */
  componentsOf(targets: readonly string[]): ComponentVersions {
    return Object.assign({}, ...targets.map((one) => this.#byTarget.get(one)?.components ?? {})) as ComponentVersions
  }

  /** Of the targets that require the component. */
  configurationArns(component: string): string[] {
    return [...this.#byTarget.values()].flatMap(({ components, configurationArn: arn }) =>
      Object.hasOwn(components, component) && arn !== null ? [arn] : [],
    )
  }
}
