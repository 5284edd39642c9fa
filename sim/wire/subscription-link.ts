import type { IncomingMessage } from 'node:http'

/** What the links in messages of SNS do, which their receivers open without a signature. */
const ACTIONS = new Set(['ConfirmSubscription', 'Unsubscribe'])

/** The form of such a link; null for any other request. [source: sns-http-messages] */
export function linkForm({ method, url = '', headers }: IncomingMessage): string | null {
  if (method !== 'GET' || headers.authorization !== undefined) return null
  const [path, form] = url.split('?')
  const action = new URLSearchParams(form).get('Action')
  return path === '/' && form !== undefined && ACTIONS.has(action ?? '') ? form : null
}
