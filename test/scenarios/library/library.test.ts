import { describe, expect, it } from 'vitest'
import { permissions } from '../../../controller/aws/permissions.ts'
import type { Report } from '../../../reports/run/report.ts'
import { plannedStages, policyFor } from '../../../scenarios/files/plan.ts'
import { findScenario, shippedScenarios } from '../../../scenarios/library/catalogue.ts'
import { testLibrary } from './library.ts'

describe('every shipped scenario', () => {
  const reports = testLibrary(1, 'digests.txt')

  it('has a story and an expected outcome', () => {
    for (const { name, story, expect: wanted } of shippedScenarios()) {
      expect(story.length, name).toBeGreaterThan(20)
      expect(wanted.outcome, name).toBeDefined()
    }
  })

  it('makes calls of AWS that the functions are allowed, and together all of those', () => {
    const calls = new Set(reports().flatMap(({ awsCalls }) => Object.keys(awsCalls)))
    const table = permissions(
      { region: 'eu-central-1', accountId: '123456789012' },
      { tableName: 'firmware-rollouts', topicArn: 'arn:aws:sns:eu-central-1:123456789012:firmware-rollouts' },
    )
    const allowed = Object.values(table).map(({ action }) => action.split(':') as [string, string])
    const ofAws = allowed.filter(([service]) => service !== 'dynamodb').map(([, operation]) => operation)
    expect([...calls].sort()).toEqual(ofAws.sort())
  })

  it('of another plant goes by the calendar of that plant', () => {
    const scenario = findScenario('other-plant')
    const { stages } = reports().find((report) => report.scenario === 'other-plant') as Report
    for (const { stage, deployedAtMs } of plannedStages(policyFor(scenario), scenario.start.atMs)) {
      const startedAt = stages.find(({ name }) => name === stage)?.startedAt as string
      expect((Date.parse(startedAt) - deployedAtMs) / 60_000, stage).toBeLessThan(5)
    }
  })
})
