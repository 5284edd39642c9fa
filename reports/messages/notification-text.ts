import { textOf } from './registry.ts'

/** What is known of a notification. */
export interface NotifiedMessage {
  readonly code: string
  /** Null where it was published without a message. */
  readonly data: object | null
  readonly subject: string | null
}

/** The sentence of a notification; its subject or its code where it has no message. */
export const notificationText = ({ code, data, subject }: NotifiedMessage): string =>
  data === null ? (subject ?? code) : textOf({ code, data })
