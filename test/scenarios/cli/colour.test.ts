import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { coloured } from '../../../scenarios/cli/colour.ts'

const SUMMARY = 'LEAK: caught\n  story\n  expectation   NOT met\n    ! outcome: promoted'
const ESC = '\u001b'

beforeEach(() => {
  vi.stubEnv('NO_COLOR', undefined)
  vi.stubEnv('TERM', 'xterm')
})
afterEach(() => vi.unstubAllEnvs())

it('colours the verdict green or red, and failures red', () => {
  const good = coloured(SUMMARY, true, { isTTY: true }).split('\n')
  const bad = coloured(SUMMARY, false, { isTTY: true }).split('\n')
  expect(good[0]).toContain(`${ESC}[32mLEAK: caught${ESC}[39m`)
  expect(bad[0]).toContain(`${ESC}[31mLEAK: caught${ESC}[39m`)
  expect(bad[1]).toBe('  story')
  expect(bad[2]).toContain(`${ESC}[31m`)
  expect(bad[3]).toContain(`${ESC}[31m`)
})

it.each([
  ['a file or a pipe', {}, {}],
  ['a user who turned colours off', { isTTY: true }, { NO_COLOR: '1' }],
  ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }],
])('leaves the text unchanged for %s', (_, stream, env) => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  expect(coloured(SUMMARY, false, stream)).toBe(SUMMARY)
})

it('ignores an empty NO_COLOR, as the convention requires', () => {
  vi.stubEnv('NO_COLOR', '')
  expect(coloured(SUMMARY, true, { isTTY: true })).toContain(ESC)
})
