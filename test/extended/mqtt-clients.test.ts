import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'

/** Installed MQTT clients at a rehearsal that runs as fast as it can, and a machine that stops it: the digest stays. */

const ROOT = new URL('../..', import.meta.url).pathname
const PYTHON = '/usr/bin/python3'
const SDK = 'aws-iot-device-sdk-v2'
const hasMosquitto = spawnSync('mosquitto_sub', ['--help']).error === undefined
const hasPaho = spawnSync(PYTHON, ['-c', 'import paho.mqtt.client']).status === 0
const folder = mkdtempSync(join(tmpdir(), 'mqtt-clients-'))
const install = ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder, `${SDK}@1`]
const hasSdk = spawnSync('npm', install, { stdio: 'ignore' }).status === 0
if (!hasMosquitto) console.warn('skipped: mosquitto_sub is not installed (Debian package mosquitto-clients)')
if (!hasPaho) console.warn('skipped: paho is not installed (Debian package python3-paho-mqtt)')
if (!hasSdk) console.warn(`skipped: ${SDK} cannot be had from the registry`)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Report {
  readonly digest: string
  readonly interventions?: readonly object[]
  readonly clients?: readonly {
    readonly client: { readonly id: string }
    readonly reads: Readonly<Record<string, number>>
    readonly errors: readonly { readonly message: string }[]
  }[]
}

/** Runs a scenario over sockets; `visit` gets the MQTT port and the process. */
async function run(args: readonly string[], visit: (port: string, process: ChildProcess) => unknown): Promise<Report> {
  const out = mkdtempSync(join(folder, 'out-'))
  const command = ['dist/scenarios/cli/main.js', 'run', 'memory-leak', ...args, '--json', '--out', out]
  const rehearsal = spawn('node', command, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(rehearsal, 'close')
  let json = ''
  rehearsal.stdout.on('data', (chunk) => {
    json += chunk
  })
  for await (const line of createInterface({ input: rehearsal.stderr })) {
    const port = /mqtt:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1]
    if (port === undefined) continue
    void visit(port, rehearsal)
    break
  }
  rehearsal.stderr.resume()
  await ended
  return JSON.parse(json) as Report
}

const UNTIL = ['--until', '2h']
const undisturbed = run(UNTIL, () => undefined)
const errorsOf = ({ clients = [] }: Report, id: string) =>
  clients.filter(({ client }) => client.id === id).flatMap(({ errors }) => errors.map(({ message }) => message))

