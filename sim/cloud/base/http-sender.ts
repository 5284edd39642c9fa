import type { OutsideClient } from '../../kernel/client-activity.ts'

/** A POST request to a URL that a client has named. */
export interface HttpMessage {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** What it is, for the account of its client: `sns Notification`. */
  readonly name: string
  /** Who asked for it and is told that it failed; null for the twin itself. */
  readonly client: OutsideClient | null
}

/** How services send HTTP requests to clients. Nothing waits for a request, and nothing fails with it. */
export interface HttpSender {
  /** Where clients reach the services themselves. */
  readonly ownUrl: string
  post(message: HttpMessage): void
}
