import { FIRMWARE_COMPONENT, type StageName } from '../../controller/contract.ts'
import type { Policy } from '../../controller/policy/policy.ts'
import type { Ports } from '../../controller/ports/ports.ts'
import { isoSeconds } from '../../sim/cloud/events/event-bus.ts'
import { type Clock, Priority } from '../../sim/kernel/clock.ts'
import { InFlight } from '../../sim/kernel/in-flight.ts'
import { runLockstep } from '../../sim/kernel/lockstep.ts'
import { Seed } from '../../sim/kernel/random.ts'
import type { TraceHeader } from '../../sim/kernel/trace-events.ts'
import { Twin } from '../../sim/twin/twin.ts'
import { plannedStages, policyFor } from '../files/plan.ts'
import type { Scenario } from '../files/scenario.ts'
import { wallMs } from '../support/wall.ts'
import { createTopic, installController, recordHistory, withStoreFaults } from './controller-setup.ts'
import { faultsEndAtMs } from './faults-end.ts'
import { Interventions } from './interventions.ts'
import { LambdaHost } from './lambda-host.ts'
import { scheduleOperators } from './operators.ts'
import { Pacer } from './pacer.ts'
import type { Platform, PlatformOptions } from './platform.ts'
import { ProgressMeter } from './progress-meter.ts'
import type { RehearsalOptions, RehearsalResult, RunFacts } from './rehearsal.ts'
import { type Fleet, fleetOf, LEAD_MS, twinPlan } from './twin-plan.ts'

/** What is counted from one release to the next. */
type Counts = Pick<RunFacts, 'evaluations' | 'evaluationMs' | 'awsCalls' | 'messages'>

interface Parts {
  readonly options: RehearsalOptions
  readonly policy: Policy
  readonly fleet: Fleet
  readonly twin: Twin
  readonly ports: Ports
  readonly host: LambdaHost
  readonly awsCalls: ReadonlyMap<string, number>
  readonly openedWallMs: number
  readonly closePorts: () => void
}

/**
 * A plant with its cloud and its controller, in which releases are played one after the other: devices, deployments and
 * the controller's records are what the releases before have left.
 */
export class World {
  readonly #parts: Parts
  #sinceWallMs: number
  #counted: Counts = { evaluations: 0, evaluationMs: 0, awsCalls: {}, messages: { published: 0, delivered: 0 } }

  private constructor(parts: Parts) {
    this.#parts = parts
    this.#sinceWallMs = parts.openedWallMs
  }

  /**
   * Opens the world of the first scenario: its fleet, policy, time, and the week before. The others' firmware can be
   * deployed as well, and their faults travel with it.
   * @throws PortInUse, UnsplittableFleet; the signal's reason when aborted. Nothing is left open then.
   */
  static async open(scenarios: readonly [Scenario, ...Scenario[]], options: RehearsalOptions): Promise<World> {
    const openedWallMs = wallMs()
    const [first, ...later] = scenarios
    const policy = policyFor(first, options)
    const seed = new Seed(options.seed)
    const fleet = fleetOf(first)
    const inFlight = new InFlight()
    const awsCalls = new Map<string, number>()
    const host = new LambdaHost(inFlight)
    const platform = await platformFor(options, {
      devices: fleet.length,
      inFlight,
      onCall: (operation) => void awsCalls.set(operation, (awsCalls.get(operation) ?? 0) + 1),
      onBug: (error) => host.fail(error),
      functions: host,
    })
    const twin = await Twin.open(
      twinPlan(first, seed, fleet, later),
      inFlight,
      (events) => platform.openLevel(events),
      (functionArn, event) => host.invoke(functionArn, event),
    )
    let closePorts = (): void => undefined
    try {
      const { ports, close } = await platform.openPorts(twin, seed, createTopic(twin))
      closePorts = close
      await recordHistory(twin, ports, policy, fleet, options.signal)
      const faults = scenarios.flatMap((scenario) => scenario.faults)
      installController(twin, host, withStoreFaults(ports, twin, seed), policy, faults)
      if (twin.level.endpoints !== null) options.onListening?.(twin.level.endpoints)
      twin.start()
      return new World({ options, policy, fleet, twin, ports, host, awsCalls, openedWallMs, closePorts })
    } catch (error) {
      inFlight.abandon()
      closePorts()
      await twin.level.close()
      throw error
    }
  }

