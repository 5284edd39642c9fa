import { STAGES, type StageName } from '../../controller/contract.ts'
import { gateOpensAtMs } from '../../controller/policy/calendar.ts'
import { policyOf } from '../../controller/policy/parse.ts'
import type { Policy } from '../../controller/policy/policy.ts'
import { plantOf } from './fleet-file.ts'
import type { Scenario } from './scenario.ts'

const INSTALL_MS = 15 * 60_000

/** What the options of a run may change of the policy. */
export interface PolicyOptions {
  readonly windowMs?: number
  readonly profile?: Policy['profile']
}

/** The scenario's policy, with the options of the run over it. */
export function policyFor({ policy, fleet, start }: Scenario, { windowMs, profile }: PolicyOptions = {}): Policy {
  const file = {
    ...policy,
    stages: stagesOf(policy, fleet),
    ...(windowMs !== undefined && { window: windowMs }),
    ...(profile !== undefined && { profile }),
  }
  // The policy knows when shifts are, not what the plant does in them.
  const shifts = plantOf(fleet).shifts.map(({ name, from, to }) => ({ name, from, to }))
  return policyOf(file, { zone: start.zone, shifts })
}

/** A plant's own share of early devices is what its policy wants, unless the policy says a share itself. */
const stagesOf = ({ stages = {} }: Scenario['policy'], fleet: Scenario['fleet']): Scenario['policy']['stages'] => {
  const pct = fleet.stages?.early
  return pct === undefined ? stages : { early: pct / 100, ...stages }
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
  return STAGES.map((stage) => {
    const deployedAtMs = gateOpensAtMs(policy, stage, atMs)
    atMs = deployedAtMs + INSTALL_MS + policy.windowMs
    return { stage, deployedAtMs, passedAtMs: atMs }
  })
}
