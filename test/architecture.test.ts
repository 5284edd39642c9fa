import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')
const RINGS = ['controller', 'sim', 'reports', 'scenarios'] as const

/**
 * Which folder may import which, each ring from its lowest room up. A folder stands below all that it is imported by, so
 * that there can be no circle of folders and no import that runs up; every folder may import itself.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  controller: [],
  'controller/support': [],
  'controller/units': [],
  'controller/messages': ['controller'],
  'controller/policy': ['controller', 'controller/messages', 'controller/support', 'controller/units'],
  'controller/statistics': ['controller/policy', 'controller/support'],
  'controller/evidence': ['controller', 'controller/policy', 'controller/statistics', 'controller/support'],
  'controller/ports': ['controller', 'controller/evidence', 'controller/messages'],
  'controller/judge': [
    'controller',
    'controller/evidence',
    'controller/messages',
    'controller/policy',
    'controller/ports',
    'controller/statistics',
    'controller/support',
  ],
  'controller/rollout': [
    'controller',
    'controller/evidence',
    'controller/judge',
    'controller/messages',
    'controller/policy',
    'controller/ports',
    'controller/support',
  ],
  'controller/aws': ['controller', 'controller/evidence', 'controller/messages', 'controller/ports'],
  'controller/reconcile': [
    'controller',
    'controller/evidence',
    'controller/judge',
    'controller/messages',
    'controller/policy',
    'controller/ports',
    'controller/rollout',
    'controller/support',
  ],
  'controller/lambda': [
    'controller',
    'controller/aws',
    'controller/messages',
    'controller/policy',
    'controller/ports',
    'controller/reconcile',
    'controller/rollout',
  ],
  'sim/kernel': ['controller', 'controller/messages'],
  'sim/cloud/base': ['sim/kernel'],
  'sim/plant': ['controller', 'controller/messages', 'controller/units', 'sim/kernel'],
  'sim/cloud/events': ['controller', 'controller/messages', 'sim/cloud/base', 'sim/kernel'],
  'sim/cloud/jobs': ['sim/cloud/base', 'sim/kernel'],
  'sim/cloud/shadow': ['sim/cloud/base'],
  'sim/protocol/constraints': [],
  'sim/protocol/constraints/tables': ['sim/protocol/constraints'],
  'sim/protocol': ['sim/cloud/base', 'sim/protocol/constraints', 'sim/protocol/constraints/tables'],
  'sim/cloud/greengrass': ['sim/cloud/base', 'sim/cloud/events', 'sim/cloud/jobs', 'sim/kernel'],
  'sim/cloud/iot/query': ['sim/cloud/base'],
  'sim/cloud/iot': ['sim/cloud/base', 'sim/cloud/iot/query', 'sim/cloud/shadow'],
  'sim/cloud/jobs/control-plane': ['sim/cloud/base', 'sim/cloud/jobs', 'sim/kernel'],
  'sim/cloud/jobs/device-plane': ['sim/cloud/base', 'sim/cloud/jobs', 'sim/kernel'],
  'sim/cloud': [
    'sim/cloud/base',
    'sim/cloud/events',
    'sim/cloud/greengrass',
    'sim/cloud/iot',
    'sim/cloud/jobs',
    'sim/cloud/jobs/control-plane',
    'sim/cloud/jobs/device-plane',
    'sim/cloud/shadow',
    'sim/protocol',
  ],
  'sim/faults/families': [
    'controller',
    'controller/units',
    'sim/cloud',
    'sim/cloud/base',
    'sim/cloud/events',
    'sim/cloud/iot',
    'sim/kernel',
    'sim/plant',
  ],
  'sim/device': ['controller', 'sim/faults/families', 'sim/kernel', 'sim/plant'],
  'sim/faults/kinds': ['controller/units', 'sim/cloud', 'sim/faults/families', 'sim/plant'],
  'sim/faults': ['controller/units', 'sim/faults/families', 'sim/faults/kinds', 'sim/kernel', 'sim/plant'],
  'sim/twin': [
    'controller',
    'sim/cloud',
    'sim/cloud/base',
    'sim/cloud/events',
    'sim/cloud/iot',
    'sim/device',
    'sim/faults',
    'sim/faults/families',
    'sim/kernel',
    'sim/plant',
  ],
  'sim/model': ['sim/cloud/base', 'sim/faults/families', 'sim/kernel', 'sim/protocol', 'sim/twin'],
  'sim/wire': [
    'sim/cloud/base',
    'sim/faults/families',
    'sim/kernel',
    'sim/protocol',
    'sim/protocol/constraints',
    'sim/protocol/constraints/tables',
    'sim/twin',
  ],
  'reports/numbers': [],
  'reports/messages': ['controller/messages', 'reports/numbers', 'sim/kernel', 'sim/plant'],
  'reports/run': ['controller', 'controller/messages', 'reports/messages', 'reports/numbers', 'sim/kernel'],
  'reports/campaign': ['controller', 'reports/messages', 'reports/numbers', 'reports/run'],
  'reports/dashboard': [
    'controller',
    'controller/messages',
    'reports/messages',
    'reports/numbers',
    'reports/run',
    'sim/kernel',
  ],
  'reports/text': ['reports/campaign', 'reports/messages', 'reports/numbers', 'reports/run', 'sim/kernel'],
  'reports/html': [
    'reports/campaign',
    'reports/dashboard',
    'reports/messages',
    'reports/numbers',
    'reports/run',
    'reports/text',
    'sim/kernel',
  ],
  'scenarios/support': [],
  'scenarios/files': [
    'controller',
    'controller/messages',
    'controller/policy',
    'controller/support',
    'controller/units',
    'scenarios/support',
    'sim/cloud/base',
    'sim/faults',
    'sim/plant',
  ],
  'scenarios/library': ['controller/support', 'scenarios/files', 'scenarios/support'],
  'scenarios/world': [
    'controller',
    'controller/aws',
    'controller/evidence',
    'controller/lambda',
    'controller/messages',
    'controller/policy',
    'controller/ports',
    'controller/reconcile',
    'controller/rollout',
    'controller/units',
    'reports/dashboard',
    'reports/messages',
    'reports/run',
    'scenarios/files',
    'scenarios/support',
    'sim/cloud/base',
    'sim/cloud/events',
    'sim/cloud/iot',
    'sim/faults',
    'sim/faults/families',
    'sim/kernel',
    'sim/model',
    'sim/plant',
    'sim/twin',
    'sim/wire',
  ],
  'scenarios/cli/commands': ['controller/support', 'controller/units', 'scenarios/world'],
  'scenarios/outcome': [
    'controller',
    'controller/messages',
    'controller/policy',
    'controller/units',
    'reports/html',
    'reports/messages',
    'reports/numbers',
    'reports/run',
    'reports/text',
    'scenarios/files',
    'scenarios/support',
    'scenarios/world',
    'sim/kernel',
  ],
  'scenarios/watch': [
    'reports/dashboard',
    'reports/numbers',
    'scenarios/files',
    'scenarios/library',
    'scenarios/support',
    'scenarios/world',
  ],
  'scenarios/api': ['reports/messages', 'reports/run', 'scenarios/files', 'scenarios/outcome', 'scenarios/world'],
  'scenarios/fuzz': [
    'controller',
    'controller/units',
    'reports/messages',
    'scenarios/files',
    'scenarios/outcome',
    'scenarios/support',
    'scenarios/world',
    'sim/faults',
    'sim/kernel',
    'sim/plant',
  ],
  'scenarios/fit': [
    'controller/support',
    'controller/units',
    'reports/numbers',
    'scenarios/files',
    'sim/kernel',
    'sim/plant',
  ],
  'scenarios/sweep': [
    'controller',
    'controller/policy',
    'reports/campaign',
    'reports/run',
    'scenarios/files',
    'scenarios/library',
    'scenarios/outcome',
    'scenarios/support',
    'scenarios/world',
    'sim/faults',
  ],
  'scenarios/cli': [
    'controller/messages',
    'controller/policy',
    'controller/reconcile',
    'controller/rollout',
    'controller/units',
    'reports/campaign',
    'reports/html',
    'reports/messages',
    'reports/numbers',
    'reports/run',
    'reports/text',
    'scenarios/cli/commands',
    'scenarios/files',
    'scenarios/fit',
    'scenarios/fuzz',
    'scenarios/library',
    'scenarios/outcome',
    'scenarios/support',
    'scenarios/sweep',
    'scenarios/watch',
    'scenarios/world',
    'sim/faults',
    'sim/plant',
    'sim/twin',
  ],
}

/** What every ring reads quantities with. */
const UNITS = [
  'controller/units/quantity.ts',
  'controller/units/duration.ts',
  'controller/units/shift-time.ts',
  'controller/units/wall-time.ts',
]

