import type { StageName } from '../contract.ts'
import { define, type Message, type MessageOf, type TextOf } from './message.ts'
import { counted, type DeviceList, hoursText, listed, listedOf, minutesText } from './wording.ts'

/** How far the devices of a stage are with their install. */
export interface InstallCount {
  readonly installed: number
  readonly members: number
  readonly offline: number
}

/** How far the devices are with the rollback. */
export interface RollbackCount {
  /** Devices that have confirmed the previous version. */
  readonly confirmed: number
  readonly members: number
  readonly offline: number
  /** The version that they return to. */
  readonly version: string
}

/** Devices of a stage that have confirmed the previous version, and how many must. */
export interface StageConfirmed {
  readonly stage: StageName
  readonly confirmed: number
  readonly quorum: number
}

/** A rollback that nobody can verify, by its stages. */
export interface UnverifiedCount extends RollbackCount {
  readonly unverified: readonly StageConfirmed[]
}

/** A device on which the rollback deployment failed, with its status in AWS IoT Jobs. */
export interface FailedRollback {
  readonly thing: string
  readonly status: string
}

/** One device whose thing groups differ from the plan. */
export interface MembershipChange {
  readonly thing: string
  /** The groups of the rollout that it is in now; null if it is gone from the fleet index. */
  readonly groups: readonly string[] | null
  /** The group it was planned for; null for none. */
  readonly planned: string | null
}

/** A deployment to a thing group of the rollout that the rollout did not create. */
export interface ForeignDeployment {
  readonly group: string
  readonly deploymentId: string
}

/** An operator, and the reason that they gave. */
export interface OperatorAct {
  readonly actor: string
  readonly operatorReason: string
}

const installText = ({ installed, members, offline }: InstallCount): string =>
  `${installed} of ${members} devices installed, ${offline} offline`
const rollbackText = ({ confirmed, members, offline, version }: RollbackCount): string =>
  `${confirmed} of ${members} devices back on ${version}, ${offline} offline`
const unverifiedText = ({ unverified, ...count }: UnverifiedCount): string =>
  `${rollbackText(count)}; ${unverified.map(({ stage, confirmed, quorum }) => `${stage} ${confirmed}, ${quorum} needed`).join('; ')}`
const failedText = (failed: readonly FailedRollback[]): string =>
  `${counted(failed.length, 'device')} failed to roll back: ${listed(failed.map(({ thing, status }) => `${thing} ${status}`))}`
const changeText = ({ thing, groups, planned }: MembershipChange): string =>
  `${thing} is ${groups === null ? 'gone' : `in ${groups.join(' and ') || 'no stage'}`}, planned for ${planned ?? 'none'}`
const textsOfAll = (messages: readonly Message[], textOf: TextOf): string => messages.map(textOf).join('; ')

/** What closes a deployment window that would be open. */
export const CLOSURE_MESSAGES = {
  FREEZE_CALENDAR: define<{ readonly name: string }>(
    'A dated freeze of the policy covers the instant.',
    ({ name }) => `freeze "${name}"`,
  ),
  DENY_WINDOW: define<{ readonly from: string; readonly to: string }>(
    'A deny window of the policy covers the instant.',
    ({ from, to }) => `deny window ${from}-${to}`,
  ),
}

/** What a gate was closed by; part of other messages. */
export type Closure = MessageOf<typeof CLOSURE_MESSAGES>

/** What a hotfix did not wait for, beside closures. */
const PASSED_MESSAGES = {
  DEPLOYMENT_WINDOW: define<{ readonly stage: StageName }>(
    'The deployment window of the stage was not open.',
    ({ stage }) => `the deployment window of ${stage}`,
  ),
  OPERATOR_FREEZE: define<{ readonly actor: string }>(
    'An operator had frozen changes.',
    ({ actor }) => `the change freeze by ${actor}`,
  ),
}

