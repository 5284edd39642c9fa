import { expect, it } from 'vitest'
import { LAST_STAGE } from '../../controller/rollout/rollout.ts'
import { callsBefore, HOLDING, healthy, play, playHolding } from '../controller/reconcile/crash-courses.ts'
import { FAILURES } from '../controller/world.ts'

it.each(FAILURES)('a whole rollout comes to the same end with any one call of the controller %s', async (failure) => {
  const { end: undisturbed } = await play(healthy)
  expect(undisturbed).toMatchObject({ state: 'completed', notified: [] })
  let points = 0
  for (let k = 1; ; k++) {
    const { hasFailed, end } = await play(healthy, k, failure)
    if (!hasFailed) break
    expect({ k, ...end }).toEqual({ k, ...undisturbed })
    points += 1
  }
  expect(points).toBeGreaterThan(180)
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
