import { InvalidArgumentError, Option } from 'commander'
import { renamedText } from '../../../controller/support/renamed.ts'
import { LONGEST_DURATION, parseDuration } from '../../../controller/units/duration.ts'
import type { Pace } from '../../world/pacer.ts'

/** The options that a command is defined with, as its action gets them. */
export type OptionsOf<Define extends () => { opts(): unknown }> = ReturnType<ReturnType<Define>['opts']>

/** A whole number from 0 to `most`. @throws InvalidArgumentError, as every reader here */
const wholeUpTo =
  (most: number) =>
  (text: string): number => {
    if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
    if (Number(text) > most) throw new InvalidArgumentError(`It must be at most ${most}.`)
    return Number(text)
  }

/** `12`; larger ones could not be told from their neighbours. */
export const integer = wholeUpTo(Number.MAX_SAFE_INTEGER)

/** `-12`: fast-check's seeds may be negative. */
export const signedInteger = (text: string): number => {
  const [, sign, digits = ''] = /^(-?)(.*)$/.exec(text) ?? []
  return sign === '-' ? -integer(digits) : integer(digits)
}

/** Rehearsals, seeds or repetitions: more would take months. */
const MOST_RUNS = 100_000

export const positive = (text: string): number => atLeastOne(wholeUpTo(MOST_RUNS)(text))

function atLeastOne(value: number): number {
  if (value < 1) throw new InvalidArgumentError('It must be at least 1.')
  return value
}

/** More than any machine has processors for; each takes a hundred MiB. */
const MOST_THREADS = 256

export const threads = (text: string): number => atLeastOne(wholeUpTo(MOST_THREADS)(text))

export const port = wholeUpTo(65_535)

/** `4h` -> milliseconds. */
export const durationMs = (text: string): number => {
  const value = parseDuration(text)
  if (value === null || value <= 0) throw new InvalidArgumentError('It must be a duration with its unit, such as 4h.')
  if (value > LONGEST_DURATION.value) throw new InvalidArgumentError(`It must be at most ${LONGEST_DURATION.written}.`)
  return value
}

/** A second in a hundred, and more than any processor plays. */
const [SLOWEST, FASTEST] = [0.01, 1_000_000]

/** `max`, or `60x`. */
export const pace = (text: string): Pace => {
  if (text === 'max') return { kind: 'max' }
  const factor = Number(/^(\d+(?:\.\d+)?)x$/.exec(text)?.[1])
  if (!(factor >= SLOWEST && factor <= FASTEST))
    throw new InvalidArgumentError('It must be max, or a factor such as 60x, from 0.01x to 1000000x.')
  return { kind: 'times', factor }
}

/** One of these words; an old word is refused with the new one. */
export const oneOf =
  <const Word extends string>(...valid: readonly Word[]) =>
  (text: string): Word => {
    const found = valid.find((word) => word === text)
    if (found !== undefined) return found
    throw new InvalidArgumentError(`It must be one of ${valid.join(', ')}${renamedText(text, valid) ?? ''}.`)
  }

/** Of a list. */
const MOST_ITEMS = 100

/** `4h,24h` -> each item read by `read`. */
export const listOf =
  <T>(read: (text: string) => T) =>
  (text: string): readonly T[] => {
    const items = text.split(',')
    if (items.length > MOST_ITEMS) throw new InvalidArgumentError(`It must be a list of at most ${MOST_ITEMS}.`)
    return items.map((item) => read(item.trim()))
  }

/** `0:3:1`: where a generated scenario lies among those that led to it. */
export const path = (text: string): string => {
  if (!/^\d{1,9}(:\d{1,9}){0,999}$/.test(text)) {
    throw new InvalidArgumentError('It must be a path that a failure printed, such as 12:0:3.')
  }
  return text
}

/** `2/5` -> the second of five parts. */
export const shard = (text: string): { readonly index: number; readonly of: number } => {
  const [index, of] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).slice(1).map(Number)
  if (index === undefined || of === undefined || index < 1 || index > of || of > MOST_RUNS) {
    throw new InvalidArgumentError('It must be a part of the whole, such as 2/5.')
  }
  return { index, of }
}

/** An option whose help shows the default as a user would write it. */
export const withDefault = <Flags extends string, T>(
  flags: Flags,
  description: string,
  read: (text: string) => T,
  text: string,
) => new Option(flags, description).argParser(read).default(read(text), text)

/** `rate=1%/h`, repeated: all of them by name. */
export const settings = (
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> => {
  const [, name, value] = /^([A-Za-z]+)=(.+)$/.exec(text) ?? []
  if (name === undefined || value === undefined) throw new InvalidArgumentError('It must be option=value.')
  return { ...before, [name]: value }
}

/** `2/23`: so many of all. */
export const countOf = (text: string): { readonly faulty: number; readonly of: number } => {
  const [faulty, of] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).slice(1).map(Number)
  if (faulty === undefined || of === undefined || faulty > of) {
    throw new InvalidArgumentError('It must be faulty releases of all, such as 2/23.')
  }
  return { faulty, of }
}
