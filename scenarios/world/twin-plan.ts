import { FIRMWARE_COMPONENT, HEALTH_COMPONENT } from '../../controller/contract.ts'
import type { Seed } from '../../sim/kernel/random.ts'
import type { TwinPlan } from '../../sim/twin/plan.ts'
import { FLEET_SEED, makeFleet } from '../files/fleet.ts'
import { plantOf } from '../files/fleet-file.ts'
import { policyFor } from '../files/plan.ts'
import type { Scenario } from '../files/scenario.ts'

const HEALTH_VERSION = '1.2.0'
/** Time before a rollout in which devices connect and report, so that it starts with a reporting fleet. */
export const LEAD_MS = 10 * 60_000

export type Fleet = ReturnType<typeof makeFleet>

export const fleetOf = (scenario: Scenario): Fleet => makeFleet(scenario.fleet, FLEET_SEED, policyFor(scenario).stages)

/**
 * The twin before the rollout: the fleet on the old firmware, the new one deployable. The firmware of `later` releases is
 * deployable as well, and brings their faults.
 */
export function twinPlan(first: Scenario, seed: Seed, fleet: Fleet, later: readonly Scenario[] = []): TwinPlan {
  const { release, start } = first
  const all = [first, ...later]
  const schemas = new Map(
    all.flatMap(({ release: { version, shadow, replaces, previous } }) => [
      [replaces, previous.shadow.writes],
      [version, shadow.writes],
    ]),
  )
  return {
    seed,
    startMs: start.atMs - LEAD_MS,
    zone: start.zone,
    plant: plantOf(first.fleet),
    devices: fleet,
    installed: { [FIRMWARE_COMPONENT]: release.replaces, [HEALTH_COMPONENT]: HEALTH_VERSION },
    deployable: all.flatMap(({ release }) => deployableOf(release)),
    schemaOf: (version) => schemas.get(version) ?? '2.0',
    faults: all.flatMap(({ faults }) => faults),
    quotas: first.quotas,
    recorded: { startMs: start.atMs, tracks: first.recorded ?? [] },
  }
}

/** The release's firmware, and its migration component if it has one. */
const deployableOf = ({ version, migration }: Scenario['release']): TwinPlan['deployable'] => [
  { name: FIRMWARE_COMPONENT, version },
  ...(migration === undefined ? [] : [{ name: migration.component, version: migration.version }]),
]
