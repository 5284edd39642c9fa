import { describe, expect, it } from 'vitest'
import { FIRMWARE_COMPONENT } from '../../../controller/contract.ts'
import { checkInvariants } from '../../../scenarios/outcome/invariants.ts'
import type { TraceEvent, TraceHeader } from '../../../sim/kernel/trace-events.ts'

const header: TraceHeader = {
  schemaVersion: 1,
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
  reason: 'r',
  findings: [],
})

const operation = (name: string, result = 'accepted'): TraceEvent => ({
  kind: 'operation',
  operation: name,
  actor: 'jo',
  reason: 'r',
  result,
  answer: 'a',
})

const moved = (thing: string, group: string): TraceEvent => ({ kind: 'device-moved', thing, group, change: 'added' })

const violated = (events: readonly TraceEvent[], over: Partial<TraceHeader> = {}): string[] =>
  checkInvariants(
    { ...header, ...over },
    events.map((event, sequence) => ({ sequence, atMs: sequence, source: 's', ...event })),
  ).violated.map((text) => text.split(':')[0] as string)

describe('each law', () => {
  it('holds for a rollout as it should be', () => {
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
    ['canary is exactly one device of every line', [], { stages: { ...header.stages, canary: ['a1', 'a2'] } }],
    ['a device runs one of the two versions of the release', [started('a1', '3')], {}],
    ['new firmware reaches a device only with its own stage', [created('canary', '2'), started('a2', '2')], {}],
    [
      'a device that is held back never runs the release before it is let go into it',
      [moved('a3', 'holdback'), created('production', '2'), started('a3', '2')],
      {},
    ],
    [
      'a device that is held back never runs the release before it is let go into it',
      [
        moved('a3', 'holdback'),
        created('production', '2'),
        created('production', '1'),
        moved('a3', 'production'),
        started('a3', '2'),
      ],
      {},
    ],
    ['stages are deployed in order', [created('early', '2')], {}],
    ['nothing is promoted unless its verdict is healthy', [evaluated('promote', 'inconclusive')], {}],
    [
      'nothing is promoted unless its verdict is healthy',
      [operation('promote'), { ...evaluated('promote', 'breach'), handler: 'operate' } as TraceEvent],
      {},
    ],
    ['nothing is deployed while a person holds the rollout', [operation('pause'), created('canary', '2')], {}],
    ['nothing is deployed while a person holds the rollout', [operation('freeze'), created('canary', '2')], {}],
    ['a rollback touches only stages that were deployed', [created('early', '1')], {}],
    [
      'a migration is everywhere before its firmware is anywhere',
      [created('canary', '1', { m: '7' }), created('canary', '2', { m: '7' })],
      { release: { ...header.release, migration: { component: 'm', version: '7' } } },
    ],
  ])('sees when it is broken that %s', (invariant, events, over) => {
    expect(violated(events, over)).toContain(invariant)
  })

  it('lets a person promote without evidence, go back while all is held, and a hotfix pass a stopped line', () => {
    const byHand = { ...evaluated('promote', 'inconclusive'), handler: 'operate' } as TraceEvent
    expect(violated([created('canary', '2'), operation('promote'), byHand])).toEqual([])
    expect(violated([created('canary', '2'), operation('freeze'), created('canary', '1')])).toEqual([])
    expect(violated([operation('pause'), operation('resume'), created('canary', '2')])).toEqual([])
    expect(violated([operation('pause', 'refused'), created('canary', '2')])).toEqual([])
    const release = { ...header.release, hotfix: true as const }
    expect(violated([operation('freeze'), created('canary', '2')], { release })).toEqual([])
    expect(violated([operation('pause'), created('canary', '2')], { release })).not.toEqual([])
  })

  it('lets a device follow that was held back', () => {
    const stages = [created('canary', '2'), created('early', '2')]
    const held = [moved('a3', 'holdback'), created('production', '2')]
    expect(violated([...stages, ...held, moved('a3', 'production'), started('a3', '2')])).toEqual([])
  })

  it('takes a device for a member of the group that somebody put it into', () => {
    const moved: TraceEvent = { kind: 'membership-changed', thing: 'a2', group: 'canary', change: 'added' }
    expect(violated([created('canary', '2'), moved, started('a2', '2')])).toEqual([])
  })

  it('sees a refusal that was acted upon', () => {
    const acted = { ...evaluated('rollback', 'healthy'), handler: 'operate' } as TraceEvent
    const records = [operation('abort', 'refused'), acted].map((event, sequence) => ({
      sequence,
      atMs: 5,
      source: 's',
      ...event,
    }))
    expect(checkInvariants(header, records).violated[0]).toContain('abort by jo')
  })
})
