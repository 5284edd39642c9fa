import { describe, expect, it } from 'vitest'
import { FIRMWARE_COMPONENT } from '../../../controller/contract.ts'
import {
  type Effect,
  heldOf,
  isDeploymentUnconfirmed,
  isFinal,
  type Rollout,
  type RolloutState,
  requestOf,
  type Stage,
  stageOf,
  targetComponentOf,
  touchedStages,
  watchedVersion,
  withDone,
} from '../../../controller/rollout/rollout.ts'
import { START_MS } from '../fixtures.ts'
import { heldBack, REQUEST, rollout } from './situations.ts'

const BACK = { ...REQUEST, kind: 'rollback', clientToken: 'b' } as const
const EARLY = { ...REQUEST, stage: 'early' } as const
const CANCEL = { kind: 'cancel', deploymentId: 'd' } as const
const ANNOUNCE = { kind: 'announce', detailType: 'x', detail: {} } as const
const HOLD_BACK = { kind: 'hold-back', things: ['held-a'] } as const
const RELEASE = { kind: 'release-holdback', things: ['held-a'], into: 'release' } as const
const MIGRATION = { component: 'com.plant.Migration', version: '1.0.0' }
const CREATED = { deploymentId: 'd7', jobId: 'j7' }
const nowMs = START_MS + 1

/** A rollout whose first stage is as given. */
const withCanary = (one: Rollout, over: Partial<Stage>): Rollout => ({
  ...one,
  stages: one.stages.map((stage) => (stage.name === 'canary' ? { ...stage, ...over } : stage)),
})

describe('what a rollout brings, and what it is watched by', () => {
  const { release } = rollout('waiting')
  const migrating = { ...release, migration: MIGRATION }
  const firmware = { component: FIRMWARE_COMPONENT, version: '2.4.0' }

  it.each<[string, Partial<Rollout>, object, string]>([
    ['the firmware', {}, firmware, '2.4.0'],
    ['the firmware after its migration', { release: migrating }, firmware, '2.4.0'],
    // The firmware that runs on it is still the one to be replaced.
    ['a migration', { release: migrating, subject: 'migration' }, MIGRATION, '2.3.1'],
    ['a migration that names no component', { subject: 'migration' }, firmware, '2.3.1'],
  ])('%s', (_, over, target, watched) => {
    expect(targetComponentOf(rollout('waiting', over))).toEqual(target)
    expect(watchedVersion(rollout('waiting', over))).toBe(watched)
  })
})

it.each<[string, Partial<Rollout>, readonly string[]]>([
  ['none before production', {}, []],
  ['those chosen', { holdback: heldBack() }, ['held-a']],
  ['none that was released', { holdback: heldBack(START_MS) }, []],
])('held back is %s', (_, over, things) => {
  expect(heldOf(rollout('soaking', over))).toEqual(things)
})

it.each<[RolloutState, boolean]>([
  ['waiting', false],
  ['deploying', false],
  ['soaking', false],
  ['rolling-back', false],
  ['completed', true],
  ['rolled-back', true],
  ['halted', true],
])('%s is final: %s', (state, expected) => {
  expect(isFinal(rollout(state))).toBe(expected)
})

describe('stages that may have the new firmware', () => {
  const waiting = rollout('waiting')
  const rollback = { ...CREATED, atMs: START_MS }

  it.each<[string, Rollout, readonly string[]]>([
    ['none of those that wait', waiting, []],
    ['all that were deployed, the newest last', rollout('deploying', { stageIndex: 1 }), ['canary', 'early']],
    ['one whose deployment may have been created', { ...waiting, pending: [ANNOUNCE, EARLY] }, ['early']],
    ['one whose rollback may have been requested', { ...waiting, pending: [BACK] }, ['canary']],
    ['one that was rolled back without a known deployment', withCanary(waiting, { rollback }), ['canary']],
    [
      'none for what is only announced, cancelled or moved',
      { ...waiting, pending: [ANNOUNCE, CANCEL, HOLD_BACK, RELEASE] },
      [],
    ],
  ])('are %s', (_, one, expected) => {
    expect(touchedStages(one).map(({ name }) => name)).toEqual(expected)
  })
})

it.each<[string, boolean, readonly Effect[]]>([
  ['nothing', false, []],
  ['new firmware', true, [REQUEST]],
  ['new firmware after devices are held back', true, [HOLD_BACK, REQUEST]],
  ['a rollback', false, [BACK, CANCEL]],
  ['a move', false, [RELEASE]],
  ['an announcement', false, [ANNOUNCE]],
])('with %s pending, a deployment of new firmware is unconfirmed: %s', (_, expected, pending) => {
  expect(isDeploymentUnconfirmed(rollout('deploying', { pending }))).toBe(expected)
})

describe('an effect that happened', () => {
  const before = rollout('rolling-back', { pending: [REQUEST, BACK, CANCEL, ANNOUNCE] })
  const made = { ...CREATED, atMs: nowMs }

  it.each<[string, Effect, typeof CREATED | null, Partial<Stage>, readonly Effect[]]>([
    ['a request keeps its deployment', REQUEST, CREATED, { deployment: made }, [BACK, CANCEL, ANNOUNCE]],
    ['a rollback keeps its own', BACK, CREATED, { rollback: made }, [REQUEST, CANCEL, ANNOUNCE]],
    ['a rollback that had nothing to roll back keeps none', BACK, null, {}, [REQUEST, CANCEL, ANNOUNCE]],
    ['an announcement is only ticked off', ANNOUNCE, null, {}, [REQUEST, BACK, CANCEL]],
    ['a cancel is only ticked off', CANCEL, null, {}, [REQUEST, BACK, ANNOUNCE]],
  ])('%s', (_, effect, result, canary, pending) => {
    expect(withDone(before, effect, result, nowMs)).toEqual({ ...withCanary(before, canary), pending })
  })

  it('is ticked off alone, not another one like it', () => {
    const twice = rollout('soaking', { pending: [ANNOUNCE, { ...ANNOUNCE }] })
    expect(withDone(twice, ANNOUNCE, null, nowMs).pending).toEqual([ANNOUNCE])
  })
})

it.each([
  ['of a deployment', 'deploy', 'canary', {}, 'r-2-4-0-1-deploy-canary'],
  ['of a rollback', 'rollback', 'early', {}, 'r-2-4-0-1-back-early'],
  ['of one that was never retried', 'deploy', 'canary', { retries: 0 }, 'r-2-4-0-1-deploy-canary'],
  ['of a second retry', 'deploy', 'production', { retries: 2 }, 'r-2-4-0-1-deploy-production-2'],
] as const)('the token %s is the same on every try', (_, kind, stage, over, clientToken) => {
  const request = { kind, stage, clientToken, decidedAtMs: nowMs }
  expect(requestOf(rollout('waiting', over), kind, stage, nowMs)).toEqual(request)
  expect(requestOf(rollout('halted', over), kind, stage, nowMs + 1)).toEqual({ ...request, decidedAtMs: nowMs + 1 })
})

it.each([
  [0, 'canary'],
  [1, 'early'],
  [2, 'production'],
])('the stage of index %i is %s', (stageIndex, name) => {
  expect(stageOf(rollout('waiting', { stageIndex })).name).toBe(name)
})
