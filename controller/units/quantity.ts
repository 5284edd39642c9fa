import { z } from 'zod'
import { decimalText } from './decimal.ts'
import { type Largest, LONGEST_DURATION, parseDuration } from './duration.ts'

/** Quantities are written with their units, so that `24` can be neither hours nor seconds by mistake. */

/**
 * A quantity of another kind: `parse` gives null for a text that is none. A number above `most` is refused, so that no
 * file can ask for a time or an amount that no plant has.
 */
export function quantity<T>(what: string, example: string, parse: (text: string) => T | null, most?: Largest) {
  const message = (input: unknown): string =>
    `${shown(input)} is not ${what}; write it with its unit, such as "${example}"`
  return z
    .string({ error: ({ input }) => message(input) })
    .transform((text, context) => {
      const value = parse(text)
      const isTooLarge = most !== undefined && typeof value === 'number' && Math.abs(value) > most.value
      if (value !== null && !isTooLarge) return value
      context.addIssue({
        code: 'custom',
        message: isTooLarge
          ? `${shown(text)} is more than ${most.written}, the most that can be played`
          : message(text),
      })
      return z.NEVER
    })
    .describe(`${what[0]?.toUpperCase()}${what.slice(1)}, such as "${example}"`)
}

const LONGEST_SHOWN = 80

/** What a file holds, as far as it fits into a line. */
export function shown(input: unknown): string {
  const text = JSON.stringify(input) ?? 'nothing'
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}...`
}

/** Far beyond any machine, and what sums and products of it still hold. */
const largest = (unit: string): Largest => ({ value: 1e9, written: `1000000000 ${unit}` })

const numberBefore =
  (pattern: RegExp, exponent = '') =>
  (text: string): number | null => {
    const found = pattern.exec(text.trim())
    return found === null ? null : Number(`${found[1]}${exponent}`)
  }

const PERCENT = /^(\d+(?:\.\d+)?)\s*%$/

/** In milliseconds. */
export const duration = quantity('a duration (ms, s, min, h, d)', '24h', parseDuration, LONGEST_DURATION)
/** In MiB. */
export const memory = quantity(
  'an amount of memory (MiB)',
  '15 MiB',
  numberBefore(/^(\d+(?:\.\d+)?)\s*MiB$/),
  largest('MiB'),
)
/** In MiB per hour. */
export const memoryRate = quantity(
  'a memory rate (MiB/h)',
  '26 MiB/h',
  numberBefore(/^(\d+(?:\.\d+)?)\s*MiB\/h$/),
  largest('MiB/h'),
)
/** In per cent. */
export const percent = quantity('a percentage', '3 %', numberBefore(PERCENT), largest('%'))
/** A percentage as a number from 0 to 1. */
export const share = quantity('a percentage', '3 %', numberBefore(PERCENT, 'e-2'), largest('%'))
/** In per cent per hour. */
export const percentRate = quantity('a rate (%/h)', '3 %/h', numberBefore(/^(\d+(?:\.\d+)?)\s*%\/h$/), largest('%/h'))
/** In per cent per day; may be negative. */
export const percentPerDay = quantity(
  'a rate (%/d)',
  '0.1 %/d',
  numberBefore(/^(-?\d+(?:\.\d+)?)\s*%\/d$/),
  largest('%/d'),
)
/** In calls per second. */
export const callRate = quantity(
  'a rate of calls (/s)',
  '2/s',
  numberBefore(/^(\d+(?:\.\d+)?)\s*\/\s*s$/),
  largest('/s'),
)

/** The inverse of `percent`. */
export const writtenPercent = (pct: number): string => `${decimalText(pct)} %`
/** The inverse of `share`. */
export const writtenShare = (value: number): string => `${decimalText(value, 2)} %`
/** The inverse of `memory`. */
export const writtenMemory = (mebibytes: number): string => `${decimalText(mebibytes)} MiB`
