import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { textMatches } from './text-matching.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const RINGS = ['controller', 'sim', 'reports', 'scenarios']

/** Files that match on text that is no sentence of ours, with what it is. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'controller/units/duration.ts': 'a duration of a file or of the command line',
  'scenarios/cli/instant.ts': 'an instant of the command line',
  'scenarios/cli/commands/readers.ts': 'options of the command line',
  'scenarios/outcome/repro-command.ts': 'an argument that a shell may have to see quoted',
}

const found = RINGS.flatMap((ring) =>
  readdirSync(join(ROOT, ring), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(ring, name))
    .flatMap((path) => textMatches(readFileSync(join(ROOT, path), 'utf8')).map((match) => ({ path, match }))),
)

it('nothing decides by reading a sentence', () => {
  const wrong = found.filter(({ path }) => EXCEPTIONS[path] === undefined)
  expect(wrong.map(({ path, match }) => `${path}: ${match}: use the code of the message`)).toEqual([])
})

it('has no exception that is not needed', () => {
  expect(Object.keys(EXCEPTIONS).filter((path) => !found.some((one) => one.path === path))).toEqual([])
})

it.each([
  "if (evaluation.reason.includes('telemetry')) return",
  "reason?.startsWith('paused')",
  'textOf(record.reason).match(/down/)',
  "textOf({ code, data: dataOf(one) }).startsWith('a')",
  'summaryText(report).endsWith(x)',
  '/baseline too noisy/.test(error.message)',
  'HELD.includes(reason)',
  'KNOWN.has(textOf(reason))',
  "if (reason === 'the telemetry is down') return",
  "'no rollout is active' !== outcome.because",
  'textOf(a) === textOf(b)',
  'switch (decision.reason) {',
])('is found in %s', (line) => {
  expect(textMatches(`const x = 1\n${line}\n`)).not.toEqual([])
})

it.each([
  "reason.code === 'TELEMETRY_DOWN'",
  "reason === ''",
  'FAILED.has(reason.code)',
  "subject === 'migration'",
  "// reason.includes('x') was here",
  'codes.includes(reasonCode)',
  'const lines = message.split(SEPARATOR)',
  'rows.push(textOf(reason))',
  'return [rule, textOf(reason)].join()',
])('is not found in %s', (line) => {
  expect(textMatches(`const x = 1\n${line}\n`)).toEqual([])
})
