/** ISO 8601 in UTC. */
export const isoTime = (atMs: number): string => new Date(atMs).toISOString()

export const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits))
