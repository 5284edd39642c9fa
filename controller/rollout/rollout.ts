import { FIRMWARE_COMPONENT, STAGES, type StageName } from '../contract.ts'
import type { Finding } from '../judge/verdict.ts'
import type { CreatedDeployment, DeploymentSpec, Notification } from '../ports/ports.ts'

/** Versions of data and of health document that a firmware writes and reads. */
export interface Schemas {
  readonly data: { readonly writes: number; readonly reads: readonly number[] }
  readonly shadow: { readonly writes: string; readonly reads: readonly string[] }
}

/** Who wanted something, why, and when. */
export interface Attribution {
  readonly actor: string
  readonly reason: string
  readonly atMs: number
}

/** An operation that was carried out. */
export interface Operated extends Attribution {
  readonly operation: string
  /** Given by whoever asked, so that asking again is no second operation. */
  readonly id?: string | undefined
}

/** "Stop the line": no stage of any rollout is deployed, except by a hotfix; ways back are never held. */
export interface Freeze {
  readonly frozen: Attribution | null
  /** The operations that made it so, the newest last. */
  readonly operations: readonly Operated[]
}

/** The release that a rollout brings. */
export interface Release extends Schemas {
  readonly version: string
  readonly replaces: string
  /** Those of the version that is replaced: what decides whether there is a way back. A start without them is refused. */
  readonly previous?: Schemas
  /** The component that has to be deployed before a change that breaks. [seed: migration component first] */
  readonly migration?: { readonly component: string; readonly version: string }
  /**
   * An urgent repair: it passes maintenance windows, dated freezes and a stopped line, never a deny window, and is
   * watched as long as any other. [detection B7: opt-out, audited]
   */
  readonly hotfix?: { readonly reason: string } | undefined
}

export type RolloutState =
  /** The next stage waits for its gate. */
  | 'waiting'
  /** Devices of the stage take the new firmware. */
  | 'deploying'
  /** The stage runs it under watch. */
  | 'soaking'
  | 'rolling-back'
  | 'completed'
  | 'rolled-back'
  /** A human is needed. */
  | 'halted'

export interface Stage {
  readonly name: StageName
  /** Frozen at the start; without the devices that are held back, as long as they are. */
  readonly members: readonly string[]
  /** What the group ran before: the way back. */
  readonly previous: DeploymentSpec
  readonly deployment: (CreatedDeployment & { readonly atMs: number }) | null
  readonly soakingSinceMs: number | null
  readonly rollback: (CreatedDeployment & { readonly atMs: number }) | null
}

/** A deployment that is to be created; after the look of its decision it may have been, and nobody lived to tell. */
export interface DeploymentRequest {
  readonly kind: 'deploy' | 'rollback'
  readonly stage: StageName
  readonly clientToken: string
  readonly decidedAtMs: number
}

/** An effect on the world, stored before it is tried and ticked off after it succeeded. */
export type Effect =
  | DeploymentRequest
  | { readonly kind: 'cancel'; readonly deploymentId: string }
  /** Takes devices out of production before it is deployed. */
  | { readonly kind: 'hold-back'; readonly things: readonly string[] }
  /** Puts them in again: for the release, or once production's way back is ordered. */
  | { readonly kind: 'release-holdback'; readonly things: readonly string[]; readonly into: 'release' | 'rollback' }
  | { readonly kind: 'announce'; readonly detailType: string; readonly detail: object }
  /** Calls a person. Whoever dies before it is ticked off calls twice; nobody is called never. */
  | { readonly kind: 'notify'; readonly notification: Notification }
  /** A line of the audit trail; the sequence is its key, so that writing it again changes nothing. */
  | { readonly kind: 'audit'; readonly sequence: number; readonly entry: object }

/** The devices held back from production, its concurrent controls. */
export interface Holdback {
  readonly things: readonly string[]
  readonly sinceMs: number
  /** When it was decided that they follow, and then when they were let go; null until then. */
  readonly releasedAtMs: number | null
}

export interface Rollout {
  readonly id: string
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
  /** What every stage's window can see at all. */
  readonly smallestEffects?: readonly Finding[]
  readonly startedAtMs: number
  /** When the state began. */
  readonly stateSinceMs: number
  /** Effects that were decided and not yet known to have happened, in order. */
  readonly pending: readonly Effect[]
  /** Why the state is what it is. */
  readonly reason: string
  /** Devices that failed to go back and that somebody was paged for. */
  readonly stuck?: readonly string[]
  /** Set while it is paused: nothing is deployed or promoted, all is watched, a breach still leads back. */
  readonly pause?: Attribution | null
  /** The state in which it was halted: what a retry takes up again. */
  readonly haltedFrom?: RolloutState
  /** How often failed steps were ordered anew by a retry; part of their client tokens from the first one on. */
  readonly retries?: number
  /** When somebody was last called because the telemetry was down. */
  readonly pagedAtMs?: number
  /** What people had done to it, the newest last: kept with what it did, so that nothing is done twice or forgotten. */
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

/** The firmware that a touched stage runs under watch: during a migration it is still the one to be replaced. */
export const watchedVersion = ({ subject, release }: Rollout): string =>
  subject === 'migration' ? release.replaces : release.version

/** Devices that are held back now. */
export const heldOf = ({ holdback }: Pick<Rollout, 'holdback'>): readonly string[] =>
  holdback === undefined || holdback.releasedAtMs !== null ? [] : holdback.things

export const isFinal = ({ state }: Rollout): boolean =>
  state === 'completed' || state === 'rolled-back' || state === 'halted'

export const stageOf = (rollout: Rollout): Stage => rollout.stages[rollout.stageIndex] as Stage

/**
 * Stages that the new firmware was ordered for, the newest last; an order that is still pending counts, because a
 * function that died may have placed it.
 */
export const touchedStages = (rollout: Rollout): readonly Stage[] =>
  rollout.stages.filter(
    ({ name, deployment, rollback }) =>
      deployment !== null ||
      rollback !== null ||
      rollout.pending.some((effect) => 'stage' in effect && effect.stage === name),
  )

/** Whether new firmware was ordered and nobody knows yet that the order was placed: devices may have it all the same. */
export const isDeploymentUnconfirmed = ({ pending }: Rollout): boolean => pending.some(({ kind }) => kind === 'deploy')

/** Whether devices that were let go have not all been put into the group of the release yet. */
export const isReleasingHoldback = ({ pending }: Rollout): boolean =>
  pending.some((effect) => effect.kind === 'release-holdback' && effect.into === 'release')

/**
 * Token of a step, the same on every try, so that trying again is one effect; a retry that a person ordered is another.
 * [gg: clientToken 1-64 of a-z0-9-]
 */
const clientToken = ({ id, retries = 0 }: Rollout, step: 'deploy' | 'back', stage: StageName): string =>
  `${id}-${step}-${stage}${retries === 0 ? '' : `-${retries}`}`

/** The order of a stage's deployment, as decided now. */
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

/** Index of the last stage. */
export const LAST_STAGE = STAGES.length - 1
