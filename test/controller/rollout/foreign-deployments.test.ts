import { expect, it } from 'vitest'
import { foreignDeployments, ofGroups } from '../../../controller/rollout/foreign-deployments.ts'
import type { Rollout } from '../../../controller/rollout/rollout.ts'
import { STAGES } from '../../seed-stages.ts'
import { START_MS } from '../fixtures.ts'
import { REQUEST, rollout } from './situations.ts'

const AT_START = { canary: 'c0', early: 'e0', production: 'p0' }
/** Canary is deployed as `d`. */
const soaking: Rollout = { ...rollout('soaking'), deploymentsAtStart: AT_START }
const rolledBack: Rollout = {
  ...soaking,
  stages: soaking.stages.map((stage, index) =>
    index === 0 ? { ...stage, rollback: { deploymentId: 'b', jobId: 'j', atMs: START_MS } } : stage,
  ),
}

it.each<[string, Rollout, Record<string, string>, string[]]>([
  ['what it created itself', soaking, { ...AT_START, canary: 'd' }, []],
  ['the revision that it returned to', rolledBack, { ...AT_START, canary: 'b' }, []],
  ['another revision of a group that it deployed to', soaking, { ...AT_START, canary: 'x' }, ['canary x']],
  ['what it replaced, made the newest again', rolledBack, { ...AT_START, canary: 'd' }, ['canary d']],
  ['another revision of a group to come', soaking, { ...AT_START, canary: 'd', production: 'x' }, ['production x']],
  ['the first deployment of the holdback', soaking, { ...AT_START, canary: 'd', holdback: 'x' }, ['holdback x']],
  ['a group of somebody else', soaking, { ...AT_START, canary: 'd', lab: 'x' }, []],
  ['a group that is not listed', soaking, { canary: 'd' }, []],
  ['one that on-call knows', { ...soaking, noticedDeployments: ['x'] }, { canary: 'x', early: 'y' }, ['early y']],
  ['a group with a request of its own pending', { ...soaking, pending: [REQUEST] }, { canary: 'x' }, []],
  ['a rollout of an older version', rollout('soaking'), { canary: 'x' }, []],
])('%s', (_, one, newest, expected) => {
  expect(foreignDeployments(one, newest).map(({ group, deploymentId }) => `${group} ${deploymentId}`)).toEqual(expected)
})

it('keeps only groups of the rollout', () => {
  expect(ofGroups([...STAGES, 'holdback'], { canary: 'c', lab: 'l', holdback: 'h' })).toEqual({
    canary: 'c',
    holdback: 'h',
  })
})
