import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const FOLDERS = ['controller', 'sim', 'scenarios', 'reports', 'fixtures', 'bench', 'test'] as const

const names: readonly string[] = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
).filter((path) => !/\/(node_modules|out)\//.test(path))

const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

/** A comment begins a line or follows a blank, unlike an address in a string; lines of `//` after each other are one. */
const COMMENTS = {
  '.ts': /(?<=^|\s)(?:\/\*[\s\S]*?\*\/|\/\/.*(?:\n[ \t]*\/\/.*)*)/gm,
  '.yaml': /^[ \t]*#.*(?:\n[ \t]*#.*)*/gm,
} as const

interface Tag {
  readonly path: string
  /** What stands between the brackets, in one line. */
  readonly text: string
}

const tags: readonly Tag[] = Object.entries(COMMENTS).flatMap(([extension, comment]) =>
  names
    .filter((path) => path.endsWith(extension))
    .flatMap((path) =>
      [...textOf(path).matchAll(comment)]
        .map(([block]) => block.replaceAll(/\s*\n[ \t]*(?:\*|\/\/|#)?[ \t]*/g, ' '))
        .flatMap((line) => [...line.matchAll(/\[([^[\]]+)\]/g)].map((match) => ({ path, text: match[1] as string }))),
    ),
)

const citations: readonly { path: string; id: string }[] = tags
  .filter(({ text }) => /^sources?\b/.test(text))
  .flatMap(({ path, text }) =>
    text
      .replace(/^source: /, '')
      .split(', ')
      .map((id) => ({ path, id })),
  )

interface Row {
  readonly path: string
  readonly id: string
  readonly cells: readonly string[]
}

/** Rows of the tables of all SOURCES.md: id, source, fact. */
const rows: readonly Row[] = names
  .filter((path) => path.endsWith('/SOURCES.md'))
  .flatMap((path) =>
    [...textOf(path).matchAll(/^\| `(.*?)` \|(.*)\|$/gm)].map((match) => ({
      path,
      id: match[1] as string,
      cells: (match[2] as string).split(/(?<!\\)\|/).map((cell) => cell.trim()),
    })),
  )

it('sees the citations and the rows', () => {
  expect(citations.length).toBeGreaterThan(100)
  expect(rows.length).toBeGreaterThan(100)
})

it('has a row for each citation', () => {
  const known = new Set(rows.map(({ id }) => id))
  expect(citations.filter(({ id }) => !known.has(id)).map(({ path, id }) => `${path} cites "${id}"`)).toEqual([])
})

it('has no row that nobody cites', () => {
  const cited = new Set(citations.map(({ id }) => id))
  expect(rows.filter(({ id }) => !cited.has(id)).map(({ path, id }) => `${path}: ${id}`)).toEqual([])
})

it('has each id once, in kebab-case, with a source and a fact', () => {
  const count = (id: string): number => rows.filter((row) => row.id === id).length
  const wrong = rows.filter(
    ({ id, cells }) =>
      count(id) > 1 ||
      !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id) ||
      cells.length !== 2 ||
      cells.some((cell) => cell.length === 0),
  )
  expect(wrong.map(({ path, id }) => `${path}: ${id}`)).toEqual([])
})

it('names only tests and scripts that are there', () => {
  const named = names
    .filter((path) => path.endsWith('/SOURCES.md'))
    .flatMap((path) =>
      [...textOf(path).matchAll(/`((?:bench|test)\/[^`\s]+\.ts)`/g)].map((match) => match[1] as string),
    )
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})

/** Words that tags of an older kind begin with, and years of publications without an id. */
const OLD_KINDS = [
  /^(?:detection|design|protocol|simulation|performance|seed|observed|inferred)\b/,
  /^(?:nucleus|gg|greengrass|iot|sns|eb|eventbridge|lambda|dynamodb|iam|aws-query|component-common|smithy|moto)\b/,
  /^(?:github|mqtt|node|semver|wcag|xml)\b/i,
  /^[A-Z].*\b(?:18|19|20)\d\d\b/,
] as const

it('cites only by id', () => {
  const old = tags.filter(({ text }) => OLD_KINDS.some((kind) => kind.test(text)))
  expect(old.map(({ path, text }) => `${path}: [${text}]`)).toEqual([])
})
