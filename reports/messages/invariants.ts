import { define, type Message, type MessageOf, type TextOf } from '../../controller/messages/message.ts'
import { isoTime } from '../numbers/format.ts'
import type { UndecidedReason } from './undecided.ts'

const HOUR_MS = 3_600_000

/** The record of the trace that shows a violation. */
export interface TracePlace {
  /** Position in the trace, from 0. */
  readonly sequence: number
  readonly atMs: number
}

/** The data in place of a violation's where the run cannot show that the invariant holds. */
export interface Undecided {
  readonly undecided: UndecidedReason
}

/** Defines an invariant: what always holds, and the sentence of one violation in numbers. */
const invariant = <Violation extends object>(meaning: string, violation: (data: Violation, textOf: TextOf) => string) =>
  define<Violation | Undecided>(meaning, (data, textOf) =>
    'undecided' in data ? `not decided: ${textOf(data.undecided)}` : violation(data, textOf),
  )

const at = ({ sequence, atMs }: TracePlace): string => `(event ${sequence} at ${isoTime(atMs)})`
const hours = (durationMs: number): string => `${(durationMs / HOUR_MS).toFixed(2)} h`
const named = (things: readonly string[]): string => things.join(', ')

/**
 * What no rollout may ever do, and what every rollout comes to. The code names the violation; the meaning says what
 * holds. `scenarios/outcome` checks them against the trace.
 */
