import { FIRMWARE_COMPONENT } from '../../controller/contract.ts'
import type { Policy } from '../../controller/policy/policy.ts'
import { lastStageOf } from '../../controller/policy/stages.ts'
import { isoSeconds } from '../../sim/cloud/events/event-bus.ts'
import type { FaultSpec } from '../../sim/faults/catalogue.ts'
import { type Clock, Priority } from '../../sim/kernel/clock.ts'
import { InFlight } from '../../sim/kernel/in-flight.ts'
import { runLockstep } from '../../sim/kernel/lockstep.ts'
import { Seed } from '../../sim/kernel/random.ts'
import type { TraceHeader } from '../../sim/kernel/trace-events.ts'
import { Twin } from '../../sim/twin/twin.ts'
import { nextRelease } from '../files/next-release.ts'
import { plannedStages, policyFor } from '../files/plan.ts'
import type { Scenario } from '../files/scenario.ts'
import { withAuditTrace } from './audit-trace.ts'
import { recordHistory } from './baseline-history.ts'
import { createTopic, installController } from './controller-setup.ts'
import { Interventions } from './interventions.ts'
import { LambdaHost } from './lambda-host.ts'
import { scheduleOperators } from './operators.ts'
import { Pacer } from './pacer.ts'
import type { Platform, PlatformOptions } from './platform.ts'
import { deployPolicy } from './policy-deployment.ts'
import { ProgressMeter } from './progress-meter.ts'
import type { RehearsalOptions, RehearsalResult } from './rehearsal.ts'
import { recordSetting } from './rollout-setting.ts'
import { RunCounter } from './run-counter.ts'
import { withStoreFaults } from './store-faults.ts'
import { headerOf } from './trace-header.ts'
import { type Fleet, fleetOf, LEAD_MS, twinPlan } from './twin-plan.ts'

type Advance = (untilMs: number, isOver: () => boolean) => Promise<'over' | 'until'>

interface Parts {
  readonly options: RehearsalOptions
  readonly policy: Policy
  readonly fleet: Fleet
  /** Of all releases, in the order of their numbers. */
  readonly faults: readonly FaultSpec[]
  readonly twin: Twin
  readonly host: LambdaHost
  readonly counter: RunCounter
  readonly closePorts: () => void
}

/**
 * A plant with its cloud and its controller, in which releases are run one after the other: each finds the devices,
 * deployments and controller records that the releases before have left.
 */
export class World {
  readonly #parts: Parts
  /** Faults of the releases that were run: of later ones nothing is known yet. */
  #faultsSoFar = 0
  /** The versions of the releases that were run. */
  readonly #former: string[] = []
  /** From when on no fault of a release that was run disturbs anything any more. */
  #quietFromMs: number | null = 0

  private constructor(parts: Parts) {
    this.#parts = parts
  }

  /**
   * Opens the world of the first scenario: its fleet, policy, start, and the week before. The firmware of the others can
   * be deployed as well, and brings their faults.
   * @throws PortInUse, UnsplittableFleet; the signal's reason when aborted. Nothing is left open then.
   */
  static async open(scenarios: readonly [Scenario, ...Scenario[]], options: RehearsalOptions): Promise<World> {
    const counter = new RunCounter()
    const [first, ...later] = scenarios
    const seed = new Seed(options.seed)
    const fleet = fleetOf(first)
    const inFlight = new InFlight()
    const host = new LambdaHost(inFlight)
    const platform = await platformFor(options, {
      devices: fleet.length,
      inFlight,
      quotas: first.quotas,
      onCall: (operation) => counter.countCall(operation),
      onBug: (error) => host.fail(error),
      functions: host,
      onForeignEvents: (eventIds, client) => host.foreignEvents(eventIds, client),
    })
    const twin = await Twin.open(
      twinPlan(first, seed, fleet, later),
      inFlight,
      (events) => platform.openLevel(events),
      (functionArn, event) => host.deliver(functionArn, event),
    )
    let closePorts = (): void => undefined
    try {
      const { ports: bare, close } = await platform.openPorts(twin, seed, createTopic(twin))
      closePorts = close
      const ports = { ...bare, store: withAuditTrace(bare.store, twin.trace) }
      const policy = await inFlight.during('policy', () => deployPolicy(ports.store, policyFor(first, options)))
      await recordHistory(twin, ports, policy, fleet, options.signal)
      const faults = scenarios.flatMap((scenario) => scenario.faults)
      installController(twin, host, { own: ports, faulty: withStoreFaults(ports, twin, seed) }, policy, faults)
      twin.start()
      if (twin.level.endpoints !== null) {
        // A client that connects now finds every device connected.
        await inFlight.settled()
        options.onListening?.(twin.level.endpoints)
      }
      return new World({ options, policy, fleet, faults, twin, host, counter, closePorts })
    } catch (error) {
      inFlight.abandon()
      closePorts()
      await twin.level.close()
      throw error
    }
  }

