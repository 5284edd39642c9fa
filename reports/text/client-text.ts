import { clientText } from '../../sim/kernel/client-messages.ts'
import { countText, shortTime } from '../numbers/format.ts'
import type { ReportedClient, ReportedDeed } from '../run/clients.ts'

/** What is listed of one client; the rest is in report.json. */
const MAX_LISTED = 20

/** The lines of one client: how much it did in all, then each change and each error. Times are UTC. */
export function clientLines({ client, changes, reads, errors }: ReportedClient): readonly string[] {
  const parts = [
    countText(sum(changes.map(({ count }) => count)), 'change'),
    countText(sum(Object.values(reads)), 'read'),
    countText(sum(errors.map(({ count }) => count)), 'error'),
  ]
  const listed = [
    ...changes.map((one) => `changed: ${deedText(one)}`),
    ...errors.map((one) => `refused: ${deedText(one)}: ${one.error}: ${one.message}`),
  ]
  const more = listed.length - MAX_LISTED
  return [
    `${clientText(client)}: ${parts.join(', ')}`,
    ...listed.slice(0, MAX_LISTED),
    ...(more > 0 ? [`and ${more} more, see report.json`] : []),
  ]
}

const deedText = ({ request, count, firstAt, lastAt }: ReportedDeed): string =>
  count === 1
    ? `${request}, at ${shortTime(firstAt)}`
    : `${request}, ${count} x ${shortTime(firstAt)} to ${shortTime(lastAt)}`

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
