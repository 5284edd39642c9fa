import { describe, expect, it } from 'vitest'
import { healthy, play, QUICK } from '../controller/reconcile/crash-courses.ts'
import { release } from '../controller/world.ts'
import { STAGES } from '../seed-stages.ts'

describe('a breaking change', () => {
  const previous = { ...release.previous, data: { writes: 4, reads: [3, 4, 5] } }
  const migration = { component: 'com.plant.DataMigration', version: '1.0.0' }
  const breaking = { ...QUICK, release: { ...release, previous, migration } }

  it.each(['killed before', 'killed after'] as const)(
    'rolls out its migration and then starts its firmware with any one call of the controller %s',
    async (failure) => {
      const { end: undisturbed } = await play(healthy, undefined, undefined, breaking)
      expect(undisturbed).toMatchObject({ state: 'waiting', created: STAGES.map((stage) => `${stage} 2.3.1`) })
      let points = 0
      for (let k = 1; ; k++) {
        const { hasFailed, end } = await play(healthy, k, failure, breaking)
        if (!hasFailed) break
        expect({ k, ...end }).toEqual({ k, ...undisturbed })
        points += 1
      }
      expect(points).toBeGreaterThan(200)
    },
  )
})