  /**
   * Advances time to the scenario's start and runs its release to the end of the rollout. The result's records are those
   * from shortly before the start; its digest is of everything that ever happened in this world, its other figures of
   * what happened since the release before. A release that is refused ends at once.
   * @throws the signal's reason when aborted
   */
  async run(scenario: Scenario): Promise<RehearsalResult> {
    const { twin, host, policy, faults, options, counter } = this.#parts
    const { untilMs = scenario.timeLimit } = options
    const { atMs: startMs } = scenario.start
    host.expectStart()
    const header = this.#headerOf(scenario)
    const advance = this.#advance(scenario, header)
    const fromHour = await this.#advanceToLead(startMs, advance)
    this.#faultsSoFar += scenario.faults.length
    recordSetting(twin, policy, faults.slice(0, this.#faultsSoFar), { ...scenario, former: this.#former })
    this.#former.push(scenario.release.version)
    this.#callStart(scenario)
    this.#askForNext(scenario)
    const hasOperatorsLeft = scheduleOperators(twin, host, scenario)
    const isEnded = (): boolean => host.isOver() && !hasOperatorsLeft()
    const hasLingered = lingering(isEnded, twin.clock, options.lingerMs ?? scenario.linger ?? 0)
    const isOver = (): boolean => hasLingered() || host.isRefused
    const stop = await advance(startMs + untilMs, isOver)
    twin.trace.flush()
    return {
      header,
      records: [...twin.trace.records],
      facts: {
        stop: stop === 'over' ? 'ended' : 'until',
        endedAtMs: twin.clock.nowMs(),
        ...counter.next(host, twin),
        digest: twin.trace.digest(),
        digestsByHour: twin.trace.digestsByHour().slice(fromHour),
      },
    }
  }

  /** What the faults of an earlier release disturb, disturbs this one as well. */
  #headerOf(scenario: Scenario): TraceHeader {
    const { options, policy, fleet } = this.#parts
    const header = headerOf(scenario, options, policy, fleet)
    const { faultsEndAtMs = null } = header
    this.#quietFromMs =
      faultsEndAtMs === null || this.#quietFromMs === null ? null : Math.max(faultsEndAtMs, this.#quietFromMs)
    return { ...header, faultsEndAtMs: this.#quietFromMs }
  }

  /** The loop of this run, with its progress, its pace and its interventions. */
  #advance(scenario: Scenario, header: TraceHeader): Advance {
    const { twin, host, policy, options } = this.#parts
    const { signal, onProgress, onLive } = options
    const { clock, inFlight, trace } = twin
    const { tickMs } = policy
    const meter = new ProgressMeter(twin, host, scenario.start.atMs, expectedEndMs(policy, scenario), onProgress)
    const pacer = new Pacer(options.pace ?? { kind: 'max' }, clock.nowMs(), signal)
    const interventions = new Interventions(twin, host, scenario.release.version)
    onLive?.({ header, pacer, tickMs, interventions, trace, nowMs: () => clock.nowMs() })
    const wait = (atMs: number): Promise<void> => options.hold?.(atMs) ?? pacer.until(atMs)
    const pace = (atMs: number): Promise<void> => {
      meter.tick()
      // Without a watching user there are no interventions.
      return onLive === undefined ? wait(atMs) : interventions.during(() => wait(atMs))
    }
    return (untilMs, isOver) => runLockstep({ clock, inFlight, untilMs, isOver, pace, signal })
  }

  /**
   * Advances to shortly before the start; returns the hour of the trace from which on records belong to this run. The
   * world was opened for its first release, so that everything recorded until then belongs to that one.
   */
  async #advanceToLead(startMs: number, advance: Advance): Promise<number> {
    const { twin, host } = this.#parts
    if (twin.clock.nowMs() >= startMs - LEAD_MS) return 0
    await advance(startMs - LEAD_MS, () => {
      host.throwIfFailed()
      return false
    })
    twin.trace.forget()
    return twin.trace.digestsByHour().length - 1
  }

  /** The firmware version that the fleet is deployed with, whatever is wrong with AWS just now. */
  deployedVersion(): string {
    const { twin, policy } = this.#parts
    const { components } = twin.cloud.greengrass.deployments.inForce(lastStageOf(policy))
    return components[FIRMWARE_COMPONENT]?.componentVersion as string
  }

  /** Closes every socket and client. */
  async close(): Promise<void> {
    this.#parts.twin.inFlight.abandon()
    this.#parts.closePorts()
    await this.#parts.twin.level.close()
  }

  /** Schedules the call of the release pipeline that starts the rollout. */
  #callStart({ start, release, story }: Scenario): void {
    const { twin } = this.#parts
    twin.clock.at(start.atMs, () => this.#start(release, story), Priority.schedule)
  }

  /** Schedules the pipeline's call for the next release, which is refused: it comes only while this one is active. */
  #askForNext(scenario: Scenario): void {
    const { twin, host } = this.#parts
    const { next, start, release, story } = scenario
    if (next === undefined) return
    const atMs = start.atMs + next.at
    const asked = nextRelease(scenario, next, { replaces: release.version, atMs }).release
    twin.clock.at(atMs, () => host.isActive && this.#start(asked, story), Priority.schedule)
  }

  #start(release: Scenario['release'], story: string): void {
    const { twin, host } = this.#parts
    const detail = { release, actor: 'release-pipeline', reason: story }
    host.invoke(host.arnOf('start'), { time: isoSeconds(twin.clock.nowMs()), detail })
  }
}

/** Loads the modules of this level only. */
async function platformFor(options: RehearsalOptions, common: PlatformOptions): Promise<Platform> {
  if (options.level === 'model') return (await import('./model-platform.ts')).modelPlatform(common)
  const { wirePlatform } = await import('./wire-platform.ts')
  return wirePlatform({ ...common, ...options })
}

/** Whether `isOver` has held for this much simulated time. */
function lingering(isOver: () => boolean, clock: Clock, lingerMs: number): () => boolean {
  let overAtMs: number | null = null
  return () => {
    if (!isOver()) return false
    overAtMs ??= clock.nowMs()
    return clock.nowMs() - overAtMs >= lingerMs
  }
}

/** The end that the progress line counts down to. */
const expectedEndMs = (policy: Policy, { start, timeLimit }: Scenario): number =>
  Math.min(plannedStages(policy, start.atMs).at(-1)?.passedAtMs as number, start.atMs + timeLimit)
