import type { StageName } from '../../controller/contract.ts'
import { gateOpensAtMs } from '../../controller/policy/calendar.ts'
import { policyOf } from '../../controller/policy/parse.ts'
import type { Policy } from '../../controller/policy/policy.ts'
import { stageNames, windowOf } from '../../controller/policy/stages.ts'
import { nearest } from '../../controller/support/schema-problems.ts'
import { plantOf } from './fleet-file.ts'
import { InvalidScenario } from './invalid-scenario.ts'
import type { Scenario } from './scenario.ts'

const INSTALL_MS = 15 * 60_000

/** What the options of a run may change of the policy. */
export interface PolicyOptions {
  readonly windowMs?: number
  readonly profile?: Policy['profile']
}

/** The scenario's policy, with the options of the run over it; a window of the run holds for every stage. */
export function policyFor({ policy, fleet, start }: Scenario, { windowMs, profile }: PolicyOptions = {}): Policy {
  const windowed = windowMs === undefined ? policy : policyWithWindow(policy, windowMs)
  const file = { ...windowed, stages: stagesOf(windowed, fleet), ...(profile !== undefined && { profile }) }
  // The policy knows when shifts are, not what the plant does in them.
  const shifts = plantOf(fleet).shifts.map(({ name, from, to }) => ({ name, from, to }))
  return policyOf(file, { zone: start.zone, shifts })
}

/** The policy of a file with one window for every stage. */
export const policyWithWindow = (policy: Scenario['policy'], windowMs: number): Scenario['policy'] => ({
  ...policy,
  window: windowMs,
  ...(Array.isArray(policy.stages) && { stages: policy.stages.map(({ window: _, ...stage }) => stage) }),
})

/** A plant's own share of early devices is what its policy wants, unless the policy says a share itself. */
const stagesOf = ({ stages = {} }: Scenario['policy'], fleet: Scenario['fleet']): Scenario['policy']['stages'] => {
  const pct = fleet.stages?.early
  return pct === undefined || Array.isArray(stages) ? stages : { early: pct / 100, ...stages }
}

/** The stage of that name, or the first. @throws InvalidScenario for one that the policy does not have */
export function stageIn(scenario: Scenario, stage: string | undefined): string {
  const stages = stageNames(policyFor(scenario))
  if (stage === undefined) return stages[0] as string
  if (!stages.includes(stage))
    throw new InvalidScenario([`the policy has no stage "${stage}"${nearest(stage, stages)}`])
  return stage
}

/** When a stage is deployed and when it has passed, if nothing goes wrong. */
export interface PlannedStage {
  readonly stage: StageName
  readonly deployedAtMs: number
  readonly passedAtMs: number
}

/** Where the calendar leads if nothing goes wrong. */
export function plannedStages(policy: Policy, startMs: number): readonly PlannedStage[] {
  let atMs = startMs
  return stageNames(policy).map((stage) => {
    const deployedAtMs = gateOpensAtMs(policy, stage, atMs)
    atMs = deployedAtMs + INSTALL_MS + windowOf(policy, stage)
    return { stage, deployedAtMs, passedAtMs: atMs }
  })
}
