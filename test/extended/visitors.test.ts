import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, it } from 'vitest'

/** What installed clients of AWS do to a rehearsal, which runs as a process of its own. */

const ROOT = new URL('../..', import.meta.url).pathname
const hasAwsCli = spawnSync('aws', ['--version']).error === undefined
const hasBoto3 = spawnSync('python3', ['-c', 'import boto3']).status === 0
if (!hasAwsCli) console.warn('skipped: the AWS CLI is not installed')
if (!hasBoto3) console.warn('skipped: boto3 is not installed')

const env = {
  ...process.env,
  AWS_ACCESS_KEY_ID: 'AKIDVISITOR',
  AWS_SECRET_ACCESS_KEY: 'any',
  AWS_DEFAULT_REGION: 'eu-central-1',
  AWS_MAX_ATTEMPTS: '1',
}

interface Report {
  readonly digest: string
  readonly interventions?: readonly { readonly code: string; readonly data: unknown }[]
}

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

/** Runs a scenario with this visitor; the rehearsal begins to play at once, so that the visitor comes amid it. */
async function visited(args: readonly string[], visit: (endpoint: string) => void | Promise<void>): Promise<Report> {
  const out = mkdtempSync(join(tmpdir(), 'visited-'))
  folders.push(out)
  const command = ['dist/scenarios/cli/main.js', 'run', 'crash-on-start', '--level', 'wire', ...args, '--out', out]
  const rehearsal = spawn('node', command, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(rehearsal, 'exit')
  for await (const line of createInterface({ input: rehearsal.stderr })) {
    const endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0]
    if (endpoint === undefined) continue
    await visit(endpoint)
    break
  }
  rehearsal.stderr.resume()
  expect(await ended).toEqual([expect.any(Number), null])
  return JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report
}

const aws = (endpoint: string, ...args: string[]) =>
  spawnSync('aws', [...args, '--endpoint-url', endpoint, '--output', 'json'], {
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 28, // a scan prints the whole store
  })

describe.skipIf(!hasAwsCli)('the AWS CLI', () => {
  it('reads and is refused without a trace: the digest is that of an undisturbed run', async () => {
    const alone = await visited(['--until', '2h'], () => undefined)
    // Slow enough that all of it happens amid the run.
    const disturbed = await visited(['--until', '2h', '--pace', '60x'], (endpoint) => {
      expect(aws(endpoint, 'iot', 'list-things').status).toBe(0)
      expect(aws(endpoint, 'iot', 'create-thing', '--thing-name', 'a b').stderr).toContain('(InvalidRequestException)')
      expect(aws(endpoint, 'iot', 'describe-thing', '--thing-name', 'a b').stderr).toContain('regular expression')
      expect(aws(endpoint, 'sqs', 'list-queues').stderr).toContain('(NotEmulated)')
      expect(aws(endpoint, 'dynamodb', 'scan', '--table-name', 'firmware-rollouts').status).toBe(0)
      expect(aws(endpoint, 'dynamodb', 'delete-table', '--table-name', 'firmware-rollouts').stderr).toContain(
        '(NotEmulated)',
      )
    })
    expect(disturbed.digest).toBe(alone.digest)
    expect(disturbed.interventions ?? []).toEqual([])
  })

  it('switches a rule of the controller off, which the report tells', async () => {
    const report = await visited(['--pace', '600x', '--until', '2h'], (endpoint) => {
      expect(aws(endpoint, 'events', 'disable-rule', '--name', 'analyze').status).toBe(0)
      expect(JSON.parse(aws(endpoint, 'events', 'describe-rule', '--name', 'analyze').stdout).State).toBe('DISABLED')
    })
    expect(report.interventions).toMatchObject([
      { code: 'AWS_OPERATION_CALLED', data: { client: { id: 'AKIDVISITOR' }, request: 'events DisableRule' } },
    ])
  })
})

describe.skipIf(!hasBoto3)('boto3', () => {
  it('is told which constraint it breaks', async () => {
    const script = `
import boto3, botocore, sys
greengrass = boto3.client('greengrassv2', endpoint_url=sys.argv[1])
try:
    greengrass.create_deployment(targetArn='arn:x')
except botocore.exceptions.ClientError as error:
    print(error.response['Error']['Code'], error.response['reason'], error.response['ResponseMetadata']['RequestId'] != '')
`
    await visited(['--until', '1h'], (endpoint) => {
      const { stdout } = spawnSync('python3', ['-c', script, endpoint], { env, encoding: 'utf8' })
      expect(stdout.trim()).toBe('ValidationException FIELD_VALIDATION_FAILED True')
    })
  })
})

it('keeps out a web page', async () => {
  await visited(['--until', '1h'], async (endpoint) => {
    const page = { origin: 'http://page.example', authorization: 'AWS4-HMAC-SHA256 Credential=k/1/r/iot/aws4_request' }
    const response = await fetch(`${endpoint}/things`, { headers: page })
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([403, null])
  })
})