describe.skipIf(!hasMosquitto)('mosquitto_sub', () => {
  const everything = ['-t', '#', '-t', '$aws/things/#']

  it('that stops reading is disconnected, and changes nothing', async () => {
    let reader: ChildProcess | undefined
    const report = await run(UNTIL, (port) => {
      const pipe = `mosquitto_sub -p ${port} -i sleeper -t '#' -t '$aws/things/#' | sleep 100`
      reader = spawn('sh', ['-c', pipe], { stdio: 'ignore', detached: true })
    })
    process.kill(-(reader?.pid as number))
    expect(report.digest).toBe((await undisturbed).digest)
    expect(errorsOf(report, 'sleeper')[0]).toMatch(/^reads too slowly/)
    expect(report.interventions).toBeUndefined()
  })

  it('that reads everything changes nothing', async () => {
    let lines = 0
    let reader: ChildProcess | undefined
    const report = await run(UNTIL, (port) => {
      reader = spawn('mosquitto_sub', ['-p', port, '-i', 'reader', ...everything], {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      reader.stdout?.on('data', () => {
        lines += 1
      })
    })
    reader?.kill()
    expect(report.digest).toBe((await undisturbed).digest)
    expect(lines).toBeGreaterThan(0)
    expect(errorsOf(report, 'reader')).toEqual([])
  })
})

describe.skipIf(!hasPaho)('paho', () => {
  it('is refused on an answer topic and reads a shadow; nothing changes', async () => {
    const script = `
import sys, time, paho.mqtt.client as mqtt
make = lambda id: mqtt.Client(mqtt.CallbackAPIVersion.VERSION1, client_id=id) if hasattr(mqtt, 'CallbackAPIVersion') else mqtt.Client(client_id=id)
liar = make('liar'); liar.connect('127.0.0.1', int(sys.argv[1])); liar.loop_start()
liar.publish('$aws/things/line-01-01/shadow/update/accepted', 'no json', qos=1)
reader = make('paho-reader')
def got(client, data, message): print(message.topic, flush=True); client.disconnect()
reader.on_message = got
reader.connect('127.0.0.1', int(sys.argv[1]))
reader.subscribe('$aws/things/line-01-01/shadow/name/health/get/accepted', 1)
reader.publish('$aws/things/line-01-01/shadow/name/health/get', '{}', qos=1)
reader.loop_forever()
liar.loop_stop()
`
    let output = ''
    const report = await run([...UNTIL, '--pace', '900x'], (port) => {
      const client = spawn(PYTHON, ['-c', script, port], { stdio: ['ignore', 'pipe', 'inherit'] })
      client.stdout?.on('data', (chunk) => {
        output += chunk
      })
    })
    expect(output.trim()).toBe('$aws/things/line-01-01/shadow/name/health/get/accepted')
    expect(errorsOf(report, 'liar')[0]).toMatch(/^not authorised to publish/)
    expect(report.digest).toBe((await undisturbed).digest)
  })
})

describe.skipIf(!hasSdk)(SDK, () => {
  it('connects, and gets the answer of the shadow service; nothing changes', async () => {
    const script = `
const { mqtt, iotshadow } = require('${SDK}')
const [port] = process.argv.slice(1)
const config = { client_id: 'device-sdk', host_name: '127.0.0.1', port: Number(port), clean_session: true,
  keep_alive: 60, socket_options: new (require('aws-crt').io.SocketOptions)(), use_websocket: false }
const connection = new mqtt.MqttClient().new_connection(config)
connection.connect().then(async () => {
  const shadows = new iotshadow.IotShadowClient(connection)
  const request = { thingName: 'line-01-01', shadowName: 'health' }
  await shadows.subscribeToGetNamedShadowAccepted(request, mqtt.QoS.AtLeastOnce, (error, answer) => {
    console.log(typeof answer.version)
    connection.disconnect().then(() => process.exit(0))
  })
  await shadows.publishGetNamedShadow(request, mqtt.QoS.AtLeastOnce)
})
`
    let output = ''
    const report = await run([...UNTIL, '--pace', '600x'], (port) => {
      const client = spawn('node', ['-e', script, port], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
      client.stdout?.on('data', (chunk) => {
        output += chunk
      })
    })
    expect(output.trim()).toBe('number')
    expect(report.digest).toBe((await undisturbed).digest)
  })
})

describe('a process that is stopped and goes on, as on a laptop that sleeps', () => {
  /** Milliseconds until it is stopped, and for how long; longer than any timer of the libraries once. */
  it.each([
    ['for longer than 30 s while devices connect', [[0, 35_000]], true],
    [
      'at moments of the run',
      [
        [400, 1_500],
        [700, 900],
        [1_100, 2_000],
      ],
      false,
    ],
  ] as const)('%s, has the digest of an undisturbed run', { timeout: 120_000 }, async (_, stops, isEarly) => {
    const stop = async (rehearsal: ChildProcess): Promise<void> => {
      for (const [afterMs, forMs] of stops) {
        await wait(afterMs)
        rehearsal.kill('SIGSTOP')
        await wait(forMs)
        rehearsal.kill('SIGCONT')
      }
    }
    const report = isEarly ? await stoppedEarly(stop) : await run(UNTIL, (_port, rehearsal) => void stop(rehearsal))
    expect(report.digest).toBe((await undisturbed).digest)
  })
})

/** Stopped when the HTTP port of the twin begins to listen, which is amid the connecting of the devices. */
async function stoppedEarly(stop: (rehearsal: ChildProcess) => Promise<void>): Promise<Report> {
  const out = mkdtempSync(join(folder, 'out-'))
  const command = ['dist/scenarios/cli/main.js', 'run', 'memory-leak', ...UNTIL, '--json', '--out', out]
  const rehearsal = spawn('node', command, { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] })
  let json = ''
  rehearsal.stdout.on('data', (chunk) => {
    json += chunk
  })
  const ended = once(rehearsal, 'close')
  await wait(900)
  await stop(rehearsal)
  await ended
  return JSON.parse(json) as Report
}
