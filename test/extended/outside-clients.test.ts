import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import {
  GreengrassV2Client,
  ListDeploymentsCommand,
  ListInstalledComponentsCommand,
} from '@aws-sdk/client-greengrassv2'
import { GetThingShadowCommand, IoTDataPlaneClient } from '@aws-sdk/client-iot-data-plane'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** A rehearsal in its own process, as a user starts one, watched from outside by programs that are not ours. */

const ROOT = new URL('../..', import.meta.url).pathname
const hasMosquitto = spawnSync('mosquitto_sub', ['--help']).error === undefined
const hasAwsCli = spawnSync('aws', ['--version']).error === undefined
if (!hasAwsCli) console.warn('skipped: the AWS CLI is not installed')
if (!hasMosquitto) console.warn('skipped: mosquitto_sub is not installed (Debian package mosquitto-clients)')

let out: string
let rehearsal: ChildProcess
let mqttPort: string
let endpoint: string

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), 'rehearsal-'))
  rehearsal = spawn('node', ['dist/scenarios/cli/main.js', 'run', 'crash-on-start', '--pace', '30x', '--out', out], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  for await (const line of createInterface({ input: rehearsal.stderr as NodeJS.ReadableStream })) {
    mqttPort ??= /mqtt:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1] as string
    endpoint ??= /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] as string
    if (mqttPort !== undefined && endpoint !== undefined) break
  }
})

afterAll(async () => {
  rehearsal.kill('SIGINT')
  const [code] = (await once(rehearsal, 'exit')) as [number]
  rmSync(out, { recursive: true })
  expect(code).toBe(130)
})

describe('a second rehearsal on the same port', () => {
  it('says so in one line, and ends', () => {
    const { status, stderr } = spawnSync(
      'node',
      ['dist/scenarios/cli/main.js', 'run', 'healthy', '--mqtt-port', mqttPort],
      {
        cwd: ROOT,
        encoding: 'utf8',
        timeout: 30_000,
      },
    )
    expect([status, stderr]).toEqual([
      70,
      `rehearse: port ${mqttPort} for MQTT is in use; choose another or leave it out to let the system choose\n`,
    ])
  })
})

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }

describe.skipIf(!hasMosquitto)('mosquitto_sub', () => {
  const listen = (topic: string, count: number): string[] => {
    const args = ['-h', '127.0.0.1', '-p', mqttPort, '-t', topic, '-C', String(count), '-W', '60', '-v']
    return spawnSync('mosquitto_sub', args, { encoding: 'utf8' }).stdout.trim().split('\n')
  }

  it('sees health reports and the shadow service’s answers', () => {
    const lines = listen('$aws/things/+/shadow/name/health/#', 40)
    const byTopic = (ending: string): Record<string, never>[] =>
      lines.filter((line) => line.split(' ')[0]?.endsWith(ending)).map((line) => JSON.parse(line.replace(/^\S+ /, '')))
    expect(byTopic('/update')[0]).toHaveProperty('state.reported.counters.cycles')
    expect(byTopic('/update/accepted')[0]).toHaveProperty('version')
    expect(byTopic('/update/documents')[0]).toHaveProperty('current.state.reported.firmwareVersion')
  })

  it('sees deployments arrive as jobs in the namespace of Greengrass', () => {
    const [line] = listen('$aws/things/+/jobs/notify-namespace-aws-gg-deployment', 1)
    expect(JSON.parse((line as string).replace(/^\S+ /, ''))).toHaveProperty('jobs')
  })
})

describe('a plain SDK client in another process', () => {
  it('lists the deployments of the fleet', async () => {
    const client = new GreengrassV2Client({ endpoint, region: 'eu-central-1', credentials })
    const { deployments } = await client.send(new ListDeploymentsCommand({ historyFilter: 'ALL' }))
    expect(deployments?.length).toBeGreaterThanOrEqual(3)
    const installed = await client.send(new ListInstalledComponentsCommand({ coreDeviceThingName: 'line-01-01' }))
    expect(installed.installedComponents?.map(({ lifecycleState }) => lifecycleState)).toContain('RUNNING')
    client.destroy()
  })

  it('reads a device’s health shadow', async () => {
    const client = new IoTDataPlaneClient({ endpoint, region: 'eu-central-1', credentials })
    const { payload } = await client.send(new GetThingShadowCommand({ thingName: 'line-01-01', shadowName: 'health' }))
    const document = JSON.parse(Buffer.from(payload as Uint8Array).toString())
    expect(document).toHaveProperty('state.reported.schema')
    expect(document.version).toBeGreaterThan(0)
    client.destroy()
  })
})

describe.skipIf(!hasAwsCli)('the AWS CLI', () => {
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: 'eu-central-1',
  }

  /** Payloads as files, which versions 1 and 2 read alike. */
  function invoke(name: string, payload: object): { status: number | null; stderr: string; answer: string } {
    const [request, response] = [join(out, 'request.json'), join(out, 'response.json')]
    writeFileSync(request, JSON.stringify(payload))
    writeFileSync(response, '')
    const args = ['lambda', 'invoke', '--endpoint-url', endpoint, '--function-name', name]
    const { status, stderr } = spawnSync('aws', [...args, '--payload', `fileb://${request}`, response], {
      env,
      encoding: 'utf8',
    })
    return { status, stderr, answer: readFileSync(response, 'utf8') }
  }

  it('invokes the function that operators use to control the rollout', () => {
    const { status, answer } = invoke('operate', { operation: 'status' })
    expect(status).toBe(0)
    expect(JSON.parse(answer)).toMatchObject({ result: 'accepted', status: { atMs: expect.any(Number) } })
    expect(JSON.parse(invoke('operate', { operation: 'pause' }).answer)).toMatchObject({ result: 'refused' })
  })

  const sns = (...args: string[]) =>
    spawnSync('aws', ['sns', ...args, '--endpoint-url', endpoint, '--output', 'json'], { env, encoding: 'utf8' })

  it('publishes to the topic that pages on-call, and is told why it may not', () => {
    const { TopicArn } = JSON.parse(sns('create-topic', '--name', 'firmware-rollouts').stdout)
    expect(TopicArn).toMatch(/^arn:aws:sns:[^:]+:\d+:firmware-rollouts$/)
    const attributes = JSON.stringify({ by: { DataType: 'String', StringValue: 'jo & "co"' } })
    const publish = ['publish', '--topic-arn', TopicArn, '--message', 'a <test>', '--message-attributes', attributes]
    expect(JSON.parse(sns(...publish).stdout)).toEqual({ MessageId: expect.any(String) })
    expect(sns(...publish, '--subject', 's'.repeat(100)).stderr).toContain('InvalidParameter')
    expect(JSON.parse(sns('list-topics').stdout).Topics).toContainEqual({ TopicArn })
    expect(JSON.parse(sns('list-subscriptions').stdout)).toEqual({ Subscriptions: [] })
    expect(sns('list-platform-applications').stderr).toContain('(NotEmulated)')
  })

  it('is told that there is no other function', () => {
    expect(invoke('other', {}).stderr).toContain('ResourceNotFoundException')
  })
})
