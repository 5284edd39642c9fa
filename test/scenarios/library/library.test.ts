import { describe, expect, it } from 'vitest'
import { permissions } from '../../../controller/aws/permissions.ts'
import { shippedScenarios } from '../../../scenarios/library/catalogue.ts'
import { sampleOf, testLibrary } from './library.ts'

it('every shipped scenario has a story and an expected outcome', () => {
  for (const { name, story, expect: wanted } of shippedScenarios()) {
    expect(story.length, name).toBeGreaterThan(20)
    expect(wanted.outcome, name).toBeDefined()
  }
})

describe('the first shipped scenario with each kind of fault', () => {
  const reports = testLibrary(1, 'digests.txt', sampleOf(shippedScenarios()))

  it('makes calls of AWS that the functions are allowed, and together all of those', () => {
    const calls = new Set(reports().flatMap(({ awsCalls }) => Object.keys(awsCalls)))
    const table = permissions(
      { region: 'eu-central-1', accountId: '123456789012' },
      { tableName: 'firmware-rollouts', topicArn: 'arn:aws:sns:eu-central-1:123456789012:firmware-rollouts' },
      'production',
    )
    const allowed = Object.values(table).map(({ action }) => action.split(':') as [string, string])
    const ofAws = allowed.filter(([service]) => service !== 'dynamodb').map(([, operation]) => operation)
    expect([...calls].sort()).toEqual(ofAws.sort())
  })
})