/** What a window has not shown yet. */
const LACK_MESSAGES = {
  NO_DATA: define<Record<string, never>>('There was nothing to judge.', () => 'no data'),
  DEPLOYMENT_UNCONFIRMED: define<{ readonly stage: StageName }>(
    'It is unknown whether the deployment of the stage was created; the next evaluation finds out.',
    ({ stage }) => `it is unknown whether the ${stage} deployment was created`,
  ),
  HOLDBACK_RELEASE_UNFINISHED: define<{ readonly stage: StageName }>(
    'Devices of the holdback are still being moved to the group of the stage.',
    ({ stage }) => `some held-back devices have not rejoined ${stage} yet`,
  ),
  DEVICES_LACKING: define<{ readonly present: number; readonly quorum: number }>(
    'Fewer devices than the quorum are installed and report.',
    ({ present, quorum }) => `${present} devices installed and reporting, ${quorum} needed`,
  ),
  DEVICE_EXPOSURE_LACKING: define<{ readonly devices: DeviceList; readonly neededMs: number }>(
    'Devices have not run the new firmware for their share of the window.',
    ({ devices, neededMs }) => `less than ${hoursText(neededMs)} of exposure on ${listedOf(devices)}`,
  ),
  EXPOSURE_LACKING: define<{ readonly exposedMs: number; readonly neededMs: number }>(
    'The devices together have not run the new firmware for long enough.',
    ({ exposedMs, neededMs }) => `${hoursText(exposedMs)} of exposure, ${hoursText(neededMs)} needed`,
  ),
  SHIFT_EXPOSURE_LACKING: define<{ readonly shift: string; readonly exposedMs: number; readonly neededMs: number }>(
    'A shift of the window was not observed for long enough.',
    ({ shift, exposedMs, neededMs }) =>
      `${hoursText(exposedMs)} of exposure in the ${shift} shift, ${hoursText(neededMs)} needed`,
  ),
}

/** What a stage may still lack at the end of its window; a finding's reason stands among them as well. */
export type Lack = MessageOf<typeof LACK_MESSAGES>

