import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const FOLDERS = ['controller', 'sim', 'scenarios', 'fixtures', 'reports'] as const
type Folder = (typeof FOLDERS)[number]

/** Of our own code, who may import whom. A string ending in `.ts` allows one file. */
const MAY_IMPORT: Readonly<Record<Folder, readonly string[]>> = {
  controller: ['controller'],
  sim: ['sim', 'controller/contract.ts'],
  reports: ['reports', 'sim/kernel/trace-events.ts', 'controller/contract.ts'],
  fixtures: ['fixtures', 'controller/contract.ts'],
  scenarios: ['scenarios', 'controller', 'sim', 'fixtures', 'reports'],
}

/** Real time and chance, and what to use instead; the exceptions are the clock's own waiting and the edges. */
const BANNED: readonly { call: RegExp; instead: string; except: readonly string[] }[] = [
  {
    call: /\bDate\.now\(|\bnew Date\(\)/,
    instead: 'clock.nowMs()',
    except: ['controller/lambda/environment.ts'],
  },
  { call: /\bMath\.random\(|\brandomUUID\(/, instead: 'a named stream of sim/kernel/random.ts', except: [] },
  { call: /\bsetTimeout\(|\bsetInterval\(/, instead: 'clock.after()', except: ['scenarios/support/wall.ts'] },
  { call: /\bsetImmediate\(/, instead: 'InFlight.settled()', except: ['sim/kernel/in-flight.ts'] },
  {
    call: /\bperformance\.now\(|\bhrtime\b/,
    instead: 'clock.nowMs()',
    except: ['sim/kernel/in-flight.ts', 'scenarios/support/wall.ts', 'reports/dashboard/main.ts'],
  },
  { call: /\btoLocale\w*\(/, instead: 'a format of our own', except: [] },
  { call: /\b(TODO|FIXME|XXX)\b/, instead: 'an issue', except: [] },
]

interface Source {
  readonly path: string
  readonly text: string
  /** Our own files it imports, as paths from the root. */
  readonly imports: readonly string[]
}

const sources: readonly Source[] = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read(join(folder, name))),
).sort((a, b) => (a.path < b.path ? -1 : 1))

function read(path: string): Source {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1] as string)
  return { path, text, imports: found.map((to) => relative(ROOT, resolve(ROOT, dirname(path), to))) }
}

const folderOf = (path: string): string => path.split('/')[0] as string
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')

it('sees the whole source', () => {
  expect(sources.length).toBeGreaterThan(20)
})

it('imports in one direction only', () => {
  const wrong = sources.flatMap(({ path, imports }) =>
    imports
      .filter(
        (to) => !MAY_IMPORT[folderOf(path) as Folder].some((allowed) => to === allowed || folderOf(to) === allowed),
      )
      .map((to) => `${path} must not import ${to}`),
  )
  expect(wrong).toEqual([])
})

it('has no import cycles', () => {
  const importsOf = new Map(sources.map(({ path, imports }) => [path, imports]))
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): string[] => {
    if (trail.includes(path)) return [[...trail.slice(trail.indexOf(path)), path].join(' -> ')]
    if (done.has(path)) return []
    const cycles = (importsOf.get(path) ?? []).flatMap((to) => visit(to, [...trail, path]))
    done.add(path)
    return cycles
  }
  expect(sources.flatMap(({ path }) => visit(path, []))).toEqual([])
})

it('takes time from the clock and chance from named streams', () => {
  const wrong = sources.flatMap(({ path, text }) => {
    const code = withoutComments(text)
    return BANNED.filter(({ call, except }) => !except.includes(path) && call.test(code)).map(
      ({ call, instead }) => `${path} uses ${call.source}: use ${instead}`,
    )
  })
  expect(wrong).toEqual([])
})

it('has no file that nobody imports', () => {
  const entryPoints = [
    'scenarios/cli/main.ts',
    'scenarios/api/vitest.ts',
    'scenarios/sweep/worker.ts',
    'scenarios/sweep/history-worker.ts',
    'reports/dashboard/main.ts',
    'scenarios/fuzz/worker.ts',
    'sim/wire/dynalite.d.ts',
    'sim/faults/print-catalogue.ts',
    'controller/statistics/jstat.d.ts',
    'controller/lambda/',
  ]
  const imported = new Set(sources.flatMap(({ imports }) => imports))
  const dead = sources
    .map(({ path }) => path)
    .filter(
      (path) => !path.endsWith('.d.ts') && !imported.has(path) && !entryPoints.some((entry) => path.startsWith(entry)),
    )
  expect(dead).toEqual([])
})

it('keeps the top level to what the project names', () => {
  const allowed = [
    ...FOLDERS,
    'test',
    'bench',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'README.md',
    'ARCHITECTURE.md',
    'LICENSE',
    'node_modules',
    'dist',
  ]
  const extra = readdirSync(ROOT).filter((name) => !name.startsWith('.') && !allowed.includes(name))
  expect(extra).toEqual([])
})
