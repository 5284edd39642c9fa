import type { ComponentState } from '../../controller/contract.ts'
import type { Clock } from '../kernel/clock.ts'
import type { ComponentRuntime } from './component-runtime.ts'
import { ComponentService } from './component-service.ts'

/** Versions of components by name. */
export type ComponentVersions = Readonly<Record<string, string>>

/** The components installed on one device, and the change from one set of versions to another. */
export class ComponentSet {
  readonly #runtimes: Readonly<Record<string, ComponentRuntime>>
  readonly #clock: Clock
  readonly #onState: (service: ComponentService) => void
  readonly #services = new Map<string, ComponentService>()

  constructor(
    runtimes: Readonly<Record<string, ComponentRuntime>>,
    clock: Clock,
    onState: (service: ComponentService) => void,
  ) {
    this.#runtimes = runtimes
    this.#clock = clock
    this.#onState = onState
  }

  services(): readonly ComponentService[] {
    return [...this.#services.values()]
  }

  state(name: string): { readonly version: string; readonly state: ComponentState } | undefined {
    return this.#services.get(name)
  }

  versions(): ComponentVersions {
    return Object.fromEntries([...this.#services].map(([name, { version }]) => [name, version]))
  }

  /** Components that this device has no runtime for. */
  unknown(versions: ComponentVersions): string[] {
    return Object.keys(versions).filter((name) => this.#runtimeOf(name) === undefined)
  }

  /** Components whose version differs or that are BROKEN; only these are changed. [source: merge-touches-changed] */
  changed(versions: ComponentVersions): string[] {
    return Object.entries(versions)
      .filter(([name, version]) => {
        const service = this.#services.get(name)
        return service === undefined || service.version !== version || service.state === 'BROKEN'
      })
      .map(([name]) => name)
  }

  assumeRunning(versions: ComponentVersions): void {
    for (const [name, version] of Object.entries(versions)) this.#add(name, version).assumeRunning()
  }

  /** The device loses power. */
  kill(): void {
    this.#onSettled = null
    for (const service of this.#services.values()) service.kill()
  }

  /** The nucleus starts with these in its configuration; each is installed again. [source: install-at-launch] */
  launch(versions: ComponentVersions): void {
    this.#services.clear()
    const services = Object.entries(versions).map(([name, version]) => this.#add(name, version))
    for (const service of services) service.begin()
  }

  /**
   * Stops what is removed or changes, then installs and starts what is new. Calls `onSettled` with null when every component
   * is RUNNING or FINISHED, which may be at once, or with the name of the first that is BROKEN.
   */
  become(versions: ComponentVersions, onSettled: (broken: string | null) => void): void {
    const removed = [...this.#services.keys()].filter((name) => versions[name] === undefined)
    const affected = [...removed, ...this.changed(versions)]
    let toStop = affected.length
    if (toStop === 0) return this.#watch(onSettled)
    const startAll = (): void => {
      for (const name of removed) this.#services.delete(name)
      const started = this.changed(versions).map((name) => this.#add(name, versions[name] as string))
      this.#watch(onSettled)
      for (const service of started) service.begin()
    }
    const stopped = (): void => {
      toStop -= 1
      if (toStop === 0) startAll()
    }
    for (const name of affected) {
      const service = this.#services.get(name)
      if (service === undefined) stopped()
      else service.stop(stopped)
    }
  }

  #onSettled: ((broken: string | null) => void) | null = null

  /** Waits for every service, unchanged ones too: one may still be starting. [source: services-to-track] */
  #watch(onSettled: (broken: string | null) => void): void {
    this.#onSettled = onSettled
    this.#checkSettled()
  }

  /** A deployment may name a component as every object names its own members: `constructor`. */
  #runtimeOf(name: string): ComponentRuntime | undefined {
    return Object.hasOwn(this.#runtimes, name) ? this.#runtimes[name] : undefined
  }

  #add(name: string, version: string): ComponentService {
    const runtime = this.#runtimeOf(name)
    if (runtime === undefined) throw new Error(`invariant: no runtime for component ${name}`)
    const service = new ComponentService(name, version, runtime, this.#clock, (changed) => this.#stateChanged(changed))
    this.#services.set(name, service)
    return service
  }

  #stateChanged(service: ComponentService): void {
    this.#onState(service)
    this.#checkSettled()
  }

  #checkSettled(): void {
    const onSettled = this.#onSettled
    if (onSettled === null) return
    const services = this.services()
    const broken = services.find(({ state }) => state === 'BROKEN')
    const done = services.every(({ state }) => state === 'RUNNING' || state === 'FINISHED')
    if (broken === undefined && !done) return
    this.#onSettled = null
    onSettled(broken?.name ?? null)
  }
}
