import { describe, expect, it } from 'vitest'
import { shippedScenarios } from '../../../scenarios/library/catalogue.ts'
import { testLibrary } from './library.ts'

describe('every shipped scenario', () => {
  testLibrary(1, 'digests.txt')

  it('has a story and an expected outcome', () => {
    for (const { name, story, expect: wanted } of shippedScenarios()) {
      expect(story.length, name).toBeGreaterThan(20)
      expect(wanted.outcome, name).toBeDefined()
    }
  })
})
