import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'
import { isZone, notAZone } from '../../controller/units/wall-time.ts'

/** Years that the zones of a plant are known for. */
const FIRST_MS = Date.UTC(2000, 0, 1)
const LAST_MS = Date.UTC(2100, 0, 1)

/** `2026-03-02T14:00[Europe/Berlin]` -> the instant and the zone. */
export const start = z
  .string()
  .transform((text, context) => {
    const parsed = startOf(text)
    if (typeof parsed !== 'string') return parsed
    context.addIssue({ code: 'custom', message: parsed })
    return z.NEVER
  })
  .describe(
    'Site-local time at which the rollout is started, with its IANA zone; of a time that the clocks repeat the first, ' +
      'unless its offset is written as well',
  )

/** The start, or what is wrong with it. */
function startOf(written: string): { readonly atMs: number; readonly zone: string } | string {
  const zoned = zonedOf(written)
  if (zoned === null) return `"${written}" is not a local time with its zone, such as "2026-03-02T14:00[Europe/Berlin]"`
  const { epochMilliseconds: atMs, timeZoneId: zone } = zoned
  if (!isZone(zone)) return notAZone(zone)
  if (atMs < FIRST_MS || atMs >= LAST_MS) return `"${written}" is not in the years 2000 to 2099`
  return skippedTime(written, zoned) ?? { atMs, zone }
}

/** Says that the clocks of the zone never show the time that was written, or null if they do. */
function skippedTime(written: string, zoned: Temporal.ZonedDateTime): string | null {
  const wanted = Temporal.PlainDateTime.from(written)
  const shown = zoned.toPlainDateTime()
  if (shown.equals(wanted)) return null
  const [skipped, next] = [wanted, shown].map((one) => one.toString({ smallestUnit: 'minute' }))
  return `"${written}": the clocks there skip ${skipped}, which would be ${next}`
}

function zonedOf(text: string): Temporal.ZonedDateTime | null {
  try {
    return Temporal.ZonedDateTime.from(text)
  } catch {
    return null
  }
}
