import { gateOpensAtMs, shiftBoundaries } from '../controller/calendar.ts'
import {
  FIRMWARE_COMPONENT,
  HEALTH_COMPONENT,
  ROLLOUT_EVENT_SOURCE,
  STAGE_PASSED_EVENT,
  STAGES,
  type StageName,
} from '../controller/contract.ts'
import { parseHealth } from '../controller/health.ts'
import { makeAnalyze } from '../controller/lambda/analyze.ts'
import { makePromote } from '../controller/lambda/promote.ts'
import { makeStart } from '../controller/lambda/start.ts'
import { DEFAULT_POLICY, OPEN_GATES, type Policy } from '../controller/policy.ts'
import type { Ports } from '../controller/ports.ts'
import { record } from '../controller/records.ts'
import type { HealthSample } from '../controller/snapshot.ts'
import { makeFleet } from '../fixtures/fleet.ts'
import { Priority } from '../sim/clock.ts'
import { isoSeconds } from '../sim/cloud/event-bus.ts'
import { InFlight } from '../sim/in-flight.ts'
import { runLockstep } from '../sim/lockstep.ts'
import { Seed } from '../sim/random.ts'
import type { TraceHeader } from '../sim/trace-events.ts'
import { Twin, type TwinPlan } from '../sim/twin.ts'
import { type Functions, LambdaHost } from './lambda-host.ts'
import type { Platform, PlatformOptions } from './platform.ts'
import { ProgressMeter } from './progress-meter.ts'
import type { RehearsalOptions, RehearsalResult } from './rehearsal.ts'
import type { Scenario } from './scenario.ts'
import { pacer, wallMs } from './wall.ts'

const FLEET_SEED = 340
const HEALTH_VERSION = '1.2.0'
/** Time before the rollout in which devices connect and report, so that it finds a living fleet. */
const LEAD_MS = 10 * 60_000

/**
 * Plays one scenario: the twin of the plant and of AWS, and the real controller against it, on one virtual clock.
 * @throws PortInUse, UnsplittableFleet, PreflightRefused; the signal's reason when aborted. Nothing is left open.
 */
export async function rehearse(scenario: Scenario, options: RehearsalOptions): Promise<RehearsalResult> {
  const startedWallMs = wallMs()
  const policy = policyFor(scenario, options)
  const seed = new Seed(options.seed)
  const fleet = fleetOf(scenario)
  const inFlight = new InFlight()
  const awsCalls = new Map<string, number>()
  const host = new LambdaHost(inFlight)
  const platform = await platformFor(options, {
    devices: fleet.length,
    inFlight,
    onCall: (operation) => void awsCalls.set(operation, (awsCalls.get(operation) ?? 0) + 1),
    onBug: (error) => host.fail(error),
  })
  const twin = await Twin.open(
    twinPlan(scenario, seed, fleet),
    inFlight,
    (events) => platform.openLevel(events),
    (functionArn, event) => host.invoke(functionArn, event),
  )
  let closePorts = (): void => undefined
  try {
    const { ports, close } = await platform.openPorts(twin, seed)
    closePorts = close
    await recordHistory(twin, ports, policy, fleet, options.signal)
    installController(twin, host, ports, policy, scenario)
    if (twin.level.endpoints !== null) options.onListening?.(twin.level.endpoints)
    twin.start()
    const { untilMs = scenario.timeLimit, signal } = options
    const meter = new ProgressMeter(
      twin,
      host,
      scenario.start.atMs,
      expectedEndMs(policy, scenario),
      options.onProgress,
    )
    const pace = pacer(options.pace ?? { kind: 'max' }, twin.clock.nowMs(), signal)
    const stop = await runLockstep({
      clock: twin.clock,
      inFlight,
      untilMs: scenario.start.atMs + untilMs,
      isOver: () => host.isOver(),
      pace: (atMs) => {
        meter.tick()
        return pace(atMs)
      },
      signal,
    })
    twin.trace.flush()
    return {
      header: headerOf(scenario, options, policy, fleet),
      records: twin.trace.records,
      facts: {
        stop: stop === 'over' ? 'ended' : 'until',
        endedAtMs: twin.clock.nowMs(),
        wallSeconds: (wallMs() - startedWallMs) / 1000,
        ...host.cost,
        awsCalls: Object.fromEntries([...awsCalls].sort()),
        messages: { ...twin.level.counts },
        digest: twin.trace.digest(),
        digestsByHour: twin.trace.digestsByHour(),
      },
    }
  } finally {
    closePorts()
    await twin.level.close()
  }
}

/** The fleet is the same plant in every rehearsal; the run's seed moves what happens in it. */
export const fleetOf = (scenario: Scenario): Fleet => makeFleet(scenario.fleet, FLEET_SEED)

type Fleet = ReturnType<typeof makeFleet>