/** Of a ring below, only these files are for the ring above, whatever the table allows. */
const OPEN_TO: readonly { ring: string; of: string; files: readonly string[] }[] = [
  { ring: 'sim', of: 'controller', files: ['controller/contract.ts', 'controller/messages/message.ts', ...UNITS] },
  {
    ring: 'reports',
    of: 'controller',
    files: ['controller/contract.ts', 'controller/messages/message.ts', 'controller/messages/registry.ts'],
  },
  {
    ring: 'reports',
    of: 'sim',
    files: [
      'sim/kernel/trace-events.ts',
      'sim/kernel/client-activity.ts',
      'sim/kernel/client-messages.ts',
      'sim/plant/crash-messages.ts',
    ],
  },
]

/** Real time and chance, and what to use instead; the exceptions are the clock's own waiting and the edges. */
const BANNED: readonly { call: RegExp; instead: string; except: readonly string[] }[] = [
  {
    call: /\bDate\.now\(|\bnew Date\(\)/,
    instead: 'clock.nowMs()',
    except: ['controller/lambda/environment.ts'],
  },
  { call: /\bMath\.random\(|\brandomUUID\(/, instead: 'a named stream of sim/kernel/random.ts', except: [] },
  {
    call: /\bsetTimeout\(|\bsetInterval\(/,
    instead: 'clock.after()',
    except: ['scenarios/support/wall.ts', 'sim/wire/connection-guard.ts', 'sim/wire/outside-connections.ts'],
  },
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

const sources: readonly Source[] = RINGS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read(join(folder, name))),
).sort((a, b) => (a.path < b.path ? -1 : 1))

function read(path: string): Source {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1] as string)
  return { path, text, imports: found.map((to) => relative(ROOT, resolve(ROOT, dirname(path), to))) }
}

const ringOf = (path: string): string => path.split('/')[0] as string
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')

it('sees the whole source', () => {
  expect(sources.length).toBeGreaterThan(20)
})

it('imports only what the table of folders allows', () => {
  const wrong = sources.flatMap(({ path, imports }) =>
    imports
      .filter((to) => dirname(to) !== dirname(path) && !MAY_IMPORT[dirname(path)]?.includes(dirname(to)))
      .map((to) => `${path} must not import ${to}`),
  )
  expect(wrong).toEqual([])
})

it('opens to another ring only the files that are meant for it', () => {
  const wrong = sources.flatMap(({ path, imports }) =>
    OPEN_TO.filter(({ ring }) => ringOf(path) === ring).flatMap(({ of, files }) =>
      imports.filter((to) => ringOf(to) === of && !files.includes(to)).map((to) => `${path} must not import ${to}`),
    ),
  )
  expect(wrong).toEqual([])
})

it('has a table of folders that is complete, in order from the lowest up, and allows nothing that is not used', () => {
  const folders = Object.keys(MAY_IMPORT)
  const wrong = folders.flatMap((folder, index) =>
    (MAY_IMPORT[folder] as readonly string[]).flatMap((to) => {
      const isUsed = sources.some(
        ({ path, imports }) => dirname(path) === folder && imports.some((one) => dirname(one) === to),
      )
      return [
        ...(folders.indexOf(to) < index ? [] : [`${folder} stands above ${to} in the table`]),
        ...(isUsed ? [] : [`${folder} does not import ${to}`]),
      ]
    }),
  )
  expect(wrong).toEqual([])
  expect([...new Set(sources.map(({ path }) => dirname(path)))].filter((folder) => !folders.includes(folder))).toEqual(
    [],
  )
})

it('has a README of 5 to 20 lines in every folder', () => {
  const lines = (folder: string): number => {
    const file = join(ROOT, folder, 'README.md')
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0
  }
  const wrong = Object.keys(MAY_IMPORT)
    .map((folder) => ({ folder, lines: lines(folder) }))
    .filter(({ lines }) => lines < 5 || lines > 20)
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

it('keeps fixtures to data', () => {
  const code = readdirSync(join(ROOT, 'fixtures'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.[cm]?[jt]s$/.test(name),
  )
  expect(code).toEqual([])
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
    'sim/cloud/print-operations.ts',
    'sim/faults/print-catalogue.ts',
    'sim/protocol/constraints/generate.ts',
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
    ...RINGS,
    'fixtures',
    'test',
    'bench',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'README.md',
    'ARCHITECTURE.md',
    'CHANGELOG.md',
    'LICENSE',
    'node_modules',
    'dist',
  ]
  const extra = readdirSync(ROOT).filter((name) => !name.startsWith('.') && !allowed.includes(name))
  expect(extra).toEqual([])
})
