import { expect, it } from 'vitest'
import { SHIPPED, shippedScenarios } from '../../scenarios/catalogue.ts'
import { runMany } from '../../scenarios/run-many.ts'

it('every shipped scenario meets its own expectation, and breaks no law', async () => {
  const played = await runMany(shippedScenarios(), [1])
  const wrong = played.flatMap((one) => {
    if ('error' in one) return [`${one.scenario}: ${one.error.message}`]
    const { expectation, invariants } = one.report
    return [...expectation.failures, ...invariants.violated].map((failure) => `${one.scenario}: ${failure}`)
  })
  expect(wrong).toEqual([])
  expect(played.map(({ scenario }) => scenario)).toEqual([...SHIPPED])
})

it('every shipped scenario says what must come out', () => {
  for (const { name, story, expect: wanted } of shippedScenarios()) {
    expect(story.length, name).toBeGreaterThan(20)
    expect(wanted.outcome, name).toBeDefined()
  }
})
