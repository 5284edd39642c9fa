import { expect, it } from 'vitest'
import { sortDeployments } from '../../../reports/run/deployments.ts'
import { created, header, MINUTE_MS, START_MS, trace } from '../fixtures.ts'

it('only what follows the release to the same target takes it back', () => {
  const records = trace(
    [0, created('canary', '2.3.1', 'before')],
    [1, created('canary', '2.4.0', 'release')],
    [2, created('early', '2.3.1', 'elsewhere')],
    [3, created('canary', '2.3.1', 'back')],
    [4, created('canary', '2.3.1', 'again')],
  )
  expect(sortDeployments(header, records)).toEqual({
    bringing: new Set(['release']),
    takingBack: new Set(['back', 'again']),
    firstBackAtMs: START_MS + 3 * MINUTE_MS,
  })
})
