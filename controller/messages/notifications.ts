import type { REASON_CODES, StageName } from '../contract.ts'
import { define, type Message, type MessageOf, type TextOf } from './message.ts'

/** What on-call needs to know at first. */
export interface Paged {
  readonly version: string
  readonly stage: StageName
  /** The reason of the decision that on-call is paged for. */
  readonly reason: Message
  /** Devices on which the rollback failed or is not verified. */
  readonly stuck?: readonly string[]
}

const pageText =
  (what: string) =>
  ({ version, stage, reason }: Paged, textOf: TextOf): string =>
    `release ${version}, ${stage}: ${what}: ${textOf(reason)}`

/** What on-call is paged for; the codes are the reason codes of the notifications. */
export const NOTIFICATION_MESSAGES = {
  ROLLOUT_HALTED: define<Paged>('The rollout is halted until an operator acts.', pageText('rollout halted')),
  ROLLOUT_HELD: define<Paged>(
    'The rollout is held: paused by the controller, or without telemetry.',
    pageText('rollout held'),
  ),
  ROLLBACK_STUCK: define<Paged>('The rollback failed on devices.', pageText('rollback stuck')),
} satisfies Record<(typeof REASON_CODES)[keyof typeof REASON_CODES], unknown>

export type NotificationMessage = MessageOf<typeof NOTIFICATION_MESSAGES>
