import type { Notification } from '../run/notifications.ts'
import { textOf } from './registry.ts'

/** The sentence of a notification; its subject, or else its code, where it has no message. */
export const notificationText = ({ code, data, subject }: Omit<Notification, 'atMs'>): string =>
  data === null ? (subject ?? '') : textOf({ code, data })
