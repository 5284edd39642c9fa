import { FIRMWARE_COMPONENT, HOLDBACK_GROUP, type StageName } from '../contract.ts'
import type { Finding } from '../judge/verdict.ts'
import type { DecisionReason, PauseReason } from '../messages/decisions.ts'
import type { CreatedDeployment, DeploymentSpec, Notification } from '../ports/ports.ts'

/** Versions of data and of health document that a firmware writes and reads. */
export interface Schemas {
  readonly data: { readonly writes: number; readonly reads: readonly number[] }
  readonly shadow: { readonly writes: string; readonly reads: readonly string[] }
}

/** Which operator requested something, the reason as they typed it, and when. */
export interface Attribution {
  readonly actor: string
  readonly reason: string
  readonly atMs: number
}

/** A hold on the rollout: nothing is deployed or promoted, monitoring goes on, a breach is still rolled back. */
export interface Pause {
  readonly actor: string
  readonly reason: PauseReason
  readonly atMs: number
}

/** An operation that was carried out. */
export interface Operated extends Attribution {
  readonly operation: string
  /** Idempotency key of the request: repeating it has no further effect. */
  readonly id?: string | undefined
}

/** Change freeze: no stage of any rollout is deployed, except by a hotfix; rollbacks are never held. */
export interface Freeze {
  readonly frozen: Attribution | null
  /** The operations that made it so, the newest last. */
  readonly operations: readonly Operated[]
}

/** The release that a rollout brings. */
export interface Release extends Schemas {
  readonly version: string
  readonly replaces: string
  /**
   * Those of the version that is replaced: they decide whether a rollback is possible. A start without them is refused.
   */
  readonly previous?: Schemas
  /** The component that has to be deployed before a change that breaks. [source: migration-first] */
  readonly migration?: { readonly component: string; readonly version: string }
  /**
   * An urgent repair: it passes deployment windows, dated freezes and change freezes, never a deny window, and is
   * watched as long as any other. [source: hotfix]
   */
  readonly hotfix?: { readonly reason: string } | undefined
}

export type RolloutState =
  /** The next stage waits for its gate. */
  | 'waiting'
  /** Devices of the stage take the new firmware. */
  | 'deploying'
  /** The stage runs it and is monitored. */
  | 'soaking'
  | 'rolling-back'
  | 'completed'
  | 'rolled-back'
  /** An operator is needed. */
  | 'halted'

export interface Stage {
  readonly name: StageName
  /** Frozen at the start; without the devices that are held back, as long as they are. */
  readonly members: readonly string[]
  /** What the group ran before: what a rollback deploys. */
  readonly previous: DeploymentSpec
  readonly deployment: (CreatedDeployment & { readonly atMs: number }) | null
  readonly soakingSinceMs: number | null
  readonly rollback: (CreatedDeployment & { readonly atMs: number }) | null
}

/** A deployment that is to be created; a function that died after its decision may have created it without a record. */
export interface DeploymentRequest {
  readonly kind: 'deploy' | 'rollback'
  readonly stage: StageName
  readonly clientToken: string
  readonly decidedAtMs: number
}

/** A side effect, stored before it is tried and ticked off after it succeeded. */
export type Effect =
  | DeploymentRequest
  | { readonly kind: 'cancel'; readonly deploymentId: string }
  /** Takes devices out of production before it is deployed. */
  | { readonly kind: 'hold-back'; readonly things: readonly string[] }
  /** Moves them back in: for the release, or once production's rollback is requested. */
  | { readonly kind: 'release-holdback'; readonly things: readonly string[]; readonly into: 'release' | 'rollback' }
  | { readonly kind: 'announce'; readonly detailType: string; readonly detail: object }
  /** Pages on-call. A function that dies before it is ticked off pages twice; a page is never lost. */
  | { readonly kind: 'notify'; readonly notification: Notification }
  /** A line of the audit trail; the sequence is its key, so that writing it again changes nothing. */
  | { readonly kind: 'audit'; readonly sequence: number; readonly entry: object }

/** The devices held back from production, its concurrent controls. */
export interface Holdback {
  readonly things: readonly string[]
  readonly sinceMs: number
  /** When it was decided that they follow, and then when they were released; null until then. */
  readonly releasedAtMs: number | null
}

export interface Rollout {
  readonly id: string
  /** The rollout before it; absent for the first one. */
  readonly previousId?: string
  readonly release: Release
  /** Set for the rollout that goes before that of the firmware. */
  readonly subject?: 'migration'
  readonly state: RolloutState
  /** Index of the stage that the state is about. */
  readonly stageIndex: number
  readonly stages: readonly Stage[]
  readonly lineOf: Readonly<Record<string, number>>
  /** Chosen when production was deployed, and kept to the end. */
  readonly holdback?: Holdback
  /** The newest deployment of each group when the rollout was started: its id by the group's name. */
  readonly deploymentsAtStart?: Readonly<Record<string, string>>
  /** Ids of deployments by somebody else that on-call was paged for. */
  readonly noticedDeployments?: readonly string[]
  /** The smallest effects that every stage's window can detect. */
  readonly smallestEffects?: readonly Finding[]
  readonly startedAtMs: number
  /** When the state began. */
  readonly stateSinceMs: number
  /** Effects that were decided and not yet known to have happened, in order. */
  readonly pending: readonly Effect[]
  /** Why the state is what it is. */
  readonly reason: DecisionReason
  /** Devices that failed to roll back and that on-call was paged for. */
  readonly stuck?: readonly string[]
  /** Set while it is paused. */
  readonly pause?: Pause | null
  /** The state in which it was halted: where a retry resumes. */
  readonly haltedFrom?: RolloutState
  /** How often failed steps were requested again by a retry; part of their client tokens from the first one on. */
  readonly retries?: number
  /** When on-call was last paged because telemetry was down. */
  readonly pagedAtMs?: number
  /**
   * Operations that were carried out, the newest last: kept in the document they changed, so that none is done twice or
   * lost.
   */
  readonly operations?: readonly Operated[]
}

