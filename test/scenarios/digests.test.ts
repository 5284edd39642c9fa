import { expect, it } from 'vitest'
import { findScenario, SHIPPED } from '../../scenarios/catalogue.ts'
import { rehearse } from '../../scenarios/rehearse.ts'

const SEEDS = [1, 2]

/**
 * Every shipped scenario, decision for decision. A change of the world or of the controller moves this table; look at
 * what moved, then update it with `npm test -- digests -u`.
 */
it('gives the digests of the table', async () => {
  const lines: string[] = []
  for (const name of SHIPPED) {
    for (const seed of SEEDS) {
      const { facts } = await rehearse(findScenario(name), { seed, level: 'model' })
      lines.push(`${name} ${seed} ${facts.digest}`)
    }
  }
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('digests.txt')
})
