import { beforeEach, expect, it } from 'vitest'
import type { Outcome } from '../../../controller/reconcile/reconcile.ts'
import { RolloutEnd } from '../../../scenarios/world/rollout-end.ts'

let end: RolloutEnd
beforeEach(() => {
  end = new RolloutEnd()
  end.expectStart()
})

const outcome = (over: Partial<Outcome>): Outcome => ({
  rolloutId: 'a',
  state: 'soaking',
  stage: 'canary',
  verdict: null,
  decision: { kind: 'wait', reason: { code: 'NO_ROLLOUT', data: {} } },
  ...over,
})

it('detects the end of the expected rollout, and its outcomes are news until then', () => {
  expect([end.hasStarted, end.isOver, end.status]).toEqual([false, false, 'idle'])
  expect(end.take(outcome({}))).toBe(true)
  expect([end.hasStarted, end.isOver, end.status]).toEqual([true, false, 'canary soaking'])
  expect(end.take(outcome({ state: 'rolled-back' }))).toBe(true)
  expect([end.isOver, end.status]).toEqual([true, 'canary rolled-back'])
  expect(end.take(outcome({ state: 'rolled-back' }))).toBe(false)
})

it('does not take an idle controller for news', () => {
  expect(end.take(outcome({ rolloutId: null, state: 'idle', stage: null }))).toBe(false)
  expect(end.isOver).toBe(false)
})

it('does not count the rollout before the expected one', () => {
  end.take(outcome({ state: 'completed', stage: 'production' }))
  end.expectStart()
  expect([end.hasStarted, end.isOver]).toEqual([false, false])
  end.take(outcome({ rolloutId: 'b', state: 'completed', stage: 'production' }))
  expect(end.isOver).toBe(true)
})

it('does not take a completed migration for the end of its release', () => {
  expect(end.take(outcome({ subject: 'migration', state: 'completed', stage: 'production' }))).toBe(true)
  expect(end.isOver).toBe(false)
  expect(end.take(outcome({ subject: 'migration', state: 'completed', stage: 'production' }))).toBe(false)
  expect(end.take(outcome({ rolloutId: 'b', state: 'completed', stage: 'production' }))).toBe(true)
  expect(end.isOver).toBe(true)
})

it('takes a migration that was rolled back for the end of its release', () => {
  end.take(outcome({ subject: 'migration', state: 'rolled-back' }))
  expect(end.isOver).toBe(true)
})
