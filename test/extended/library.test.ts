import { describe, expect, it } from 'vitest'
import type { Report } from '../../reports/run/report.ts'
import { plannedStages, policyFor } from '../../scenarios/files/plan.ts'
import { findScenario, shippedScenarios } from '../../scenarios/library/catalogue.ts'
import { sampleOf, testLibrary } from '../scenarios/library/library.ts'

describe('every shipped scenario that `npm test` leaves out', () => {
  const shipped = shippedScenarios()
  const sample = sampleOf(shipped)
  const others = shipped.filter((scenario) => !sample.includes(scenario))
  const reports = testLibrary(1, 'digests.txt', others)

  it('of another plant goes by the calendar of that plant', () => {
    const scenario = findScenario('other-plant')
    const { stages } = reports().find((report) => report.scenario === 'other-plant') as Report
    for (const { stage, deployedAtMs } of plannedStages(policyFor(scenario), scenario.start.atMs)) {
      const startedAt = stages.find(({ name }) => name === stage)?.startedAt as string
      expect((Date.parse(startedAt) - deployedAtMs) / 60_000, stage).toBeLessThan(5)
    }
  })
})
