import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { documentOf } from '../../../controller/policy/document.ts'
import { parsePolicy } from '../../../controller/policy/parse.ts'
import { DEFAULT_POLICY } from '../../../controller/policy/policy.ts'
import { policy, policyYaml } from '../../../scenarios/cli/policy.ts'
import { policyFor } from '../../../scenarios/files/plan.ts'
import { findScenario, SHIPPED } from '../../../scenarios/library/catalogue.ts'
import { arbitraryPolicy } from '../../controller/policy/arbitrary-policy.ts'
import { recordedIo } from './recorded-io.ts'

const printed = (options: Parameters<typeof policy>[0]): string => {
  const io = recordedIo()
  expect(policy(options, io)).toBe(0)
  return io.text.stdout
}

describe('rehearse policy', () => {
  it('prints the default policy without a scenario', () => {
    expect(parsePolicy(parse(printed({})))).toEqual(DEFAULT_POLICY)
    expect(parsePolicy(JSON.parse(printed({ json: true })))).toEqual(DEFAULT_POLICY)
  })

  it.each(SHIPPED)('prints what %s goes by, so that the functions read the same policy', (scenario) => {
    const effective = policyFor(findScenario(scenario))
    expect(parsePolicy(JSON.parse(printed({ scenario, json: true })))).toEqual(effective)
    expect(parsePolicy(parse(printed({ scenario })))).toEqual(effective)
  })

  it('prints any policy so that it is read back as the same, by a reader of YAML 1.1 as well', () => {
    fc.assert(
      fc.property(arbitraryPolicy, (any) => {
        const text = policyYaml(documentOf(any))
        expect(parsePolicy(parse(text))).toEqual(any)
        expect(parsePolicy(parse(text, { version: '1.1' }))).toEqual(any)
      }),
      { numRuns: 40 },
    )
  })

  it('has the meaning of every key above it', () => {
    const lines = printed({ scenario: 'other-plant' }).split('\n')
    const keys = lines.flatMap((line, index) => (/^ *[a-zA-Z]+:/.test(line) ? [{ line, above: lines[index - 1] }] : []))
    const stages = /^ {2}(canary|early|production):$/
    const bare = keys.filter(({ line, above }) => !stages.test(line) && !/^ *# \S/.test(above ?? ''))
    expect(bare).toEqual([])
    expect(keys.length).toBeGreaterThan(45)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120)
  })
})
