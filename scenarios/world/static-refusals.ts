import { FIRMWARE_COMPONENT } from '../../controller/contract.ts'
import type { Refusal } from '../../controller/messages/refusals.ts'
import { textOf } from '../../controller/messages/registry.ts'
import { stageNames } from '../../controller/policy/stages.ts'
import type { DeploymentSpec } from '../../controller/ports/ports.ts'
import { staticPreflight } from '../../controller/reconcile/static-preflight.ts'
import { type PolicyOptions, policyFor } from '../files/plan.ts'
import type { Scenario } from '../files/scenario.ts'
import { InvalidScenario } from '../files/yaml-file.ts'
import { fleetOf } from './twin-plan.ts'

/**
 * Why the controller will refuse to start the release of the scenario, as far as it shows before any telemetry: its own
 * static preflight, asked of the fleet that the scenario plans. Empty when it will start, if the fleet is well then.
 */
export function staticRefusals(scenario: Scenario, options: PolicyOptions = {}): readonly Refusal[] {
  const { release, start } = scenario
  const components = { [FIRMWARE_COMPONENT]: { componentVersion: release.replaces } }
  const current: DeploymentSpec = { deploymentName: 'before the release', components }
  const policy = policyFor(scenario, options)
  return staticPreflight({
    release,
    policy,
    nowMs: start.atMs,
    readings: fleetOf(scenario).map(({ thing, stage, line, attributes }) => ({
      thing,
      groups: [stage],
      line,
      attributes,
    })),
    current: Object.fromEntries(stageNames(policy).map((stage) => [stage, current])),
    // The twin makes every component of the release deployable, and the group of the holdback.
    deployable: [],
    mayHoldBack: true,
  })
}

/** @throws InvalidScenario for the first window of the command line that is too short for the scenario's policy */
export function refuseShortWindows(scenario: Scenario, windowsMs: readonly number[]): void {
  for (const windowMs of windowsMs) {
    const tooShort = staticRefusals(scenario, { windowMs }).find(({ code }) => code === 'WINDOW_TOO_SHORT')
    if (tooShort !== undefined) throw new InvalidScenario([`${scenario.name}: ${textOf(tooShort)}`])
  }
}

/** @throws InvalidScenario with every static refusal; `file` names the scenario in messages */
export function refuseStatically(scenario: Scenario, file: string, options: PolicyOptions = {}): void {
  const refusals = staticRefusals(scenario, options)
  if (refusals.length === 0) return
  throw new InvalidScenario(refusals.map((refusal) => `${file}: the preflight refuses the release: ${textOf(refusal)}`))
}
