import { expect, it } from 'vitest'
import { makeFleet } from '../../../scenarios/files/fleet.ts'
import { type InvalidScenario, parseScenario } from '../../../scenarios/files/load.ts'
import { twinPlan } from '../../../scenarios/world/twin-plan.ts'
import { DEFAULT_QUOTAS } from '../../../sim/cloud/base/quotas.ts'
import { Seed } from '../../../sim/kernel/random.ts'
import { ACCOUNT_ID, CloudBench, REGION } from '../../sim/cloud/fixtures.ts'

const parsed = (quotas: string) =>
  parseScenario(
    `story: A test.
release:
  version: 2.4.0
  replaces: 2.3.1
  data: { writes: 7, reads: [6, 7] }
  shadow: { writes: "2.0", reads: ["1.0"] }
start: 2026-03-02T14:00[Europe/Berlin]
${quotas}`,
    'x.yaml',
  )

const quotasOf = (text: string) => {
  const scenario = parsed(text)
  return twinPlan(scenario, new Seed(1), makeFleet(scenario.fleet, 1)).quotas
}

it('are those of a new account by default', () => {
  expect(quotasOf('')).toEqual(DEFAULT_QUOTAS)
})

it('are what the scenario says', () => {
  expect(quotasOf('quotas: { shadowDocumentBytes: 30720, sessionExpiry: 7d }')).toEqual({
    ...DEFAULT_QUOTAS,
    shadowDocumentBytes: 30_720,
    sessionExpiryMs: 7 * 86_400_000,
  })
})

it.each([
  ['quotas: { connection: 3 }', /^x\.yaml:8:11: .*connection.*connections/],
  ['quotas: { connections: 0 }', /^x\.yaml:8:11: .*connections/],
  ['quotas: { sessionExpiry: 8d }', /^x\.yaml:8:11: .*at most 7d/],
  ['quotas: { sessionExpiry: 3600 }', /with its unit/],
])('%s is refused in one line', (text, line) => {
  try {
    parsed(text)
    expect.unreachable()
  } catch (error) {
    expect((error as InvalidScenario).problems).toEqual([expect.stringMatching(line)])
  }
})

const rule = (n: number) => ({ Name: `rule-${n}`, ScheduleExpression: 'rate(1 minute)' })
const targets = (count: number) =>
  Array.from({ length: count }, (_, id) => ({ Id: `${id}`, Arn: `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:f` }))
const document = (bytes: number) =>
  new TextEncoder().encode(JSON.stringify({ state: { desired: { text: 'x'.repeat(bytes) } } }))

it.each([
  ['groupsPerThing', 'iot', 'AddThingToThingGroup', () => ({ thingName: 'thing-0', thingGroupName: 'other' })],
  ['groupLevels', 'iot', 'CreateThingGroup', () => ({ thingGroupName: 'child', parentGroupName: 'other' })],
  ['rulesPerEventBus', 'events', 'PutRule', () => rule(2)],
  ['targetsPerRule', 'events', 'PutTargets', () => ({ Rule: 'rule-1', Targets: targets(2) })],
  ['shadowDocumentBytes', 'iotdata', 'UpdateThingShadow', () => ({ thingName: 'thing-0', payload: document(100) })],
] as const)('%s holds, and its default is higher', (quota, service, operation, input) => {
  const bench = (quotas: object) => {
    const made = new CloudBench(1, quotas).withCanaries(1)
    made.call('iot', 'CreateThingGroup', { thingGroupName: 'other' })
    made.call('events', 'PutRule', rule(1))
    return made
  }
  bench({}).call(service, operation, input())
  expect(() => bench({ [quota]: 1 }).call(service, operation, input())).toThrow()
})
