import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { documentOf } from '../../../controller/policy/document.ts'
import { parsePolicy } from '../../../controller/policy/parse.ts'
import { DEFAULT_POLICY } from '../../../controller/policy/policy.ts'
import { terminalText } from '../../../reports/text/terminal-text.ts'
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

  it('quotes what a reader of YAML 1.1 takes for something else, names of rules as well', () => {
    const own = (metric: string) => ({ test: 'share', metric, of: 'cycles', limit: '1 %' })
    const given = parsePolicy({ rules: { on: own('n'), no: own('y'), yes: own('off'), null: own('torqueNm') } })
    const text = policyYaml(documentOf(given))
    for (const part of ['  "on":\n', '  "no":\n', 'metric: "n"\n', 'metric: "off"\n', 'metric: torqueNm\n']) {
      expect(text).toContain(part)
    }
    expect(parsePolicy(parse(text, { version: '1.1' }))).toEqual(given)
  })

  it('prints no control character and no command that somebody has written into a name, and reads it back', () => {
    const names = ['a\u009bb', '\u202ec', 'x\n::error::y', '##[error]z', 'tab\there']
    const freezes = names.map((name) => ({ name, from: '2026-12-23T18:00', to: '2027-01-02T06:00' }))
    const given = parsePolicy({ freezes })
    const text = policyYaml(documentOf(given))
    expect(terminalText(text)).toBe(text)
    expect(text).not.toMatch(/^ *::/m)
    expect(parsePolicy(parse(text))).toEqual(given)
  })

  it.each(['other-plant', 'torque-drift'])(
    'has the meaning of every key of %s above it, or above its table',
    (name) => {
      const text = printed({ scenario: name })
      const lines = text.split('\n')
      const table = lines.indexOf('rules:')
      const tableEnd = lines.indexOf('', table)
      const keys = lines.flatMap((line, index) =>
        /^ *[a-zA-Z]+:/.test(line) && !(index >= table && index < tableEnd) ? [{ line, above: lines[index - 1] }] : [],
      )
      const stages = /^ {2}(canary|early|production):$/
      const bare = keys.filter(({ line, above }) => !stages.test(line) && !/^ *# \S/.test(above ?? ''))
      expect(bare).toEqual([])
      expect(keys.length).toBeGreaterThan(45)
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120)

      const comment = lines.slice(lines.lastIndexOf('', table), table).join('\n')
      const meant = [...comment.matchAll(/^# {3}(\w+) - \S/gm)].map(([, key]) => key)
      const { rules } = parse(text) as { readonly rules: Readonly<Record<string, object>> }
      const used = new Set(Object.values(rules).flatMap((rule) => Object.keys(rule)))
      expect(meant.toSorted()).toEqual([...used].toSorted())
      expect(meant.length).toBeGreaterThan(2)
    },
  )

  it('has every rule that all policies have on a line of its own', () => {
    const lines = printed({}).split('\n')
    for (const { name } of DEFAULT_POLICY.rules) {
      expect(lines.filter((line) => line.startsWith(`  ${name}: { `) && line.endsWith(' }'))).toHaveLength(1)
    }
  })
})
