import { describe, expect, it } from 'vitest'
import { FIRMWARE_COMPONENT } from '../../../controller/contract.ts'
import { checkInvariants } from '../../../scenarios/outcome/invariants.ts'
import type { TraceEvent, TraceHeader } from '../../../sim/kernel/trace-events.ts'
import { settingWith } from './traces.ts'

const header: TraceHeader = {
  schemaVersion: 2,
  scenario: 's',
  story: 's',
  seed: 1,
  level: 'wire',
  connections: 'per-device',
  profile: 'default',
  windowHours: 0,
  startedAtMs: 0,
  zone: 'UTC',
  release: { version: '2', replaces: '1' },
  stages: { canary: ['a1', 'b1'], early: ['a2'], production: ['a3'] },
  lines: { a1: 1, a2: 1, a3: 1, b1: 2 },
}

const created = (target: string, version: string, more: Record<string, string> = {}): TraceEvent => ({
  kind: 'deployment-created',
  deploymentId: 'd',
  target,
  revisionId: '1',
  jobId: null,
  components: { [FIRMWARE_COMPONENT]: version, ...more },
})
const started = (thing: string, version: string): TraceEvent => ({
  kind: 'firmware-started',
  thing,
  version,
  bootId: 'b',
})
const evaluated = (decision: string, verdict: string): TraceEvent => ({
  kind: 'evaluated',
  handler: 'analyze',
  stage: 'canary',
  state: decision === 'rollback' ? 'rolling-back' : 'soaking',
  verdict,
  decision,
  reason: { code: 'NO_ROLLOUT', data: {} },
  findings: [],
})

const operation = (name: string, result = 'accepted'): TraceEvent => ({
  kind: 'operation',
  operation: name,
  actor: 'jo',
  reason: 'r',
  result,
  answer: { code: 'STATUS_GIVEN', data: {} },
})

const moved = (thing: string, group: string): TraceEvent => ({ kind: 'device-moved', thing, group, change: 'added' })

it('a violation is undecided where a client from outside changed something', () => {
  const client = { by: 'client-id', id: 'm' } as const
  const broken = [created('production', '2')]
  const check = (events: readonly TraceEvent[]) =>
    checkInvariants(
      header,
      events.map((event, sequence) => ({ sequence, atMs: sequence, source: 's', ...event })),
    )
  const alone = check(broken)
  expect(alone.violated.length).toBeGreaterThan(0)
  const taken = { kind: 'intervention', code: 'MESSAGE_TAKEN', data: { client, request: 'r' } } as const
  const disturbed = check([taken, ...broken])
  expect(disturbed.violated).toEqual([])
  expect(disturbed.undecided.map(({ code }) => code)).toEqual(
    expect.arrayContaining(alone.violated.map(({ code }) => code)),
  )
  const paused = { kind: 'intervention', code: 'OPERATION_INVOKED', data: {} } as const
  expect(check([paused, ...broken]).violated).toEqual(alone.violated)
})

const violated = (events: readonly TraceEvent[], over: Partial<TraceHeader> = {}): string[] =>
  checkInvariants(
    { ...header, ...over },
    events.map((event, sequence) => ({ sequence, atMs: sequence, source: 's', ...event })),
  ).violated.map(({ code }) => code)

