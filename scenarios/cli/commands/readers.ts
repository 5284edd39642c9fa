import { InvalidArgumentError, Option } from 'commander'
import { renamedText } from '../../../controller/support/renamed.ts'
import { parseDuration } from '../../../controller/units/duration.ts'
import type { Pace } from '../../world/pacer.ts'

/** The options that a command is defined with, as its action gets them. */
export type OptionsOf<Define extends () => { opts(): unknown }> = ReturnType<ReturnType<Define>['opts']>

/** `12`. @throws InvalidArgumentError, as every reader here */
export const integer = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

/** `-12`: fast-check's seeds may be negative. */
export const signedInteger = (text: string): number => {
  if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

export const positive = (text: string): number => {
  const value = integer(text)
  if (value < 1) throw new InvalidArgumentError('It must be at least 1.')
  return value
}

export const port = (text: string): number => {
  const value = integer(text)
  if (value > 65_535) throw new InvalidArgumentError('It must be a port, 0 to 65535.')
  return value
}

/** `4h` -> milliseconds. */
export const durationMs = (text: string): number => {
  const value = parseDuration(text)
  if (value === null || value <= 0) throw new InvalidArgumentError('It must be a duration with its unit, such as 4h.')
  return value
}

/** `max`, or `60x`. */
export const pace = (text: string): Pace => {
  if (text === 'max') return { kind: 'max' }
  const factor = Number(/^(\d+(?:\.\d+)?)x$/.exec(text)?.[1])
  if (!(factor > 0)) throw new InvalidArgumentError('It must be max, or a factor such as 60x.')
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

/** `4h,24h` -> each item read by `read`. */
export const listOf =
  <T>(read: (text: string) => T) =>
  (text: string): readonly T[] =>
    text.split(',').map((item) => read(item.trim()))

/** `2/5` -> the second of five parts. */
export const shard = (text: string): { readonly index: number; readonly of: number } => {
  const [index, of] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).slice(1).map(Number)
  if (index === undefined || of === undefined || index < 1 || index > of) {
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