/** Why the controller decided what it decided. Messages inside are rendered with the same registry. */
export const DECISION_MESSAGES = {
  NO_ROLLOUT: define<Record<string, never>>('No rollout is active.', () => 'no rollout is active'),

  EVENT_OVERTAKEN: define<Record<string, never>>(
    'The event came late or twice, and its evaluation was done already.',
    () => 'the event came late or twice; its evaluation was done before',
  ),

  NO_OPEN_GATE: define<Record<string, never>>(
    'No stage waits at an open gate.',
    () => 'no stage waits at an open gate',
  ),

  START_REQUESTED: define<OperatorAct>(
    'A release pipeline or an operator requested the rollout.',
    ({ actor, operatorReason }) => `start requested by ${actor}: ${operatorReason}`,
  ),

  MIGRATION_COMPLETED: define<{ readonly rolloutId: string }>(
    'The firmware follows, since its migration is completed.',
    ({ rolloutId }) => `its migration ${rolloutId} is completed`,
  ),

  ROLLOUT_ENDED: define<{ readonly state: string }>('The rollout has ended.', ({ state }) => `the rollout is ${state}`),

  RULE_BREACHED: define<{ readonly rule: string | null; readonly finding: Message }>(
    'A rule found a breach: the release is rolled back.',
    ({ rule, finding }, textOf) => `${rule === null ? '' : `${rule}: `}${textOf(finding)}`,
  ),

  TELEMETRY_DOWN: define<{ readonly downMs: number; readonly ignoredBreach: Message | null }>(
    'Most controls are silent as well: nothing goes on and no time counts until telemetry is back.',
    ({ downMs, ignoredBreach }, textOf) =>
      `telemetry has been down for ${minutesText(downMs)}, everything is held${ignoredBreach === null ? '' : `; not acted upon: ${textOf(ignoredBreach)}`}`,
  ),

  MEMBERSHIP_CHANGED: define<{ readonly changes: readonly MembershipChange[] }>(
    'The thing groups differ from the plan of the rollout: the controller pauses it.',
    ({ changes }) => `the thing groups differ from the plan: ${changes.map(changeText).join('; ')}`,
  ),

  FOREIGN_DEPLOYMENT: define<{ readonly deployments: readonly ForeignDeployment[] }>(
    'Somebody else deployed to a thing group of the rollout: the controller pauses it until an operator resumes it.',
    ({ deployments }) =>
      `somebody else deployed to ${deployments.map(({ group, deploymentId }) => `${group} (${deploymentId})`).join(', ')}`,
  ),

  OPERATOR_REASON: define<{ readonly operatorReason: string }>(
    'The reason that an operator gave, in their own words.',
    ({ operatorReason }) => operatorReason,
  ),

  PAUSED: define<{ readonly actor: string; readonly reason: Message; readonly held: Message }>(
    'The rollout is paused; `held` is what it would have done.',
    ({ actor, reason, held }, textOf) => `paused by ${actor}: ${textOf(reason)} (held: ${textOf(held)})`,
  ),

  INCONCLUSIVE_BEFORE_STAGE: define<{ readonly stage: StageName; readonly finding: Message }>(
    'Stages that passed are not known to be healthy, so the next one is not deployed.',
    ({ stage, finding }, textOf) => `inconclusive before ${stage}: ${textOf(finding)}`,
  ),

  CHANGES_FROZEN: define<OperatorAct>(
    'An operator has frozen changes: no stage is deployed.',
    ({ actor, operatorReason }) => `changes are frozen by ${actor}: ${operatorReason}`,
  ),

  GATE_CLOSED: define<{ readonly stage: StageName; readonly opensInMs: number; readonly closedBy: Message | null }>(
    'The deployment window of the stage is not open.',
    ({ stage, opensInMs, closedBy }, textOf) =>
      `the gate of ${stage} opens in ${hoursText(opensInMs)}${closedBy === null ? '' : ` (${textOf(closedBy)})`}`,
  ),

  GATE_OPEN: define<{ readonly stage: StageName }>(
    'The deployment window of the stage is open.',
    ({ stage }) => `the gate of ${stage} is open`,
  ),

  HOTFIX: define<{ readonly passed: readonly Message[]; readonly operatorReason: string }>(
    'A hotfix is deployed past closed gates and change freezes; `passed` lists them for the audit trail.',
    ({ passed, operatorReason }, textOf) =>
      `hotfix past ${passed.map(textOf).join(' and ') || 'an open gate'}: ${operatorReason}`,
  ),

  HOLDBACK_RELEASED: define<{ readonly gate: Message; readonly devices: number }>(
    'The devices that were held back follow.',
    ({ gate, devices }, textOf) => `${textOf(gate)}; the holdback of ${counted(devices, 'device')} is released`,
  ),

  HOLDBACK_UNDECIDED: define<{ readonly gate: Message }>(
    'Which devices are held back is chosen by the next evaluation, which reads the fleet.',
    ({ gate }, textOf) => `${textOf(gate)}; the next evaluation chooses the holdback`,
  ),

  HOLDBACK_CHOSEN: define<{ readonly gate: Message; readonly devices: number }>(
    'Production is deployed without the devices that are held back as controls.',
    ({ gate, devices }, textOf) => `${textOf(gate)}; ${counted(devices, 'device')} held back`,
  ),

  HOLDBACK_IMPOSSIBLE: define<{ readonly gate: Message }>(
    'No line has a device to spare, so that none is held back.',
    ({ gate }, textOf) => `${textOf(gate)}; no device can be held back`,
  ),

  INSTALLING: define<InstallCount & { readonly quorum: number }>(
    'Devices of the stage are still to install the release.',
    (count) => `${installText(count)}, ${count.quorum} needed`,
  ),

  INSTALLED: define<InstallCount & { readonly late: DeviceList }>(
    'Enough devices have installed the release: the window begins. Late devices are not waited for.',
    (count) => `${installText(count)}${count.late.count === 0 ? '' : `; not waited for: ${listedOf(count.late)}`}`,
  ),

  QUORUM_MISSED: define<InstallCount & { readonly quorum: number }>(
    'After a whole window too few devices have installed the release: the rollout is halted.',
    (count) => `${installText(count)} after a whole window, ${count.quorum} needed`,
  ),

  WINDOW_RUNNING: define<{ readonly elapsedMs: number; readonly windowMs: number }>(
    'The monitoring window of the stage has not elapsed.',
    ({ elapsedMs, windowMs }) => `${hoursText(elapsedMs)} of the ${hoursText(windowMs)} window have elapsed`,
  ),

  WINDOW_EXTENDED: define<{ readonly lacks: readonly Message[] }>(
    'The window has elapsed, and the evidence that is listed is missing.',
    ({ lacks }, textOf) => `the window is extended: ${textsOfAll(lacks, textOf)}`,
  ),

  EVIDENCE_OVERDUE: define<{ readonly elapsedMs: number; readonly lacks: readonly Message[] }>(
    'The longest extension of the window has not brought the missing evidence: the rollout is halted.',
    ({ elapsedMs, lacks }, textOf) =>
      `still inconclusive ${hoursText(elapsedMs)} into the window: ${textsOfAll(lacks, textOf)}`,
  ),

  WINDOW_PASSED: define<{ readonly exposedMs: number; readonly neededMs: number; readonly uncounted: DeviceList }>(
    'The window has elapsed, and the stage is healthy on enough exposure.',
    ({ exposedMs, neededMs, uncounted }) =>
      `${hoursText(exposedMs)} of healthy exposure, ${hoursText(neededMs)} needed${uncounted.count === 0 ? '' : `; not counted: ${listedOf(uncounted)}`}`,
  ),

  HOLDBACK_INSTALLING: define<{ readonly passed: Message; readonly devices: DeviceList }>(
    'The last window has passed; devices of the released holdback are still to install.',
    ({ passed, devices }, textOf) => `${textOf(passed)}; released and not installed: ${listedOf(devices)}`,
  ),

  HOLDBACK_WATCHED: define<{ readonly passed: Message; readonly devices: DeviceList; readonly forMs: number }>(
    'The last window has passed; devices of the released holdback have installed and are watched for a while.',
    ({ passed, devices, forMs }, textOf) =>
      `${textOf(passed)}; released devices are watched for ${hoursText(forMs)}: ${listedOf(devices)}`,
  ),

  BAKING: define<{ readonly passed: Message; readonly bakedMs: number; readonly bakeMs: number }>(
    'Every device has the release and the last window has passed; the bake time runs, and a breach is rolled back.',
    ({ passed, bakedMs, bakeMs }, textOf) =>
      `${textOf(passed)}; ${hoursText(bakedMs)} of the bake time of ${hoursText(bakeMs)} have elapsed`,
  ),

  STRAGGLERS_WATCHED: define<{ readonly passed: Message; readonly devices: DeviceList }>(
    'The last window has passed; devices that installed late run a window of their own.',
    ({ passed, devices }, textOf) => `${textOf(passed)}; late devices run their own window: ${listedOf(devices)}`,
  ),

  ROLLING_BACK: define<RollbackCount>('Devices are still to confirm the previous version.', rollbackText),

  ROLLED_BACK: define<RollbackCount>(
    'Every device that can be reached has confirmed the previous version.',
    (count) => `rollback confirmed: ${rollbackText(count)}`,
  ),

  ROLLBACK_UNVERIFIED: define<UnverifiedCount>(
    'No device that is still to come back can be reached: on-call is paged, and the rollback stays open for a day.',
    (count) => `rollback not verified, the other devices cannot be reached: ${unverifiedText(count)}`,
  ),

  VERIFICATION_OVERDUE: define<UnverifiedCount & { readonly elapsedMs: number }>(
    'After a day too few devices have confirmed the previous version and no other can be reached: the rollout is halted.',
    ({ elapsedMs, ...count }) => `rollback still not verified after ${hoursText(elapsedMs)}: ${unverifiedText(count)}`,
  ),

  ROLLBACK_FAILED_ON_DEVICES: define<{ readonly failed: readonly FailedRollback[] }>(
    'Devices failed to roll back while others are still at it: on-call is paged.',
    ({ failed }) => failedText(failed),
  ),

  ROLLBACK_FAILED: define<RollbackCount & { readonly failed: readonly FailedRollback[] }>(
    'The rollback is over on all devices that can be reached, and it failed on some: the rollout is halted.',
    ({ failed, ...count }) => `${failedText(failed)}; ${rollbackText(count)}`,
  ),

  ROLLBACK_OVERDUE: define<
    RollbackCount & {
      readonly deadlineMs: number
      readonly open: DeviceList
      /** A rollback deployment could not be created. */
      readonly isRequestPending: boolean
    }
  >('Devices have not confirmed the previous version in time: the rollout is halted.', (count) => {
    const open = [
      ...(count.open.count === 0 ? [] : [listedOf(count.open)]),
      ...(count.isRequestPending ? ['a deployment that could not be created'] : []),
    ]
    return `rollback not verified after ${minutesText(count.deadlineMs)}: ${rollbackText(count)}; open: ${open.join(', ')}`
  }),

  ABORTED: define<OperatorAct>(
    'An operator requested a rollback.',
    ({ actor, operatorReason }) => `aborted by ${actor}: ${operatorReason}`,
  ),

  WINDOW_SKIPPED: define<OperatorAct & { readonly remainingMs: number }>(
    'An operator skipped the rest of the window of a healthy stage.',
    ({ actor, operatorReason, remainingMs }) =>
      `${hoursText(remainingMs)} of the window skipped by ${actor}: ${operatorReason}`,
  ),

  PROMOTED_WITHOUT_EVIDENCE: define<OperatorAct & { readonly despite: Message }>(
    'An operator promoted a stage whose window has elapsed without the evidence that is missing.',
    ({ actor, operatorReason, despite }, textOf) => `promoted by ${actor}: ${operatorReason} (${textOf(despite)})`,
  ),

  RETRIED: define<OperatorAct>(
    'An operator retried the step at which the rollout was halted.',
    ({ actor, operatorReason }) => `retried by ${actor}: ${operatorReason}`,
  ),
}

export type DecisionReason = MessageOf<typeof DECISION_MESSAGES>
/** Why a rollout was started. */
export type StartReason = Extract<DecisionReason, { code: 'START_REQUESTED' | 'MIGRATION_COMPLETED' }>
/** Why a rollout is paused: an operator's words, or what the controller found. */
export type PauseReason = Extract<
  DecisionReason,
  { code: 'OPERATOR_REASON' | 'MEMBERSHIP_CHANGED' | 'FOREIGN_DEPLOYMENT' }
>

/** Messages that stand inside of decisions only. */
export const DECISION_PART_MESSAGES = { ...CLOSURE_MESSAGES, ...PASSED_MESSAGES, ...LACK_MESSAGES }
