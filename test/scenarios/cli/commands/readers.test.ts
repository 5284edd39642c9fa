import { InvalidArgumentError } from 'commander'
import { expect, it } from 'vitest'
import {
  durationMs,
  integer,
  listOf,
  oneOf,
  pace,
  port,
  positive,
  shard,
  signedInteger,
  threads,
} from '../../../../scenarios/cli/commands/readers.ts'

const gates = oneOf('plant', 'open')

it.each([
  ['an integer', integer, '12', 12],
  ['a signed integer', signedInteger, '-12', -12],
  ['a positive number', positive, '1', 1],
  ['threads', threads, '256', 256],
  ['a port', port, '65535', 65_535],
  ['a duration', durationMs, '4h', 4 * 3_600_000],
  ['the fastest pace', pace, 'max', { kind: 'max' }],
  ['a pace', pace, '0.5x', { kind: 'times', factor: 0.5 }],
  ['a word', gates, 'open', 'open'],
  ['a list', listOf(gates), 'open, plant', ['open', 'plant']],
  ['a shard', shard, '2/5', { index: 2, of: 5 }],
] as const)('reads %s', (_, read, text, value) => {
  expect(read(text)).toEqual(value)
})

it.each([
  ['an integer', integer, ['-1', '1.5', 'x', '']],
  ['a signed integer', signedInteger, ['1.5', '--1']],
  ['a positive number', positive, ['0', '-1']],
  ['threads', threads, ['0', '257', '1000']],
  ['a port', port, ['65536', '-1']],
  ['a duration', durationMs, ['4', '0h', '-1h']],
  ['a pace', pace, ['60', '0x', '-1x', 'fast']],
  ['a word', gates, ['opne', '']],
  ['a list', listOf(gates), ['open,', 'open;plant']],
  ['a shard', shard, ['0/5', '6/5', '2', 'a/b']],
] as const)('refuses what is not %s', (_, read, texts) => {
  for (const text of texts) expect(() => read(text), text).toThrow(InvalidArgumentError)
})
