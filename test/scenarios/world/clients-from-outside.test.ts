import { DisableRuleCommand, EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge'
import { CreateDeploymentCommand, GreengrassV2Client, ListDeploymentsCommand } from '@aws-sdk/client-greengrassv2'
import mqtt, { type MqttClient } from 'mqtt'
import { expect, it } from 'vitest'
import { FIRMWARE_COMPONENT, HEALTH_COMPONENT } from '../../../controller/contract.ts'
import type { Report } from '../../../reports/run/report.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { conclude } from '../../../scenarios/outcome/conclude.ts'
import type { RehearsalResult } from '../../../scenarios/world/rehearsal.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'

/** Rehearsals over real sockets in which clients from outside take part, with the SDK as they would use it. */
const HOUR_MS = 3_600_000
const healthy = { ...findScenario('healthy'), fleet: { lines: 1, devicesPerLine: 10, noise: 'quiet' as const } }
const startMs = healthy.start.atMs
const PLAYED_HOURS = 3

/** What a client of this endpoint does; simulated time waits for it. */
type Act = (endpoint: string, mqttUrl: string) => Promise<void>

/** The first hours of a healthy release, with `act` after so many hours. */
async function played(acts: readonly (readonly [afterHours: number, act: Act])[]) {
  let urls = { httpUrl: '', mqttUrl: '' }
  const waiting = [...acts]
  const result: RehearsalResult = await rehearse(healthy, {
    seed: 1,
    level: 'wire',
    untilMs: PLAYED_HOURS * HOUR_MS,
    onListening: (endpoints) => {
      urls = endpoints
    },
    hold: async (atMs) => {
      while (waiting[0] !== undefined && atMs > startMs + waiting[0][0] * HOUR_MS)
        await waiting.shift()?.[1](urls.httpUrl, urls.mqttUrl)
    },
  })
  return { result, report: conclude(healthy, result) }
}

const clientFor = { region: 'eu-central-1', credentials: { accessKeyId: 'AKIDMALLORY', secretAccessKey: 'any' } }
const [undisturbed, disturbed] = await Promise.all([played([]), played([[1, readAndFail]])])

async function readAndFail(endpoint: string): Promise<void> {
  const greengrass = new GreengrassV2Client({ endpoint, ...clientFor })
  for (let i = 0; i < 3; i++) await greengrass.send(new ListDeploymentsCommand({}))
  const bad = new CreateDeploymentCommand({ targetArn: 'arn:aws:iot:eu-central-1:999999999999:thinggroup/canary' })
  await greengrass.send(bad).catch((error: unknown) => error)
  greengrass.destroy()
}

it('who only reads, or is refused, is counted apart and changes nothing', () => {
  const { report, result } = disturbed
  expect(result.facts.digest).toBe(undisturbed.result.facts.digest)
  expect(report.awsCalls).toEqual(undisturbed.report.awsCalls)
  expect(report.interventions).toBeUndefined()
  expect(report.clients).toMatchObject([
    {
      client: { by: 'access-key', id: 'AKIDMALLORY' },
      changes: [],
      reads: { 'greengrass ListDeployments': 3 },
      errors: [{ request: 'greengrass CreateDeployment', count: 1 }],
    },
  ])
  expect(undisturbed.report.clients).toBeUndefined()
})

it('a deployment by somebody else stands under its client’s name, and the controller holds and pages', async () => {
  const { report } = await played([[2, deployElsewhere]])
  expect(report.clients).toMatchObject([
    { client: { id: 'AKIDMALLORY' }, changes: [{ request: 'greengrass CreateDeployment', count: 1 }] },
  ])
  expect(report.interventions).toMatchObject([{ code: 'AWS_OPERATION_CALLED' }])
  expect(report.notifications).toMatchObject([
    {
      code: 'ROLLOUT_HELD',
      data: { reason: { code: 'FOREIGN_DEPLOYMENT', data: { deployments: [{ group: 'early' }] } } },
    },
  ])
  expect(atHours(report.notifications?.[0]?.at)).toBeLessThanOrEqual(2 + 6 / 60)
  expect(report.stages.map(({ startedAt }) => startedAt !== null)).toEqual([true, false, false])
  expect(report.falseAlarm).toBe(false)
  expect(report.invariants.violated).toEqual([])
})

async function deployElsewhere(endpoint: string): Promise<void> {
  const greengrass = new GreengrassV2Client({ endpoint, ...clientFor })
  const components = {
    [FIRMWARE_COMPONENT]: { componentVersion: healthy.release.version },
    [HEALTH_COMPONENT]: { componentVersion: '1.2.0' },
  }
  const targetArn = 'arn:aws:iot:eu-central-1:123456789012:thinggroup/early'
  await greengrass.send(new CreateDeploymentCommand({ targetArn, components }))
  greengrass.destroy()
}

it('a disabled rule stops the analyzer, and the report says whose deed that was', async () => {
  const { report } = await played([[1, disableRules]])
  const perHour = undisturbed.report.controller.evaluations / PLAYED_HOURS
  expect(report.controller.evaluations).toBeLessThan(2 * perHour)
  expect(changesOf(report)).toContain('events DisableRule')
  expect(report.clients?.[0]?.reads).toMatchObject({ 'events ListRules': 1 })
})

async function disableRules(endpoint: string): Promise<void> {
  const events = new EventBridgeClient({ endpoint, ...clientFor })
  const { Rules = [] } = await events.send(new ListRulesCommand({}))
  for (const { Name } of Rules) await events.send(new DisableRuleCommand({ Name }))
  events.destroy()
}

const changesOf = ({ clients = [] }: Report) => clients.flatMap(({ changes }) => changes.map(({ request }) => request))
const atHours = (at = '') => (Date.parse(at) - startMs) / HOUR_MS

it('who takes the connection of a device over loses it when the device is back; the run goes on', async () => {
  let stranger: MqttClient | undefined
  const { report, result } = await played([
    [
      1,
      async (_, mqttUrl) => {
        stranger = await mqtt.connectAsync(mqttUrl, { clientId: 'line-01-01', reconnectPeriod: 0 })
      },
    ],
  ])
  expect(stranger?.connected).toBe(false)
  expect(report.interventions).toMatchObject([{ code: 'CONNECTION_TAKEN_OVER', data: { thing: 'line-01-01' } }])
  expect(report.clients?.[0]?.errors).toMatchObject([{ error: 'DUPLICATE_CLIENTID' }])
  const ofDevice = result.records.flatMap((record) =>
    (record.kind === 'device-connected' || record.kind === 'device-disconnected') && record.thing === 'line-01-01'
      ? [record]
      : [],
  )
  expect(ofDevice.map(({ kind }) => kind)).toEqual(['device-connected', 'device-disconnected', 'device-connected'])
  expect((ofDevice[2]?.atMs ?? 0) - (ofDevice[1]?.atMs ?? 0)).toBe(1_000)
})