/** The world before the rollout: the fleet on the old firmware, the new one ready to be deployed. */
export function twinPlan(scenario: Scenario, seed: Seed, fleet: Fleet): TwinPlan {
  const { release, start, faults } = scenario
  return {
    seed,
    startMs: start.atMs - LEAD_MS,
    zone: start.zone,
    devices: fleet,
    installed: { [FIRMWARE_COMPONENT]: release.replaces, [HEALTH_COMPONENT]: HEALTH_VERSION },
    deployable: [{ name: FIRMWARE_COMPONENT, version: release.version }],
    schemaOf: (version) => (version === release.version ? release.shadow.writes : '2.0'),
    faults,
  }
}

/** Loads what the level needs and nothing of the other. */
async function platformFor(options: RehearsalOptions, common: PlatformOptions): Promise<Platform> {
  if (options.level === 'model') return (await import('./model-platform.ts')).modelPlatform(common)
  const { wirePlatform } = await import('./wire-platform.ts')
  return wirePlatform({ ...common, ...options })
}

const policyFor = (scenario: Scenario, options: RehearsalOptions): Policy => ({
  ...DEFAULT_POLICY,
  zone: scenario.start.zone,
  windowMs: options.windowMs ?? scenario.policy.window ?? DEFAULT_POLICY.windowMs,
  profile: options.profile ?? scenario.policy.profile ?? DEFAULT_POLICY.profile,
  gates: scenario.policy.gates === 'open' ? OPEN_GATES : DEFAULT_POLICY.gates,
})

/** The controller's memory of the week before: the same records that its analyzer would have kept at every shift. */
async function recordHistory(
  twin: Twin,
  ports: Ports,
  policy: Policy,
  fleet: Fleet,
  signal: AbortSignal | undefined,
): Promise<void> {
  const toMs = twin.clock.nowMs()
  const groupsOf = new Map(fleet.map(({ thing, stage, line }) => [thing, { groups: [stage], line }]))
  const boundaries = shiftBoundaries(policy, toMs - policy.baselineMs - 8 * 3_600_000, toMs)
  const fromMs = Math.min(boundaries[0] ?? toMs, toMs)
  for (const { atMs, documents } of twin.history(fromMs, boundaries)) {
    const devices: Record<string, HealthSample> = {}
    for (const thing of groupsOf.keys()) devices[thing] = parseHealth(documents.get(thing))
    await twin.inFlight.during('history', () => record(ports.store, policy, { atMs, devices }))
    await twin.inFlight.settled() // a turn of the event loop, so that an interrupt is heard in a long history
    signal?.throwIfAborted()
  }
}

/** Registers the functions and the rules that call them, and the pipeline's call that starts the rollout. */
function installController(twin: Twin, host: LambdaHost, ports: Ports, policy: Policy, scenario: Scenario): void {
  const functions: Functions = {
    analyze: makeAnalyze(ports, policy),
    promote: makePromote(ports, policy),
    start: makeStart(ports, policy),
  }
  host.install(functions, twin.trace)
  const { PutRule, PutTargets } = twin.cloud.events.operations
  PutRule?.({ Name: 'analyze', ScheduleExpression: `rate(${policy.tickMs / 60_000} minutes)` })
  PutTargets?.({ Rule: 'analyze', Targets: [{ Id: 'analyze', Arn: host.arnOf('analyze') }] })
  const pattern = { source: [ROLLOUT_EVENT_SOURCE], 'detail-type': [STAGE_PASSED_EVENT] }
  PutRule?.({ Name: 'promote', EventPattern: JSON.stringify(pattern) })
  PutTargets?.({ Rule: 'promote', Targets: [{ Id: 'promote', Arn: host.arnOf('promote') }] })
  const detail = { release: scenario.release, actor: 'release-pipeline', reason: scenario.story }
  twin.clock.at(
    scenario.start.atMs,
    () => host.invoke(host.arnOf('start'), { time: isoSeconds(twin.clock.nowMs()), detail }),
    Priority.schedule,
  )
}

/** Where the calendar leads if nothing goes wrong: what the progress line counts down to. */
function expectedEndMs(policy: Policy, scenario: Scenario): number {
  const installMs = 15 * 60_000
  const afterStages = STAGES.reduce(
    (atMs, stage) => gateOpensAtMs(policy, stage, atMs) + installMs + policy.windowMs,
    scenario.start.atMs,
  )
  return Math.min(afterStages, scenario.start.atMs + scenario.timeLimit)
}

function headerOf(scenario: Scenario, options: RehearsalOptions, policy: Policy, fleet: Fleet): TraceHeader {
  const membersOf = (stage: StageName): string[] => fleet.filter((one) => one.stage === stage).map(({ thing }) => thing)
  return {
    schemaVersion: 1,
    scenario: scenario.name,
    story: scenario.story,
    seed: options.seed,
    level: options.level,
    connections: options.level === 'model' ? 'direct' : (options.connections ?? 'per-device'),
    profile: policy.profile,
    windowHours: policy.windowMs / 3_600_000,
    startedAtMs: scenario.start.atMs,
    zone: scenario.start.zone,
    release: { version: scenario.release.version, replaces: scenario.release.replaces },
    stages: { canary: membersOf('canary'), early: membersOf('early'), production: membersOf('production') },
    lines: Object.fromEntries(fleet.map(({ thing, line }) => [thing, line])),
  }
}