export const INVARIANT_MESSAGES = {
  STAGE_NOT_AS_POLICY: invariant<{ stage: string; line: number; count: number; wanted: number }>(
    'A stage has as many devices of each line as the policy wants.',
    ({ stage, line, count, wanted }) => `line ${line} has ${count} ${stage} devices, ${wanted} wanted`,
  ),
  UNKNOWN_FIRMWARE_VERSION: invariant<TracePlace & { thing: string; version: string }>(
    'A device runs one of the two versions of the release.',
    ({ thing, version, ...place }) => `${thing} started version ${version} ${at(place)}`,
  ),
  FIRMWARE_OUTSIDE_ITS_STAGE: invariant<TracePlace & { thing: string }>(
    'New firmware starts on a device only after its own stage was deployed.',
    ({ thing, ...place }) => `${thing} started the release before its stage was deployed ${at(place)}`,
  ),
  HOLDBACK_RAN_RELEASE: invariant<TracePlace & { thing: string }>(
    'A device of the holdback does not run the release before it is released into its stage.',
    ({ thing, ...place }) => `${thing} started the release while it was held back ${at(place)}`,
  ),
  STAGES_OUT_OF_ORDER: invariant<{ stage: string; before: string }>(
    'Stages are deployed in their order.',
    ({ stage, before }) => `${stage} was not deployed after ${before}`,
  ),
  PROMOTED_WITHOUT_HEALTHY_VERDICT: invariant<TracePlace & { stage: string | null; decision: string; verdict: string }>(
    'A stage is promoted only on a healthy verdict; an operator may promote on an inconclusive one.',
    ({ stage, decision, verdict, ...place }) => `${decision} of ${stage} on verdict ${verdict} ${at(place)}`,
  ),
  REFUSED_OPERATION_TOOK_EFFECT: invariant<TracePlace & { operation: string; actor: string }>(
    'A refused operator request has no effect.',
    ({ operation, actor, ...place }) => `${operation} by ${actor} was refused and took effect ${at(place)}`,
  ),
  DEPLOYED_WHILE_HELD: invariant<TracePlace & { group: string; holds: readonly string[] }>(
    'The release is not deployed while an operator holds the rollout.',
    ({ group, holds, ...place }) => `${group} was deployed under ${holds.join(' and ')} ${at(place)}`,
  ),
  ROLLED_BACK_BEFORE_DEPLOYED: invariant<TracePlace & { group: string }>(
    'A rollback touches only stages that were deployed.',
    ({ group, ...place }) => `${group} was rolled back and had not been deployed ${at(place)}`,
  ),
  FIRMWARE_BEFORE_MIGRATION: invariant<{ stage: string }>(
    'A migration is deployed to every stage before its firmware is deployed to any.',
    ({ stage }) => `firmware was deployed before the migration reached ${stage}`,
  ),

  WINDOW_ENDED_EARLY: invariant<
    TracePlace & {
      stage: string
      observedMs: number
      windowMs: number
      /** From the first evaluation of the soak, or from the deployment of the stage before. */
      from: 'soak' | 'deployment'
    }
  >('No observation window ends before its time.', ({ stage, observedMs, windowMs, from, ...place }) =>
    from === 'soak'
      ? `${stage} passed after ${hours(observedMs)} of ${hours(windowMs)} ${at(place)}`
      : `${stage} was deployed ${hours(observedMs)} after the stage before, window ${hours(windowMs)} ${at(place)}`,
  ),
  ROLLBACK_CONFIRMED_EARLY: invariant<TracePlace & { count: number; thing: string }>(
    'A rollback is confirmed only when every connected device runs the version before.',
    ({ count, thing, ...place }) => `${count} connected devices still ran the release, first ${thing} ${at(place)}`,
  ),

  DEPLOYED_TO_OTHER_GROUP: invariant<TracePlace & { group: string }>(
    'Only the thing groups of the stages are deployed to.',
    ({ group, ...place }) => `a deployment was created for ${group} ${at(place)}`,
  ),
  DEPLOYMENT_REPEATED: invariant<TracePlace & { group: string }>(
    'A deployment is not created again while the same one is in place.',
    ({ group, ...place }) => `the deployment of ${group} was created again ${at(place)}`,
  ),
  BREACH_WITHOUT_ROLLBACK: invariant<TracePlace & { stage: string | null; decision: string }>(
    'A breach leads to a rollback.',
    ({ stage, decision, ...place }) => `${stage} was in breach and the decision was ${decision} ${at(place)}`,
  ),
  WHOLE_LINE_BEFORE_PRODUCTION: invariant<TracePlace & { line: number }>(
    'No line runs the release on all of its devices before production is deployed.',
    ({ line, ...place }) => `line ${line} ran the release on all of its devices ${at(place)}`,
  ),
  LAST_DEPLOYMENT_CONTRADICTS_OUTCOME: invariant<TracePlace & { group: string; outcome: string }>(
    'In the end the last deployment of every stage fits the outcome.',
    ({ group, outcome, ...place }) => `the last deployment of ${group} does not fit ${outcome} ${at(place)}`,
  ),
  DECISION_WITHOUT_REASON: invariant<TracePlace & { decision: string }>(
    'Every decision has a reason of the registry, and every operator request an actor and a reason.',
    ({ decision, ...place }) => `${decision} has no known reason ${at(place)}`,
  ),

  TOKEN_NOT_UNIQUE: invariant<TracePlace & { group: string; clientToken: string | null }>(
    'Every deployment is requested with a client token of its own.',
    ({ group, clientToken, ...place }) =>
      clientToken === null
        ? `the deployment of ${group} was requested without a token ${at(place)}`
        : `token ${clientToken} created another deployment, of ${group} ${at(place)}`,
  ),
  RETRY_WITHOUT_NEW_TOKEN: invariant<TracePlace & { group: string; clientToken: string }>(
    'What an operator retries is requested anew, with a new client token.',
    ({ group, clientToken, ...place }) => `the retry for ${group} used token ${clientToken} again ${at(place)}`,
  ),
  ROLLBACK_CAN_STOP: invariant<TracePlace & { group: string }>(
    'A rollback has no abort criteria and no rate: nothing may stop it half-way.',
    ({ group, ...place }) => `the rollback of ${group} has abort criteria or a rate ${at(place)}`,
  ),
  ROLLBACK_NOT_AS_BEFORE: invariant<TracePlace & { group: string }>(
    'A rollback brings back exactly the components and configurations of before.',
    ({ group, ...place }) => `the rollback of ${group} differs from what it ran before ${at(place)}`,
  ),
  RELEASE_CHANGES_MORE: invariant<TracePlace & { group: string; component: string }>(
    'A deployment of the release changes the version of one component and nothing else.',
    ({ group, component, ...place }) => `the deployment to ${group} changes more than ${component} ${at(place)}`,
  ),

  DEPLOYED_OUTSIDE_CALENDAR: invariant<TracePlace & { stage: string; closedBy: 'gate' | 'deny' | 'freeze' | null }>(
    'Nothing new is deployed outside the gates, in a deny window or in a freeze of the policy.',
    ({ stage, closedBy, ...place }) => `${stage} was changed, closed by ${closedBy} ${at(place)}`,
  ),

  OPERATION_DONE_TWICE: invariant<TracePlace & { operation: string; id: string }>(
    'A request with one id is done once.',
    ({ operation, id, ...place }) => `${operation} with id ${id} was accepted again ${at(place)}`,
  ),
  ANSWERED_FOR_OTHER_OPERATION: invariant<TracePlace & { operation: string; before: string; id: string }>(
    'A request is done before only if the same operation was.',
    ({ operation, before, id, ...place }) =>
      `${operation} with id ${id} was answered as done, which was ${before} ${at(place)}`,
  ),
  SKIPPED_WITHOUT_HEALTH: invariant<TracePlace & { actor: string; verdict: string }>(
    'An operator skips the rest of a window only of a healthy stage.',
    ({ actor, verdict, ...place }) => `${actor} skipped a window on verdict ${verdict} ${at(place)}`,
  ),
  AUDIT_LINE_MISSING: invariant<TracePlace & { what: string }>(
    'Every decision that changes something, and every request of an operator, has its line in the audit trail.',
    ({ what, ...place }) => `${what} has no line in the audit trail ${at(place)}`,
  ),
  PAGED_AGAIN: invariant<TracePlace & { reasonCode: string }>(
    'On-call is paged once for one reason, until something changes.',
    ({ reasonCode, ...place }) => `${reasonCode} was paged for again ${at(place)}`,
  ),

  COUNTED_AFTER_ONE_REPORT: invariant<TracePlace & { decision: string; counted: number; needed: number }>(
    'A device counts after two good reports that were read.',
    ({ decision, counted, needed, ...place }) =>
      decision === 'confirm'
        ? `${counted} devices were looked at once since they are back, and the rollback was confirmed ${at(place)}`
        : `the window began with ${counted} of ${needed} devices that had reported twice ${at(place)}`,
  ),
  BLIND_TIME_COUNTED: invariant<TracePlace & { stage: string; observedMs: number; blindMs: number }>(
    'Time in which the fleet could not be seen does not count as watched.',
    ({ stage, observedMs, blindMs, ...place }) =>
      `${stage} passed after ${hours(observedMs)} of sight and ${hours(blindMs)} without ${at(place)}`,
  ),
  STRAGGLER_FORGOTTEN: invariant<TracePlace & { things: readonly string[] }>(
    'A rollout completes only when devices that came late have run for their time.',
    ({ things, ...place }) => `completed while late devices were not watched: ${named(things)} ${at(place)}`,
  ),
  ROLLED_BACK_BY_OTHER_RULE: invariant<TracePlace & { rule: string }>(
    'Only rules that decide roll back.',
    ({ rule, ...place }) => `rolled back by ${rule}, which does not decide ${at(place)}`,
  ),

  ROLLED_BACK_WITHOUT_ONSET: invariant<TracePlace & { stage: string | null; reason: Message }>(
    'A release is not rolled back where nothing is wrong with any device.',
    ({ stage, reason, ...place }, textOf) => `${stage} was healthy and rolled back ${at(place)}: ${textOf(reason)}`,
  ),
  LARGE_FAULT_PASSED: invariant<TracePlace & { stage: string; faultKind: string }>(
    'A stage with a large fault of the release does not pass.',
    ({ stage, faultKind, ...place }) =>
      `${stage} passed with ${faultKind}, larger than what is always found ${at(place)}`,
  ),
  CRASHES_NOT_ACTED_ON: invariant<TracePlace & { devices: number }>(
    'A release that crashes on several devices is rolled back at once.',
    ({ devices, ...place }) => `the release had crashed on ${devices} devices, and nothing happened ${at(place)}`,
  ),

  EVENT_DELIVERED_AT_ONCE: invariant<TracePlace>(
    'The bus takes time to deliver an event.',
    (place) => `a function ran in the millisecond in which its event was put ${at(place)}`,
  ),

  ROLLOUT_NEVER_ENDS: invariant<{ stage: string | null; state: string; lastedMs: number; reason: Message }>(
    'A rollout ends or waits for an operator.',
    ({ stage, state, lastedMs, reason }, textOf) =>
      `${stage} has been ${state} for ${hours(lastedMs)} with no disturbance: ${textOf(reason)}`,
  ),
  ON_CALL_NOT_PAGED: invariant<TracePlace & { stage: string | null; decision: string }>(
    'On-call is paged whenever a rollout waits for an operator.',
    ({ stage, decision, ...place }) => `${decision} of ${stage} did not page on-call ${at(place)}`,
  ),
  RELEASE_LEFT_AFTER_ROLLBACK: invariant<{ things: readonly string[] }>(
    'After a rollback every reachable device runs the version before.',
    ({ things }) => `${things.length} reachable devices run the release: ${named(things)}`,
  ),
  DEPLOYMENT_LEFT_OPEN: invariant<{ things: readonly string[] }>(
    'No deployment is left open on a reachable device.',
    ({ things }) => `${things.length} reachable devices have an open deployment: ${named(things)}`,
  ),
}

export type InvariantCode = keyof typeof INVARIANT_MESSAGES

type DataOf<Code extends InvariantCode> = Extract<MessageOf<typeof INVARIANT_MESSAGES>, { readonly code: Code }>['data']

/** What a violation of one invariant carries. */
export type ViolationOf<Code extends InvariantCode> = Exclude<DataOf<Code>, Undecided>

/** One violation of an invariant. */
export interface Violation extends Message {
  readonly code: InvariantCode
}

/** An invariant that a run cannot show to hold: it ended too early, or its disturbances never did. */
export interface UndecidedInvariant extends Message {
  readonly code: InvariantCode
  readonly data: Undecided
}
