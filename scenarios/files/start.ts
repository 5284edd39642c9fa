import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'
import { isZone } from '../../controller/units/wall-time.ts'

/** Years that the zones of a plant are known for. */
const FIRST_MS = Date.UTC(2000, 0, 1)
const LAST_MS = Date.UTC(2100, 0, 1)

/** `2026-03-02T14:00[Europe/Berlin]` -> the instant and the zone. */
export const start = z
  .string()
  .transform((text, context) => {
    const parsed = startOf(text)
    if (typeof parsed !== 'string') return parsed
    context.addIssue({ code: 'custom', message: `"${text}" ${parsed}` })
    return z.NEVER
  })
  .describe(
    'Site-local time at which the rollout is started, with its IANA zone; of a time that the clocks repeat the first, ' +
      'unless its offset is written as well',
  )

/** The start, or what is wrong with it. */
function startOf(text: string): { readonly atMs: number; readonly zone: string } | string {
  const zoned = zonedOf(text)
  if (zoned === null) return 'is not a local time with its zone, such as "2026-03-02T14:00[Europe/Berlin]"'
  const { epochMilliseconds: atMs, timeZoneId: zone } = zoned
  if (!isZone(zone)) return `has no zone of the IANA database, such as "2026-03-02T14:00[Europe/Berlin]"`
  const shown = zoned.toPlainDateTime()
  if (!shown.equals(Temporal.PlainDateTime.from(text))) {
    return `is never shown: the clocks skip that hour, and it would be ${shown.toString({ smallestUnit: 'minute' })}`
  }
  return atMs >= FIRST_MS && atMs < LAST_MS ? { atMs, zone } : 'is not in the years 2000 to 2099'
}

function zonedOf(text: string): Temporal.ZonedDateTime | null {
  try {
    return Temporal.ZonedDateTime.from(text)
  } catch {
    return null
  }
}
