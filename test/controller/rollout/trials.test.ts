import { expect, it } from 'vitest'
import type { Rollout } from '../../../controller/rollout/rollout.ts'
import { trialsOf } from '../../../controller/rollout/trials.ts'

const stage = (name: string, deployedAtMs: number | null) => ({
  name,
  members: [`${name}-1`],
  deployment: deployedAtMs === null ? null : { atMs: deployedAtMs },
  rollback: null,
})
const rollout = (over: object): Rollout =>
  ({
    id: 'r',
    release: { version: '2.4.0', replaces: '2.3.1' },
    state: 'rolled-back',
    startedAtMs: 10,
    stateSinceMs: 90,
    pending: [],
    stages: [stage('canary', 20), stage('early', 50), stage('production', null)],
    ...over,
  }) as never

it('a release that was taken back was on the devices of its stages until the rollback was confirmed', () => {
  expect(trialsOf([rollout({})])).toEqual([
    { version: '2.4.0', things: new Set(['canary-1']), fromMs: 20, toMs: 90 },
    { version: '2.4.0', things: new Set(['early-1']), fromMs: 50, toMs: 90 },
  ])
})

it('one that halted is on them still, and one of which the deployment is not known to exist may be since the start', () => {
  expect(trialsOf([rollout({ state: 'halted' })]).map(({ toMs }) => toMs)).toEqual([
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ])
  const pending = [{ kind: 'deploy', stage: 'canary' }]
  const unconfirmed = rollout({ pending, stages: [stage('canary', null)] })
  expect(trialsOf([unconfirmed])).toMatchObject([{ fromMs: 10, toMs: 90 }])
})

it('what was promoted, and a migration, was no trial', () => {
  expect(trialsOf([rollout({ state: 'completed' }), rollout({ subject: 'migration' })])).toEqual([])
})
