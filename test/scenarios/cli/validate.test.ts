import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { textOf } from '../../../controller/messages/registry.ts'
import { validate } from '../../../scenarios/cli/validate.ts'
import { loadScenario } from '../../../scenarios/files/load.ts'
import { shippedScenarios } from '../../../scenarios/library/catalogue.ts'
import { conclude } from '../../../scenarios/outcome/conclude.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'
import { staticRefusals } from '../../../scenarios/world/static-refusals.ts'
import { recordedIo } from './recorded-io.ts'

const folder = mkdtempSync(join(tmpdir(), 'validate-'))
afterAll(() => rmSync(folder, { recursive: true }))

const scenarioFile = (name: string, parts: string, reads = '[6, 7, 8]'): string => {
  const file = join(folder, `${name}.yaml`)
  writeFileSync(
    file,
    `story: A release.\nrelease:\n  version: 2.4.0\n  replaces: 2.3.1\n  data: { writes: 7, reads: ${reads} }\n` +
      `  shadow: { writes: "2.0", reads: ["1.0", "2.0"] }\nstart: 2026-03-02T14:00[Europe/Berlin]\n${parts}`,
  )
  return file
}
const unequal = scenarioFile(
  'unequal',
  'fleet: { lines: 3, stages: { early: 30 % } }\npolicy: { stages: { early: 20 % } }\n',
)
const blind = scenarioFile('blind', 'fleet: { lines: 3 }\n', '[7]')
const twoCanaries = scenarioFile(
  'two-canaries',
  'fleet: { lines: 3, stages: { early: 40 % } }\npolicy: { stages: { canariesPerLine: 2, early: 20 % } }\n',
)

describe('what the preflight refuses before any telemetry', () => {
  it.each([
    [unequal, ['STAGE_SHARE']],
    [blind, ['DATA_VERSIONS_UNREAD', 'BREAKING_DATA_CHANGE']],
    [twoCanaries, ['STAGE_SHARE']],
  ])('is refused by validate with code 64, unless the file expects it: %s', (file, codes) => {
    const io = recordedIo()
    expect(validate([file], io)).toBe(64)
    const refusals = staticRefusals(loadScenario(file))
    expect(refusals.map(({ code }) => code)).toEqual(codes)
    expect(io.text.stderr).toBe(
      refusals.map((one) => `${file}: the preflight refuses the release: ${textOf(one)}\n`).join(''),
    )
    const expected = join(folder, 'expected.yaml')
    writeFileSync(expected, `${readFileSync(file, 'utf8')}expect: { outcome: refused, code: ${codes[0]} }\n`)
    expect(validate([expected], recordedIo())).toBe(0)
  })

  it.each([unequal, blind])('is what the controller itself refuses: %s', async (file) => {
    const scenario = loadScenario(file)
    const report = conclude(scenario, await rehearse(scenario, { seed: 1, level: 'model' }))
    expect(report).toMatchObject({ outcome: 'refused', notStarted: staticRefusals(scenario) })
  })

  it('is no other size of the early stage than the policy wants: where that says so, the fleet is rehearsed', async () => {
    for (const parts of [
      'fleet: { lines: 3, stages: { early: 30 % } }\npolicy: { gates: open, stages: { early: 30 % } }\n',
      'fleet: { lines: 3 }\npolicy: { gates: open, stages: { early: 30 % } }\n',
    ]) {
      const file = scenarioFile('by-policy', parts)
      expect(validate([file], recordedIo())).toBe(0)
      const scenario = loadScenario(file)
      const { header, facts } = await rehearse(scenario, { seed: 1, level: 'model', untilMs: 15 * 60_000 })
      expect(Object.values(header.stages).map((stage) => stage.length)).toEqual([3, 18, 39])
      expect(facts.stop).toBe('until')
    }
  })

  it('is nothing of any shipped scenario', () => {
    expect(shippedScenarios().filter((scenario) => staticRefusals(scenario).length > 0)).toEqual([])
  })
})

it('validate refuses stages that the policy asks for and the fleet has no devices for', () => {
  const io = recordedIo()
  const file = scenarioFile('many', 'fleet: { lines: 3, devicesPerLine: 5 }\npolicy: { stages: { early: 90 % } }\n')
  expect(validate([file], io)).toBe(64)
  expect(io.text.stderr).toContain(`${file}:9:`)
})
