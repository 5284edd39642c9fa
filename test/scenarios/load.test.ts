import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { SHIPPED, shippedScenarios } from '../../scenarios/catalogue.ts'
import { InvalidScenario, parseScenario } from '../../scenarios/load.ts'
import { jsonSchemaOf } from '../../scenarios/scenario.ts'

const VALID = `story: A test.
release:
  version: 2.4.0
  replaces: 2.3.1
  data: { writes: 7, reads: [6, 7] }
  shadow: { writes: "2.0", reads: ["1.0"] }
start: 2026-03-02T14:00[Europe/Berlin]
faults:
  - kind: memory-leak
    in: { firmware: 2.4.0 }
    rate: 26 MiB/h
expect:
  outcome: rolled-back
`

/** The problems of the valid scenario with one piece replaced. */
function problems(piece: string, by: string): readonly string[] {
  expect(VALID).toContain(piece)
  try {
    parseScenario(VALID.replace(piece, by), 'x.yaml')
    return []
  } catch (error) {
    if (!(error instanceof InvalidScenario)) throw error
    return error.problems
  }
}

describe('a scenario file', () => {
  it('is read with its quantities as numbers, and defaults', () => {
    const scenario = parseScenario(VALID, 'some/dir/leak.yaml')
    expect(scenario).toMatchObject({
      name: 'leak',
      fleet: { lines: 17, devicesPerLine: 20 },
      start: { atMs: Date.parse('2026-03-02T13:00:00Z'), zone: 'Europe/Berlin' },
      faults: [{ kind: 'memory-leak', rate: 26 }],
    })
  })

  it.each([
    ['story', 'storey', 'x.yaml:1:1: unknown key "storey"; did you mean "story"?'],
    ['rate: 26', 'raet: 26', 'x.yaml:11:5: unknown key "raet"; did you mean "rate"?'],
    ['outcome: rolled', 'outcom: rolled', 'x.yaml:13:3: unknown key "outcom"; did you mean "outcome"?'],
    [
      '26 MiB/h',
      '26 MB/h',
      'x.yaml:11:5: faults.0.rate: "26 MB/h" is not a memory rate (MiB/h); write it with its unit, such as "26 MiB/h"',
    ],
    [
      'kind: memory-leak',
      'kind: memory-leek',
      'x.yaml:9:5: faults.0.kind is "memory-leek"; did you mean "memory-leak"?',
    ],
    [
      'rolled-back',
      'rolledback',
      'x.yaml:13:3: expect.outcome is "rolledback"; one of promoted, rolled-back, halted, inconclusive; did you mean "rolled-back"?',
    ],
    [
      'firmware: 2.4.0',
      'firmware: 2.5.0',
      'x.yaml:10:11: firmware 2.5.0 is not part of this release; did you mean "2.4.0"?',
    ],
    ['firmware: 2.4.0', 'line: 18', 'x.yaml:10:11: line 18 does not exist; the fleet has 1 to 17'],
    [
      'firmware: 2.4.0',
      'device: line-3-12',
      'x.yaml:10:11: device line-3-12 does not exist; did you mean "line-03-12"?',
    ],
    ['{ firmware: 2.4.0 }', '{}', 'x.yaml:10:5: faults.0.in: says nowhere; give firmware, line, device or fleet: all'],
    [
      '2026-03-02T14:00[Europe/Berlin]',
      '2026-03-02',
      'x.yaml:7:1: start: "2026-03-02" is not a local time with its zone, such as "2026-03-02T14:00[Europe/Berlin]"',
    ],
    ['replaces: 2.3.1', 'replaces: 2.4.0', 'x.yaml:4:3: release.replaces is the released version itself'],
  ])('with %j as %j says what, where and the nearest valid choice', (piece, by, problem) => {
    expect(problems(piece, by)).toContain(problem)
  })

  it('names what is missing, and several problems at once', () => {
    expect(problems('story: A test.\n', '')).toEqual(['x.yaml:1:1: story: is missing'])
    expect(problems('    rate: 26 MiB/h\nexpect:\n  outcome', '    rat: 1\nexpect:\n  outcom')).toHaveLength(3)
  })

  it('that is not YAML names the place', () => {
    expect(problems('faults:', 'faults: ]')[0]).toMatch(/^x\.yaml:8:\d+: /)
  })
})

describe('the shipped scenarios', () => {
  it('are all listed, all valid, and all say what they expect', () => {
    const files = readdirSync(new URL('../../scenarios', import.meta.url)).filter((file) => file.endsWith('.yaml'))
    expect(files.sort()).toEqual(SHIPPED.map((name) => `${name}.yaml`).sort())
    for (const { expect: expected } of shippedScenarios()) expect(expected.outcome).toBeDefined()
  })
})

it('the JSON Schema describes the file as it is written', () => {
  const schema = jsonSchemaOf('scenario') as { properties: Record<string, object>; required: string[] }
  expect(Object.keys(schema.properties)).toContain('faults')
  expect(schema.required.sort()).toEqual(['release', 'start', 'story'])
})
