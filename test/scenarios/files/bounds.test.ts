import { describe, expect, it } from 'vitest'
import { type InvalidScenario, parseScenario } from '../../../scenarios/files/load.ts'
import { staticRefusals } from '../../../scenarios/world/static-refusals.ts'

const SCENARIO = `story: a test
start: 2026-03-02T14:00[Europe/Berlin]
fleet: { lines: 3, devicesPerLine: 5 }
policy: { window: 1h }
release:
  version: 2.4.0
  replaces: 2.3.1
  data: { writes: 7, reads: [6, 7, 8] }
  shadow: { writes: "2.0", reads: ["1.0", "2.0"] }
faults: []
`

function problemOf(piece: string, by: string): string {
  expect(SCENARIO).toContain(piece)
  try {
    parseScenario(SCENARIO.replace(piece, by), 'x.yaml')
  } catch (error) {
    return (error as InvalidScenario).problems?.[0] ?? String(error)
  }
  return 'valid'
}

describe('what no scenario needs', () => {
  it.each([
    ['lines: 3', 'lines: 1000000000', 'x.yaml:3:10: fleet.lines: 1000000000 lines are more than the 5000'],
    ['devicesPerLine: 5', 'devicesPerLine: 100000', 'x.yaml:3:10: fleet.lines: 300000 devices are more than the 50000'],
    ['window: 1h', 'window: 99999999999d', 'x.yaml:4:11: policy.window: "99999999999d" is more than 366d'],
    ['2026-03-02T14:00[Europe/Berlin]', '+275760-01-01T00:00[UTC]', 'x.yaml:2:1: start: "+275760'],
    ['[Europe/Berlin]', '[+05:30]', 'x.yaml:2:1: start: "+05:30" is not a zone'],
    ['writes: 7', 'writes: 1e400', 'x.yaml:8:11: release.data.writes'],
    ['a test', '*nowhere', 'x.yaml:1:8: no anchor &nowhere'],
    ['fleet: {', 'fleet: &a { noise: *a,', 'x.yaml:3:20: the alias *a stands in what'],
    ['faults: []', `faults: ${'['.repeat(40)}${']'.repeat(40)}`, 'x.yaml:10:'],
    ['faults: []', '__proto__: 1', 'x.yaml:10:1: "__proto__" is no name'],
    ['faults: []', '? [a]\n: 1', 'x.yaml:10:3: a key must be a name'],
    ['version: 2.4.0', 'version: v2.4.0', 'x.yaml:6:3: release.version: "v2.4.0" is not major.minor.patch'],
    ['version: 2.4.0', 'version: 02.4.0', 'x.yaml:6:3: release.version: "02.4.0" is not'],
    ['version: 2.4.0', 'version: "2.4"', 'x.yaml:6:3: release.version: "2.4" is not'],
    ['replaces: 2.3.1', 'replaces: 2.3.1-1', 'x.yaml:7:3: release.replaces: "2.3.1-1" is not'],
    [
      'faults: []',
      'faults: [{ kind: offline, in: { fleet: all }, from: 0s, for: 1ms, every: 2ms }]',
      'x.yaml:10:67: faults.0.every: must be at least 1min',
    ],
    ['faults: []', 'expect: { code: STAGE_COUNT }', 'x.yaml:10:11: expect.code: is of a refusal'],
    ['faults: []', 'expect: { outcome: refused, code: CANARIES }', 'x.yaml:10:29: expect.code is "CANARIES"'],
  ])('%j as %j is refused with its place', (piece, by, problem) => {
    expect(problemOf(piece, by).slice(0, problem.length)).toBe(problem)
  })

  it('says the first few of many problems, and how many more there are', () => {
    const keys = Array.from({ length: 50 }, (_, i) => `k${i}: 1`).join('\n')
    try {
      parseScenario(`${SCENARIO}${keys}\n`, 'x.yaml')
      expect.unreachable()
    } catch (error) {
      expect((error as InvalidScenario).problems).toHaveLength(21)
    }
  })
})

it('takes the share of early devices that the plant has for what its policy wants, unless that says another', () => {
  const own = SCENARIO.replace('devicesPerLine: 5', 'devicesPerLine: 5, stages: { early: 40 % }')
  const split = (text: string) => staticRefusals(parseScenario(text, 'x.yaml')).map(({ code }) => code)
  expect(split(own)).toEqual([])
  const wants = 'window: 1h, stages: { early: 20 % }, preflight: { shareTolerance: 0 }'
  expect(split(own.replace('window: 1h', wants))).toEqual(['STAGE_SHARE'])
})
