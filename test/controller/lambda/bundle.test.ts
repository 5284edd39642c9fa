import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeClients } from '../../../controller/aws/clients.ts'
import { dynamoStore } from '../../../controller/aws/rollout-store.ts'
import { ensureTable } from '../../../controller/aws/table.ts'
import { type Dynamo, startDynamo } from '../dynamo.ts'

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

/** The functions' own table, over the API that they reach it by. */
let dynamo: Dynamo
beforeAll(async () => {
  dynamo = await startDynamo()
  const clients = makeClients({
    region: 'eu-central-1',
    dynamoEndpoint: dynamo.url,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  })
  for (const table of ['without-policy', 'with-policy', 'with-bad-policy']) await ensureTable(clients.dynamo, table)
  await dynamoStore(clients.documents, 'with-policy').put('policy', { window: '4h' })
  await dynamoStore(clients.documents, 'with-bad-policy').put('policy', { limits: { conectionFailures: '2 %' } })
  clients.destroy()
})
afterAll(() => dynamo.close())

const ENVIRONMENT = {
  AWS_REGION: 'eu-central-1',
  ACCOUNT_ID: '123456789012',
  TABLE_NAME: 'without-policy',
  TOPIC_ARN: 'arn:aws:sns:eu-central-1:123456789012:firmware-rollouts',
}

/** Invokes a bundled handler as Lambda does: in a process of its own, with this environment and no other. */
async function invoke(
  handler: string,
  variables: Record<string, string>,
  event: unknown,
): Promise<Record<string, unknown>> {
  const file = join(dir, handler.replace(/\.ts$/, '.mjs'))
  const program = `import(${JSON.stringify(file)}).then(({ handler }) => handler(${JSON.stringify(event)})).catch(() => 0)`
  const credentials = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_ENDPOINT_URL_DYNAMODB: dynamo.url }
  const env = { PATH: process.env.PATH, ...credentials, ...variables }
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { cwd: dir, env })
  const lines = stdout.trim().split('\n')
  expect(lines).toHaveLength(1)
  return JSON.parse(lines[0] as string) as Record<string, unknown>
}

describe.each(HANDLERS)('the bundled %s', (handler) => {
  const name = handler.replace(/\.ts$/, '')

  it('names every variable that is missing in one line', async () => {
    expect(await invoke(handler, { ACCOUNT_ID: '42' }, {})).toMatchObject({
      level: 'error',
      function: name,
      error: 'MisconfiguredFunction',
      message:
        'the function is misconfigured: AWS_REGION is not set; ACCOUNT_ID is "42", not an account id of 12 digits; ' +
        'TABLE_NAME is not set; TOPIC_ARN is not set',
    })
  })

  it('refuses a policy document that is invalid, with its source, path and nearest name', async () => {
    const variables = { ...ENVIRONMENT, TABLE_NAME: 'with-bad-policy' }
    expect(await invoke(handler, variables, {})).toMatchObject({
      level: 'error',
      function: name,
      error: 'MisconfiguredFunction',
      message:
        'the function is misconfigured: item "policy" of table with-bad-policy: ' +
        'limits.conectionFailures: unknown key; did you mean "connectionFailures"?',
    })
  })

  // An operator's request carries no time, and is answered whatever it is; the event of a passed stage is not read.
  it.skipIf(name === 'operate' || name === 'promote')(
    'runs by itself: with its environment it comes as far as reading the event',
    async () => {
      for (const TABLE_NAME of ['without-policy', 'with-policy']) {
        expect(await invoke(handler, { ...ENVIRONMENT, TABLE_NAME }, { time: 'yesterday' })).toMatchObject({
          level: 'error',
          function: name,
          time: 'yesterday',
          error: 'UnexpectedEvent',
        })
      }
    },
  )
})

it('finds a policy file that was bundled next to the functions, and the file that POLICY_FILE names', async () => {
  writeFileSync(join(dir, 'policy.json'), '{"windo":"4h"}')
  writeFileSync(join(dir, 'plant.json'), '{"tik":"5min"}')
  const messageOf = async (variables: Record<string, string>): Promise<unknown> =>
    (await invoke('start.ts', { ...ENVIRONMENT, ...variables }, { time: 'yesterday' })).message
  const wrong = 'the function is misconfigured: file '
  expect(await messageOf({})).toBe(`${wrong}${join(dir, 'policy.json')}: windo: unknown key; did you mean "window"?`)
  expect(await messageOf({ POLICY_FILE: 'plant.json' })).toBe(
    `${wrong}${join(dir, 'plant.json')}: tik: unknown key; did you mean "tick"?`,
  )
  // The table comes first.
  const fromTable = { ...ENVIRONMENT, TABLE_NAME: 'with-policy' }
  expect(await invoke('start.ts', fromTable, {})).toMatchObject({ error: 'UnexpectedEvent' })
  rmSync(join(dir, 'policy.json'))
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
  for (const twin of ['aedes', 'mqtt', 'dynalite', 'aws-sdk-client-mock', 'yaml', 'commander'])
    expect(packages).not.toContain(twin)
  // The functions check their policy document themselves, with the schema that scenario files are checked with.
  expect(packages).toContain('zod')
})
