import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../../..')
const HANDLERS = readdirSync(join(ROOT, 'controller/lambda')).filter((name) =>
  readFileSync(join(ROOT, 'controller/lambda', name), 'utf8').includes('export const handler'),
)
/** A folder with nothing above it that could be imported. */
const dir = mkdtempSync(join(tmpdir(), 'bundle-'))
afterAll(() => rmSync(dir, { recursive: true }))

beforeAll(() => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { bundle: string } }
  const command = `${scripts.bundle.replace('dist/lambda', dir)} --sourcemap`
  expect(command).toContain(dir)
  const PATH = `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`
  execFileSync('sh', ['-c', command], { cwd: ROOT, env: { ...process.env, PATH }, stdio: 'pipe' })
})

const ENVIRONMENT = {
  AWS_REGION: 'eu-central-1',
  ACCOUNT_ID: '123456789012',
  TABLE_NAME: 'firmware-rollouts',
  TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:firmware-rollouts',
}

/** Invokes a bundled handler as Lambda does: in a process of its own, with this environment and no other. */
function invoke(handler: string, variables: Record<string, string>, event: unknown): Record<string, unknown> {
  const file = join(dir, handler.replace(/\.ts$/, '.mjs'))
  const program = `import(${JSON.stringify(file)}).then(({ handler }) => handler(${JSON.stringify(event)})).catch(() => 0)`
  const env = { PATH: process.env.PATH, ...variables }
  const { stdout } = spawnSync(process.execPath, ['-e', program], { cwd: dir, env, encoding: 'utf8' })
  const lines = stdout.trim().split('\n')
  expect(lines).toHaveLength(1)
  return JSON.parse(lines[0] as string) as Record<string, unknown>
}

describe.each(HANDLERS)('the bundled %s', (handler) => {
  const name = handler.replace(/\.ts$/, '')

  it('names every variable that is missing in one line', () => {
    expect(invoke(handler, { ACCOUNT_ID: '42' }, {})).toMatchObject({
      level: 'error',
      function: name,
      error: 'MisconfiguredFunction',
      message:
        'the function\'s environment is wrong: AWS_REGION is not set; ACCOUNT_ID is "42", not an account id of 12 digits; ' +
        'TABLE_NAME is not set; TOPIC_ARN is not set',
    })
  })

  // People's requests carry no time, and are answered whatever they are; of a passed stage the event says nothing.
  it.skipIf(name === 'operate' || name === 'promote')(
    'runs by itself: with its environment it comes as far as reading the event',
    () => {
      expect(invoke(handler, ENVIRONMENT, { time: 'yesterday' })).toMatchObject({
        level: 'error',
        function: name,
        time: 'yesterday',
        error: 'UnexpectedEvent',
      })
    },
  )
})

it('bundles the controller and nothing of the twin', () => {
  const parts = readdirSync(dir)
    .filter((name) => name.endsWith('.mjs.map'))
    .map((name) => JSON.parse(readFileSync(join(dir, name), 'utf8')) as { sources: string[] })
    .flatMap(({ sources }) => sources.map((source) => relative(ROOT, resolve(dir, source))))
  const own = parts.filter((path) => !path.includes('node_modules'))
  expect(own).toContain('controller/reconcile/reconcile.ts')
  expect(own.filter((path) => !path.startsWith('controller/'))).toEqual([])
  const packages = new Set(parts.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []))
  for (const twin of ['aedes', 'mqtt', 'dynalite', 'aws-sdk-client-mock', 'zod', 'yaml'])
    expect(packages).not.toContain(twin)
})
