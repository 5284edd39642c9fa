import type { StageName } from '../../../controller/contract.ts'
import { type Evidence, NO_EVIDENCE } from '../../../controller/evidence/evidence.ts'
import type { Verdict, VerdictKind } from '../../../controller/judge/verdict.ts'
import type { DecisionReason } from '../../../controller/messages/decisions.ts'
import type { FindingReason } from '../../../controller/messages/findings.ts'
import type { DeviceReading } from '../../../controller/ports/ports.ts'
import type { Facts } from '../../../controller/rollout/decide.ts'
import { NO_ROLLBACK_PROGRESS } from '../../../controller/rollout/rollback-progress.ts'
import type { Rollout, RolloutState } from '../../../controller/rollout/rollout.ts'
import type { SoakClock } from '../../../controller/rollout/soak.ts'
import { HOUR_MS, START_MS, sample } from '../fixtures.ts'
import { policy, rollout as rolloutOfOne } from './situations.ts'

/** What the rules of these tests found. */
export const FOUND: FindingReason = {
  code: 'LINE_PEER_ERRORS',
  data: { errors: 3, expectedErrors: 1, version: '2.3.1' },
}
/** The reason of a rollback because of it. */
export const BREACHED: DecisionReason = { code: 'RULE_BREACHED', data: { rule: 'r', finding: FOUND } }
/** A reason of no meaning. */
export const BECAUSE: DecisionReason = { code: 'OPERATOR_REASON', data: { operatorReason: 'because' } }

/** Why a rollout waits on evidence that is not there. */
export const NO_DATA = { code: 'NO_DATA', data: {} } as const

/** The devices of a message. */
export const list = (...first: string[]) => ({ count: first.length, first })

export const verdict = (kind: VerdictKind): Verdict => ({
  kind,
  findings: [{ rule: 'r', metric: 'm', outcome: kind, observed: 3, baseline: 0, limit: 1, n: 9, reason: FOUND }],
})

/** A rollout of two devices per stage; while it rolls back, that is requested for every stage that was deployed. */
export function rollout(state: RolloutState, stageIndex: number): Rollout {
  const one = rolloutOfOne(state, { stageIndex })
  const isRollingBack = state === 'rolling-back'
  const stages = one.stages.map(({ name, deployment, ...stage }) => ({
    ...stage,
    name,
    members: [`${name}-a`, `${name}-b`],
    deployment: deployment && { ...deployment, deploymentId: `d-${name}`, jobId: `j-${name}` },
    rollback: isRollingBack && deployment ? { ...deployment, deploymentId: 'b', jobId: 'b' } : null,
  }))
  return { ...one, stages }
}

export const facts = (over: Partial<Facts>): Facts => ({
  nowMs: START_MS,
  verdict: null,
  evidence: NO_EVIDENCE,
  readings: [],
  rollbackExecutions: [],
  rollbackProgress: NO_ROLLBACK_PROGRESS,
  ...over,
})

export const reading = (thing: string, connected = true): DeviceReading => ({
  thing,
  groups: [],
  line: 1,
  attributes: {},
  connected,
  sample: sample(),
})

/** Evidence of devices that have run the new version for some hours. */
export const running = (things: readonly string[], hours = 0): Evidence => ({
  ...NO_EVIDENCE,
  members: Object.fromEntries(
    things.map((thing) => [
      thing,
      {
        bootIdBefore: 'x',
        firstSeenSequence: 1,
        installedAtMs: START_MS,
        exposureMs: hours * HOUR_MS,
        heardAtMs: START_MS + 80 * HOUR_MS,
        crashes: 0,
        crashCounter: 0,
        hasFallenBack: false,
      },
    ]),
  ),
})

/** Evidence of both members of a stage. */
export const exposed = (stage: StageName, hours: number): Evidence => running([`${stage}-a`, `${stage}-b`], hours)

/** A soak clock of both members seen for some hours, evenly over the shifts. */
export const covered = (stage: StageName, hours: number): SoakClock => ({
  stage,
  sinceMs: START_MS,
  heldMs: 0,
  exposureByShiftMs: Object.fromEntries(
    policy.shifts.map(({ name }) => [name, (2 * hours * HOUR_MS) / policy.shifts.length]),
  ),
})

/** The facts about both members after a healthy window. */
export const soaked = (stage: StageName, over: Partial<Facts> = {}): Facts =>
  facts({
    nowMs: START_MS + 24 * HOUR_MS,
    verdict: verdict('healthy'),
    evidence: exposed(stage, 24),
    soak: covered(stage, 24),
    ...over,
  })