/** The component that the rollout brings, in the version it brings. */
export const targetComponentOf = ({
  subject,
  release,
}: Rollout): { readonly component: string; readonly version: string } =>
  subject === 'migration' && release.migration !== undefined
    ? release.migration
    : { component: FIRMWARE_COMPONENT, version: release.version }

/** The firmware that a touched stage is monitored on: during a migration it is still the one to be replaced. */
export const watchedVersion = ({ subject, release }: Rollout): string =>
  subject === 'migration' ? release.replaces : release.version

/** Devices that are held back now. */
export const heldOf = ({ holdback }: Pick<Rollout, 'holdback'>): readonly string[] =>
  holdback === undefined || holdback.releasedAtMs !== null ? [] : holdback.things

export const isFinal = ({ state }: Rollout): boolean =>
  state === 'completed' || state === 'rolled-back' || state === 'halted'

export const stageOf = (rollout: Rollout): Stage => rollout.stages[rollout.stageIndex] as Stage

/** The stage that devices are held back from. */
export const lastStage = ({ stages }: Pick<Rollout, 'stages'>): Stage => stages.at(-1) as Stage

export const isAtLastStage = ({ stages, stageIndex }: Rollout): boolean => stageIndex === stages.length - 1

/** Every thing group that the rollout deploys to, or keeps devices in. */
export const groupsOf = ({
  stages,
}: {
  readonly stages: readonly { readonly name: StageName }[]
}): readonly string[] => [...stages.map(({ name }) => name), HOLDBACK_GROUP]

/**
 * Stages that the new firmware was requested for, the newest last; a request that is still pending counts, because a
 * function that died may have created the deployment.
 */
export const touchedStages = (rollout: Rollout): readonly Stage[] =>
  rollout.stages.filter(
    ({ name, deployment, rollback }) =>
      deployment !== null ||
      rollback !== null ||
      rollout.pending.some((effect) => 'stage' in effect && effect.stage === name),
  )

/**
 * Whether new firmware was requested and it is unknown whether the deployment was created: devices may have it already.
 */
export const isDeploymentUnconfirmed = ({ pending }: Rollout): boolean => pending.some(({ kind }) => kind === 'deploy')

/** Whether released devices have not all been moved into the group of the release yet. */
export const isReleasingHoldback = ({ pending }: Rollout): boolean =>
  pending.some((effect) => effect.kind === 'release-holdback' && effect.into === 'release')

/**
 * Token of a step, the same on every try, so that trying again is one effect; a retry that an operator requested is
 * another.
 * [source: client-token]
 */
const clientToken = ({ id, retries = 0, stages }: Rollout, step: 'deploy' | 'back', stage: StageName): string => {
  const name = FITS_A_TOKEN.test(stage) ? stage : `stage${stages.findIndex((one) => one.name === stage)}`
  return `${id}-${step}-${name}${retries === 0 ? '' : `-${retries}`}`
}

/** Names that a client token of 64 characters has room for. */
const FITS_A_TOKEN = /^[a-zA-Z0-9-]{1,11}$/

/** The request for a stage's deployment, as decided now. */
export function requestOf(
  rollout: Rollout,
  kind: DeploymentRequest['kind'],
  stage: StageName,
  nowMs: number,
): DeploymentRequest {
  const token = clientToken(rollout, kind === 'deploy' ? 'deploy' : 'back', stage)
  return { kind, stage, clientToken: token, decidedAtMs: nowMs }
}

/** The rollout after an effect happened: ticked off, and its result kept. */
export function withDone(rollout: Rollout, effect: Effect, result: CreatedDeployment | null, nowMs: number): Rollout {
  const pending = rollout.pending.filter((one) => one !== effect)
  if (effect.kind === 'release-holdback' && effect.into === 'release' && rollout.holdback !== undefined) {
    return { ...rollout, holdback: { ...rollout.holdback, releasedAtMs: nowMs }, pending }
  }
  if (result === null || (effect.kind !== 'deploy' && effect.kind !== 'rollback')) return { ...rollout, pending }
  const field = effect.kind === 'deploy' ? 'deployment' : 'rollback'
  const stages = rollout.stages.map((stage) =>
    stage.name === effect.stage ? { ...stage, [field]: { ...result, atMs: nowMs } } : stage,
  )
  return { ...rollout, stages, pending }
}
