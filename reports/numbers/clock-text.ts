const PARTS = { weekday: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const

/** `Mon 02 18:25` in the zone of the plant. */
export function timeOfDay(atMs: number, zone: string): string {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {}
  for (const { type, value } of formatOf(zone).formatToParts(atMs)) part[type] = value
  return `${part.weekday} ${part.day} ${part.hour}:${part.minute}`
}

/** By zone: making one takes milliseconds, using it takes microseconds. */
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', { ...PARTS, timeZone: zone })
    formats.set(zone, format)
  }
  return format
}
