import { describe, expect, it } from 'vitest'
import {
  COURSES,
  callsBefore,
  HOLDING,
  healthy,
  play,
  playHolding,
  startTwice,
} from '../controller/reconcile/crash-courses.ts'
import { FAILURES } from '../controller/world.ts'
import { LAST_STAGE } from '../seed-stages.ts'

describe.each(COURSES)('%s', (_, course, state, leastPoints) => {
  it.each(FAILURES)('comes to the same end with any one call of the controller %s', async (failure) => {
    const { end: undisturbed } = await play(course)
    expect(undisturbed).toMatchObject({ state })
    let points = 0
    for (let k = 1; ; k++) {
      const { hasFailed, end } = await play(course, k, failure)
      if (!hasFailed) break
      expect({ k, ...end }).toEqual({ k, ...undisturbed })
      points += 1
    }
    expect(points).toBeGreaterThan(leastPoints)
  })
})

it.each(FAILURES)('a start with any one call %s, delivered again, leaves one active rollout', async (failure) => {
  let points = 0
  for (let k = 1; ; k++) {
    const { hasFailed, rollout, again } = await startTwice(k, failure)
    if (!hasFailed) break
    expect(['started', 'ROLLOUT_ACTIVE']).toContain(again)
    expect(rollout).toMatchObject({ state: 'waiting', stageIndex: 0 })
    points += 1
  }
  expect(points).toBeGreaterThan(15)
})

it.each(['killed after', 'refused'] as const)(
  'a whole rollout with devices held back comes to the same end with any one later call of the controller %s',
  async (failure) => {
    const { end: undisturbed } = await playHolding(healthy)
    expect(undisturbed).toMatchObject({ state: 'completed', groups: ['production', 'production'], early: [] })
    const before = await callsBefore(healthy, HOLDING, ({ stageIndex }) => stageIndex === LAST_STAGE)
    let points = 0
    for (let k = before + 1; ; k++) {
      const { hasFailed, end } = await playHolding(healthy, k, failure)
      if (!hasFailed) break
      expect({ k, ...end }).toEqual({ k, ...undisturbed })
      points += 1
    }
    expect(points).toBeGreaterThan(50)
  },
)
