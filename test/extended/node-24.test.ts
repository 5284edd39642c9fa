import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { EXIT } from '../../scenarios/support/exit-codes.ts'

/** The table of digests, run by the next Node: another engine must not change a single decision. */

const ROOT = new URL('../..', import.meta.url).pathname
const MAJOR = 24
/** The package `node` only picks one of these, with a script that npm does not run by default. */
const BINARY = `node-${process.platform}-${process.arch}`

const folder = mkdtempSync(join(tmpdir(), 'node-24-'))
const install = spawnSync(
  'npm',
  ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', folder, `${BINARY}@${MAJOR}`],
  {
    stdio: 'ignore',
  },
)
const node = join(folder, 'node_modules', BINARY, 'bin', 'node')
const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout ?? ''
const isThere = install.status === 0 && version.startsWith(`v${MAJOR}.`)
if (!isThere) console.warn(`skipped: Node ${MAJOR} cannot be had from the registry (npm package ${BINARY})`)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const table = readFileSync(join(ROOT, 'test/scenarios/library/digests.txt'), 'utf8')
const rows = table
  .trim()
  .split('\n')
  .map((line) => line.split(' ') as [string, string, string])

function digestOf(scenario: string, seed: string, level: string): string {
  const args = [
    'dist/scenarios/cli/main.js',
    'run',
    scenario,
    '--seed',
    seed,
    '--level',
    level,
    '--json',
    '--out',
    join(folder, 'out'),
  ]
  const { stdout, status } = spawnSync(node, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  expect([EXIT.met, EXIT.notMet], `the exit code of ${args.join(' ')}`).toContain(status) // a seed may miss `expect`
  return (JSON.parse(stdout) as { digest: string }).digest
}

describe.skipIf(!isThere)(`Node ${MAJOR} decides the same`, () => {
  it.each(rows)('%s, seed %s', (scenario, seed, digest) => {
    expect(digestOf(scenario, seed, 'model')).toBe(digest)
  })

  it('over sockets, too', () => {
    const [scenario, seed, digest] = rows.find(([name]) => name === 'crash-on-start') as [string, string, string]
    expect(digestOf(scenario, seed, 'wire')).toBe(digest)
  })
})