  /**
   * Lets time pass to the scenario's start and plays its release to the end of the rollout. The result's records are
   * those from shortly before the start; its digest is of all that ever happened in this world, its other figures of
   * what happened since the release before.
   * @throws RolloutRefused; the signal's reason when aborted
   */
  async play(scenario: Scenario): Promise<RehearsalResult> {
    const { twin, host, policy, fleet, options } = this.#parts
    const { untilMs = scenario.timeLimit, signal, onProgress } = options
    const { atMs: startMs } = scenario.start
    host.expectStart()
    const meter = new ProgressMeter(twin, host, startMs, expectedEndMs(policy, scenario), onProgress)
    const pacer = new Pacer(options.pace ?? { kind: 'max' }, twin.clock.nowMs(), signal)
    const header = headerOf(scenario, options, policy, fleet)
    const interventions = new Interventions(twin, host, scenario.release.version)
    const { tickMs } = policy
    options.onLive?.({ header, pacer, tickMs, interventions, trace: twin.trace, nowMs: () => twin.clock.nowMs() })
    const wait = (atMs: number): Promise<void> => options.hold?.(atMs) ?? pacer.until(atMs)
    const run = (untilMs: number, isOver: () => boolean): Promise<'over' | 'until'> =>
      runLockstep({
        clock: twin.clock,
        inFlight: twin.inFlight,
        untilMs,
        isOver,
        pace: (atMs) => {
          meter.tick()
          // Where nobody watches, nobody acts.
          return options.onLive === undefined ? wait(atMs) : interventions.during(() => wait(atMs))
        },
        signal,
      })
    const isNeverOver = (): boolean => {
      host.throwIfFailed()
      return false
    }
    // The first release's world was opened for it; what that recorded belongs to it.
    let fromHour = 0
    if (twin.clock.nowMs() < startMs - LEAD_MS) {
      await run(startMs - LEAD_MS, isNeverOver)
      twin.trace.forget()
      fromHour = twin.trace.digestsByHour().length - 1
    }
    this.#callStart(scenario)
    const hasOperatorsLeft = scheduleOperators(twin, host, scenario)
    const isEnded = (): boolean => host.isOver() && !hasOperatorsLeft()
    const isOver = lingering(isEnded, twin.clock, options.lingerMs ?? scenario.linger ?? 0)
    const stop = await run(startMs + untilMs, isOver)
    twin.trace.flush()
    return {
      header,
      records: [...twin.trace.records],
      facts: {
        stop: stop === 'over' ? 'ended' : 'until',
        endedAtMs: twin.clock.nowMs(),
        ...this.#count(),
        digest: twin.trace.digest(),
        digestsByHour: twin.trace.digestsByHour().slice(fromHour),
      },
    }
  }

  /** The firmware that the fleet is deployed with; a pipeline asks before it says what a release replaces. */
  async deployedVersion(): Promise<string> {
    const { twin, ports } = this.#parts
    const current = await twin.inFlight.during('pipeline', () => ports.deployments.current('production'))
    return current?.spec.components[FIRMWARE_COMPONENT]?.componentVersion as string
  }

  /** Closes every socket and client. */
  async close(): Promise<void> {
    this.#parts.twin.inFlight.abandon()
    this.#parts.closePorts()
    await this.#parts.twin.level.close()
  }

  /** The pipeline's call that starts the rollout. */
  #callStart({ start, release, story }: Scenario): void {
    const { twin, host } = this.#parts
    const detail = { release, actor: 'release-pipeline', reason: story }
    twin.clock.at(
      start.atMs,
      () => host.invoke(host.arnOf('start'), { time: isoSeconds(twin.clock.nowMs()), detail }),
      Priority.schedule,
    )
  }

  /** What was counted since the last time. */
  #count(): Counts & { readonly wallSeconds: number } {
    const { host, awsCalls, twin } = this.#parts
    const [before, sinceWallMs] = [this.#counted, this.#sinceWallMs]
    this.#counted = { ...host.cost, awsCalls: Object.fromEntries(awsCalls), messages: { ...twin.level.counts } }
    this.#sinceWallMs = wallMs()
    const { evaluations, evaluationMs, messages } = this.#counted
    const calls = [...awsCalls].map(([operation, count]) => [operation, count - (before.awsCalls[operation] ?? 0)])
    return {
      wallSeconds: (this.#sinceWallMs - sinceWallMs) / 1000,
      evaluations: evaluations - before.evaluations,
      evaluationMs: evaluationMs - before.evaluationMs,
      awsCalls: Object.fromEntries(calls.filter(([, count]) => (count as number) > 0).sort()),
      messages: {
        published: messages.published - before.messages.published,
        delivered: messages.delivered - before.messages.delivered,
      },
    }
  }
}

/** Loads what the level needs and nothing of the other. */
async function platformFor(options: RehearsalOptions, common: PlatformOptions): Promise<Platform> {
  if (options.level === 'model') return (await import('./model-platform.ts')).modelPlatform(common)
  const { wirePlatform } = await import('./wire-platform.ts')
  return wirePlatform({ ...common, ...options })
}

/** Over only when what is over has been so for some virtual time. */
function lingering(isOver: () => boolean, clock: Clock, lingerMs: number): () => boolean {
  let overAtMs: number | null = null
  return () => {
    if (!isOver()) return false
    overAtMs ??= clock.nowMs()
    return clock.nowMs() - overAtMs >= lingerMs
  }
}

/** What the progress line counts down to. */
const expectedEndMs = (policy: Policy, { start, timeLimit }: Scenario): number =>
  Math.min(plannedStages(policy, start.atMs).at(-1)?.passedAtMs as number, start.atMs + timeLimit)

function headerOf(scenario: Scenario, options: RehearsalOptions, policy: Policy, fleet: Fleet): TraceHeader {
  const membersOf = (stage: StageName): string[] => fleet.filter((one) => one.stage === stage).map(({ thing }) => thing)
  return {
    schemaVersion: 2,
    scenario: scenario.name,
    story: scenario.story,
    seed: options.seed,
    level: options.level,
    connections: options.level === 'model' ? 'direct' : (options.connections ?? 'per-device'),
    profile: policy.profile,
    windowHours: policy.windowMs / 3_600_000,
    startedAtMs: scenario.start.atMs,
    zone: scenario.start.zone,
    release: {
      version: scenario.release.version,
      replaces: scenario.release.replaces,
      ...(scenario.release.migration !== undefined && { migration: scenario.release.migration }),
      ...(scenario.release.hotfix !== undefined && { hotfix: true as const }),
    },
    stages: { canary: membersOf('canary'), early: membersOf('early'), production: membersOf('production') },
    lines: Object.fromEntries(fleet.map(({ thing, line }) => [thing, line])),
    faultsEndAtMs: faultsEndAtMs(scenario),
    previousShadow: scenario.release.previous.shadow.writes,
  }
}
