import { expect, it } from 'vitest'
import { deploymentsByDirection } from '../../../reports/run/deployments-by-direction.ts'
import { created, header, MINUTE_MS, START_MS, trace } from '../fixtures.ts'

it('a rollback is only what follows the release to the same target', () => {
  const records = trace(
    [0, created('canary', '2.3.1', 'before')],
    [1, created('canary', '2.4.0', 'release')],
    [2, created('early', '2.3.1', 'elsewhere')],
    [3, created('canary', '2.3.1', 'back')],
    [4, created('canary', '2.3.1', 'again')],
  )
  expect(deploymentsByDirection(header, records)).toEqual({
    release: new Set(['release']),
    rollback: new Set(['back', 'again']),
    firstRollbackAtMs: START_MS + 3 * MINUTE_MS,
  })
})