describe('each invariant', () => {
  it('holds for a correct rollout', () => {
    expect(
      violated([
        created('canary', '2'),
        started('a1', '2'),
        evaluated('promote', 'healthy'),
        created('early', '2'),
        started('a2', '2'),
        evaluated('rollback', 'breach'),
        created('early', '1'),
        created('canary', '1'),
        started('a1', '1'),
      ]),
    ).toEqual([])
  })

  it.each<[string, readonly TraceEvent[], Partial<TraceHeader>]>([
    ['STAGE_NOT_AS_POLICY', [settingWith()], { stages: { ...header.stages, canary: ['a1', 'a2'] } }],
    ['UNKNOWN_FIRMWARE_VERSION', [started('a1', '3')], {}],
    ['FIRMWARE_OUTSIDE_ITS_STAGE', [created('canary', '2'), started('a2', '2')], {}],
    ['HOLDBACK_RAN_RELEASE', [moved('a3', 'holdback'), created('production', '2'), started('a3', '2')], {}],
    [
      'HOLDBACK_RAN_RELEASE',
      [
        moved('a3', 'holdback'),
        created('production', '2'),
        created('production', '1'),
        moved('a3', 'production'),
        started('a3', '2'),
      ],
      {},
    ],
    ['STAGES_OUT_OF_ORDER', [created('early', '2')], {}],
    ['PROMOTED_WITHOUT_HEALTHY_VERDICT', [evaluated('promote', 'inconclusive')], {}],
    [
      'PROMOTED_WITHOUT_HEALTHY_VERDICT',
      [operation('promote'), { ...evaluated('promote', 'breach'), handler: 'operate' } as TraceEvent],
      {},
    ],
    ['DEPLOYED_WHILE_HELD', [operation('pause'), created('canary', '2')], {}],
    ['DEPLOYED_WHILE_HELD', [operation('freeze'), created('canary', '2')], {}],
    ['ROLLED_BACK_BEFORE_DEPLOYED', [created('early', '1')], {}],
    [
      'FIRMWARE_BEFORE_MIGRATION',
      [created('canary', '1', { m: '7' }), created('canary', '2', { m: '7' })],
      { release: { ...header.release, migration: { component: 'm', version: '7' } } },
    ],
  ])('detects %s', (code, events, over) => {
    expect(violated(events, over)).toContain(code)
  })

  it('allows operators to promote without evidence, rollbacks under a hold, and hotfixes under a freeze', () => {
    const byOperator = { ...evaluated('promote', 'inconclusive'), handler: 'operate' } as TraceEvent
    expect(violated([created('canary', '2'), operation('promote'), byOperator])).toEqual([])
    const follow = evaluated('release-holdback', 'inconclusive')
    const complete = evaluated('complete', 'inconclusive')
    expect(violated([operation('promote'), byOperator, follow])).toEqual([])
    expect(violated([operation('promote'), byOperator, follow, complete])).not.toEqual([])
    expect(violated([evaluated('promote', 'healthy'), follow])).not.toEqual([])
    expect(violated([created('canary', '2'), operation('freeze'), created('canary', '1')])).toEqual([])
    expect(violated([operation('pause'), operation('resume'), created('canary', '2')])).toEqual([])
    expect(violated([operation('pause', 'refused'), created('canary', '2')])).toEqual([])
    const release = { ...header.release, hotfix: true as const }
    expect(violated([operation('freeze'), created('canary', '2')], { release })).toEqual([])
    expect(violated([operation('pause'), created('canary', '2')], { release })).not.toEqual([])
  })

  it('allows the release on a device that left the holdback', () => {
    const stages = [created('canary', '2'), created('early', '2')]
    const held = [moved('a3', 'holdback'), created('production', '2')]
    expect(violated([...stages, ...held, moved('a3', 'production'), started('a3', '2')])).toEqual([])
  })

  it('counts a device as a member of a group that it was added to', () => {
    const moved: TraceEvent = { kind: 'membership-changed', thing: 'a2', group: 'canary', change: 'added' }
    expect(violated([created('canary', '2'), moved, started('a2', '2')])).toEqual([])
  })

  it('detects a refused request that took effect, with its place in the trace', () => {
    const acted = { ...evaluated('rollback', 'healthy'), handler: 'operate' } as TraceEvent
    const records = [operation('abort', 'refused'), acted].map((event, sequence) => ({
      sequence,
      atMs: 5,
      source: 's',
      ...event,
    }))
    expect(checkInvariants(header, records).violated).toEqual([
      { code: 'REFUSED_OPERATION_TOOK_EFFECT', data: { operation: 'abort', actor: 'jo', sequence: 0, atMs: 5 } },
    ])
  })
})
