import { decimalText } from '../../controller/units/decimal.ts'
import type { Estimate, Unit } from './estimate.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Three digits say more than a recording knows. */
const DIGITS = 3

/** A figure with its unit, as a plant file writes it. */
export function figureText(value: number, unit: Unit): string {
  switch (unit) {
    case 'share':
      return `${number(value * 100)} %`
    case 'share a day':
      return `${value < 0 ? '-' : ''}${number(Math.abs(value) * 100)} %/d`
    case 'ms':
      return durationText(value)
    case 'MiB':
      return `${number(value)} MiB`
    case 'yes or no':
      return value === 0 ? 'false' : 'true'
    default:
      return number(value)
  }
}

const number = (value: number): string =>
  Number.isFinite(value) ? decimalText(Number(Math.max(value, 0).toPrecision(DIGITS))) : 'any'

function durationText(ms: number): string {
  if (!Number.isFinite(ms)) return 'any'
  const [unit, name] = (
    [
      [DAY_MS, 'd'],
      [HOUR_MS, 'h'],
      [MINUTE_MS, 'min'],
      [1000, 's'],
      [0, 'ms'],
    ] as const
  ).find(([least]) => ms >= 2 * least) as readonly [number, string]
  // Cycle times are known better than in whole seconds.
  return `${decimalText(Number((Math.max(ms, 0) / (unit || 1)).toPrecision(unit === 1000 ? DIGITS + 1 : DIGITS)))}${name}`
}

/** From and to; null without an interval. */
export const intervalText = (one: Estimate): string | null =>
  one.is !== 'estimated' || one.interval === null
    ? null
    : `${figureText(one.interval.low, one.unit)} to ${figureText(one.interval.high, one.unit)}`
