/** `Mon 02 18:25`, in the plant's zone. */
export function timeOfDay(atMs: number, zone: string): string {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {}
  for (const { type, value } of formatOf(zone).formatToParts(atMs)) part[type] = value
  return `${part.weekday} ${part.day} ${part.hour}:${part.minute}`
}

/** One is made for each zone: that takes a thousand times as long as to use it. */
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone)
  if (format === undefined) {
    const two = '2-digit'
    const parts = { weekday: 'short', day: two, hour: two, minute: two, hourCycle: 'h23' } as const
    format = new Intl.DateTimeFormat('en-GB', { ...parts, timeZone: zone })
    formats.set(zone, format)
  }
  return format
}
