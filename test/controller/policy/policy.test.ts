import { expect, it } from 'vitest'
import type { StageName } from '../../../controller/contract.ts'
import { quorumOf } from '../../../controller/policy/stages.ts'
import { policyWith } from '../fixtures.ts'

// Quorum 15/17 canaries, 90 % of early and production. [source: quorum]
it.each<[StageName, number, number]>([
  ['canary', 17, 15],
  ['early', 68, 62],
  ['production', 255, 230],
  ['production', 10, 9],
  ['early', 1, 1],
  ['canary', 0, 0],
])('a stage %s of %i devices is installed with %i of them', (stage, devices, quorum) => {
  expect(quorumOf(policyWith(), stage, devices)).toBe(quorum)
})
