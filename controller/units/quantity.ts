import { z } from 'zod'
import { decimalText } from './decimal.ts'
import { parseDuration } from './duration.ts'

/** Quantities are written with their units, so that `24` can be neither hours nor seconds by mistake. */

/** A quantity of another kind: `parse` gives null for a text that is none. */
export function quantity<T>(what: string, example: string, parse: (text: string) => T | null) {
  const message = (input: unknown): string =>
    `${JSON.stringify(input)} is not ${what}; write it with its unit, such as "${example}"`
  return z
    .string({ error: ({ input }) => message(input) })
    .transform((text, context) => {
      const value = parse(text)
      if (value !== null) return value
      context.addIssue({ code: 'custom', message: message(text) })
      return z.NEVER
    })
    .describe(`${what[0]?.toUpperCase()}${what.slice(1)}, such as "${example}"`)
}

const numberBefore =
  (pattern: RegExp, exponent = '') =>
  (text: string): number | null => {
    const found = pattern.exec(text.trim())
    return found === null ? null : Number(`${found[1]}${exponent}`)
  }

const PERCENT = /^(\d+(?:\.\d+)?)\s*%$/

/** In milliseconds. */
export const duration = quantity('a duration (ms, s, min, h, d)', '24h', parseDuration)
/** In MiB. */
export const memory = quantity('an amount of memory (MiB)', '15 MiB', numberBefore(/^(\d+(?:\.\d+)?)\s*MiB$/))
/** In MiB per hour. */
export const memoryRate = quantity('a memory rate (MiB/h)', '26 MiB/h', numberBefore(/^(\d+(?:\.\d+)?)\s*MiB\/h$/))
/** In per cent. */
export const percent = quantity('a percentage', '3 %', numberBefore(PERCENT))
/** A percentage as a number from 0 to 1. */
export const share = quantity('a percentage', '3 %', numberBefore(PERCENT, 'e-2'))
/** In per cent per hour. */
export const percentRate = quantity('a rate (%/h)', '3 %/h', numberBefore(/^(\d+(?:\.\d+)?)\s*%\/h$/))
/** In per cent per day; may be negative. */
export const percentPerDay = quantity('a rate (%/d)', '0.1 %/d', numberBefore(/^(-?\d+(?:\.\d+)?)\s*%\/d$/))
/** In calls per second. */
export const callRate = quantity('a rate of calls (/s)', '2/s', numberBefore(/^(\d+(?:\.\d+)?)\s*\/\s*s$/))

/** The inverse of `percent`. */
export const writtenPercent = (pct: number): string => `${decimalText(pct)} %`
/** The inverse of `share`. */
export const writtenShare = (value: number): string => `${decimalText(value, 2)} %`
/** The inverse of `memory`. */
export const writtenMemory = (mebibytes: number): string => `${decimalText(mebibytes)} MiB`
