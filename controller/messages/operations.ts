import type { StageName } from '../contract.ts'
import type { DecisionReason, Lack } from './decisions.ts'
import { define, type Message, type MessageOf } from './message.ts'
import { hoursText } from './wording.ts'

/** What an operator's request leads to, or why it has no effect. */
export const OPERATION_MESSAGES = {
  STATUS_GIVEN: define<Record<string, never>>('The status was asked for; nothing changes.', () => 'current status'),

  ROLLOUT_PAUSED: define<Record<string, never>>(
    'Accepted: the rollout is paused. Monitoring and rollbacks go on.',
    () => 'nothing is deployed or promoted until it is resumed',
  ),
  ROLLOUT_RESUMED: define<{ readonly pausedBy: string }>(
    'Accepted: the pause is over.',
    ({ pausedBy }) => `resumed after the pause by ${pausedBy}`,
  ),
  ROLLBACK_REQUESTED: define<Record<string, never>>(
    'Accepted: every stage that was deployed is rolled back.',
    () => 'every deployed stage is rolled back',
  ),
  ROLLBACK_RETRIED: define<Record<string, never>>(
    'Accepted: the rollback deployments are created anew.',
    () => 'the rollback is requested again',
  ),
  DEPLOYMENT_RETRIED: define<{ readonly stage: StageName }>(
    'Accepted: the deployment of the stage is created anew.',
    ({ stage }) => `${stage} is deployed again`,
  ),
  WINDOW_RESTARTED: define<{ readonly stage: StageName }>(
    'Accepted: the window of the stage begins anew.',
    ({ stage }) => `the window of ${stage} starts again`,
  ),
  FREEZE_SET: define<Record<string, never>>(
    'Accepted: changes are frozen.',
    () => 'no stage is deployed until unfreeze, except rollbacks and hotfixes',
  ),
  FREEZE_LIFTED: define<{ readonly frozenBy: string }>(
    'Accepted: changes are no longer frozen.',
    ({ frozenBy }) => `the change freeze by ${frozenBy} is lifted`,
  ),

  DONE_BEFORE: define<{ readonly operation: string; readonly id: string }>(
    'Repeated: the operation with this id was carried out before.',
    ({ operation, id }) => `${operation} ${id} was done before`,
  ),
  IDEMPOTENT_PARAMETER_MISMATCH: define<{
    readonly id: string
    readonly operation: string
    readonly actor: string
    readonly operatorReason: string
  }>(
    'Refused: the id is that of another operation, or of the same one by another actor or for another reason.',
    ({ id, operation, actor, operatorReason }) =>
      `id ${id} belongs to ${operation} by ${actor} (${operatorReason}), which was done before; another request needs another id`,
  ),
  ALREADY_PAUSED: define<{ readonly actor: string; readonly reason: Message }>(
    'Repeated by the same operator for the same reason, or refused: the rollout is paused.',
    ({ actor, reason }, textOf) => `already paused by ${actor}: ${textOf(reason)}`,
  ),
  ALREADY_FROZEN: define<{ readonly actor: string; readonly operatorReason: string }>(
    'Repeated by the same operator for the same reason, or refused: changes are frozen.',
    ({ actor, operatorReason }) => `changes are already frozen by ${actor}: ${operatorReason}`,
  ),

  ROLLOUT_MISSING: define<Record<string, never>>('Refused: there never was a rollout.', () => 'there is no rollout'),
  ROLLOUT_OVER: define<{ readonly state: string }>(
    'Refused: the rollout has ended.',
    ({ state }) => `the rollout is ${state}; ${state === 'halted' ? 'retry or abort it' : 'start another one'}`,
  ),
  ROLLBACK_NOT_PAUSABLE: define<Record<string, never>>(
    'Refused: a rollback is never paused.',
    () => 'a rollback cannot be paused',
  ),
  NOT_PAUSED: define<Record<string, never>>('Refused: the rollout is not paused.', () => 'the rollout is not paused'),
  ROLLBACK_RUNNING: define<Record<string, never>>(
    'Refused: the rollout is being rolled back.',
    () => 'it is already rolling back',
  ),
  HALTED_IN_ROLLBACK: define<Record<string, never>>(
    'Refused: the rollback was halted; it is retried, not aborted.',
    () => 'it was halted during its rollback; use retry to request the rollback again',
  ),
  STAGE_NOT_HEALTHY: define<{ readonly finding: Message }>(
    'Refused: the last verdict of the stage is not healthy.',
    ({ finding }, textOf) => `the stage is not healthy: ${textOf(finding)}`,
  ),
  STAGE_BREACHES: define<{ readonly finding: Message }>(
    'Refused: the last verdict of the stage is a breach.',
    ({ finding }, textOf) => `the stage is in breach: ${textOf(finding)}`,
  ),
  WINDOW_ELAPSED: define<Record<string, never>>(
    'Refused: there is no rest of the window to skip.',
    () => 'the window has elapsed; use promote to proceed without the missing evidence',
  ),
  WINDOW_NOT_ELAPSED: define<{ readonly remainingMs: number }>(
    'Refused: the window is still running.',
    ({ remainingMs }) => `${hoursText(remainingMs)} of the window remain; use skip to proceed without them`,
  ),
  NOT_HALTED: define<Record<string, never>>(
    'Refused: only a halted rollout is retried.',
    () => 'it is not halted; failed steps are retried at every evaluation',
  ),
  HALT_ORIGIN_UNKNOWN: define<Record<string, never>>(
    'Refused: the state that the rollout was halted in is not recorded.',
    () => 'the state that it was halted in is unknown',
  ),
  NOT_FROZEN: define<Record<string, never>>('Refused: changes are not frozen.', () => 'changes are not frozen'),
  NOT_SOAKING: define<{ readonly stage: StageName; readonly state: string }>(
    'Refused: the stage is not in its monitoring window.',
    ({ stage, state }) => `${stage} is ${state}, not soaking`,
  ),
  PAUSED_BY: define<{ readonly actor: string }>(
    'Refused: the rollout is paused.',
    ({ actor }) => `paused by ${actor}; resume it first`,
  ),
  NO_RECENT_EVALUATION: define<Record<string, never>>(
    'Refused: the last evaluation of the stage is too old.',
    () => "no recent evaluation; the stage's health is unknown",
  ),
  HEALTH_UNKNOWN: define<Record<string, never>>(
    'Refused: telemetry is down.',
    () => "telemetry is down; the stage's health is unknown",
  ),

  UNKNOWN_OPERATION: define<{ readonly operation: string; readonly known: readonly string[] }>(
    'Refused: the request names no operation that there is.',
    ({ operation, known }) => `unknown operation "${operation}"; one of ${known.join(', ')}`,
  ),
  ATTRIBUTION_MISSING: define<{ readonly operation: string }>(
    'Refused: the request has no actor or no reason.',
    ({ operation }) => `${operation} needs an actor and a reason, for the audit trail`,
  ),
  ID_NOT_TEXT: define<Record<string, never>>(
    'Refused: the id of the request is not a text.',
    () => 'the id of an operation must be a text',
  ),
}

/** The answer to an operator: a decision that the operation is, what hinders it, or one of its own. */
export type OperationReason = MessageOf<typeof OPERATION_MESSAGES> | DecisionReason | Lack
