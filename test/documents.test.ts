import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const documents = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

it('links only to files that exist', () => {
  const broken = documents.flatMap((path) =>
    [...read(path).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
      .map((match) => match[1] as string)
      .filter((to) => !existsSync(resolve(ROOT, dirname(path), to)))
      .map((to) => `${path}: ${to}`),
  )
  expect(broken).toEqual([])
})

it('names only scripts that package.json has', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> }
  const unknown = documents.flatMap((path) =>
    [...read(path).matchAll(/npm run ([a-z:]+)/g)]
      .map((match) => match[1] as string)
      .filter((name) => scripts[name] === undefined)
      .map((name) => `${path}: npm run ${name}`),
  )
  expect(unknown).toEqual([])
})

it('keeps README on one screen and ARCHITECTURE on one page', () => {
  const lines = (path: string): number => read(path).split('\n').length
  expect(lines('README.md')).toBeLessThanOrEqual(90)
  expect(lines('ARCHITECTURE.md')).toBeLessThanOrEqual(110)
})

it('leads from the README to a fault, a rule, an operation, a report and a command in two clicks', () => {
  const linked = (path: string): string[] =>
    [...read(path).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => join(dirname(path), match[1] as string))
  const inTwo = new Set(linked('README.md').flatMap((path) => [path, ...(path.endsWith('.md') ? linked(path) : [])]))
  const rooms = ['sim/faults/kinds', 'controller/judge', 'sim/cloud', 'reports', 'scenarios/cli']
  const missing = rooms.filter((room) => !inTwo.has(`${room}/README.md`))
  expect(missing).toEqual([])
})
