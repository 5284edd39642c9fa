const HOUR_MS = 3_600_000

export const hours = (ms: number): string => `${Math.round((ms / HOUR_MS) * 100) / 100} h`
export const pct = (share: number): string => `${Math.round(share * 1000) / 10} %`
export const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const
