import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { textOf } from '../../../controller/messages/registry.ts'
import { InvalidScenario, loadAny, parseScenario } from '../../../scenarios/files/load.ts'
import { jsonSchemaOf } from '../../../scenarios/files/scenario.ts'
import { SHIPPED, shippedScenarios } from '../../../scenarios/library/catalogue.ts'

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
      'kind: memory-leak\n    in: { firmware: 2.4.0 }\n    rate: 26 MiB/h',
      'kind: lost-reply\n    in: { api: CreateDeploymen }',
      'x.yaml:10:11: faults.0.in.api is "CreateDeploymen"; did you mean "CreateDeployment"?',
    ],
    [
      'kind: memory-leak\n    in: { firmware: 2.4.0 }\n    rate: 26 MiB/h',
      'kind: lambda-duplicate\n    in: { lambda: analyse }',
      'x.yaml:10:11: faults.0.in.lambda is "analyse"; one of analyze, promote, start; did you mean "analyze"?',
    ],
    [
      'kind: memory-leak',
      'kind: memory-leek',
      'x.yaml:9:5: faults.0.kind is "memory-leek"; did you mean "memory-leak"?',
    ],
    [
      'rolled-back',
      'rolledback',
      'x.yaml:13:3: expect.outcome is "rolledback"; one of promoted, rolled-back, halted, inconclusive, refused; did you mean "rolled-back"?',
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
    [
      'kind: memory-leak\n    in: { firmware: 2.4.0 }\n    rate: 26 MiB/h',
      'kind: unreadable-state\n    in: { firmware: 2.3.1 }\n    writtenBy: 2.4.1',
      'x.yaml:11:5: firmware 2.4.1 is not part of this release; did you mean "2.4.0"?',
    ],
    [
      'kind: memory-leak\n    in: { firmware: 2.4.0 }\n    rate: 26 MiB/h',
      'kind: unreadable-state\n    in: { firmware: 2.4.0 }\n    writtenBy: 2.4.0',
      'x.yaml:10:5: faults.0.in: set the firmware version that cannot read the state, different from "writtenBy"',
    ],
    ['{ firmware: 2.4.0 }', '{}', 'x.yaml:10:5: faults.0.in: has no target; set firmware, line, device, or fleet: all'],
    [
      '2026-03-02T14:00[Europe/Berlin]',
      '2026-03-02',
      'x.yaml:7:1: start: "2026-03-02" is not a local time with its zone, such as "2026-03-02T14:00[Europe/Berlin]"',
    ],
    [
      '2026-03-02T14:00[Europe/Berlin]',
      '2026-03-29T02:30[Europe/Berlin]',
      'x.yaml:7:1: start: "2026-03-29T02:30[Europe/Berlin]": the clocks there skip 2026-03-29T02:30, which would be 2026-03-29T03:30',
    ],
    [
      '2026-03-02T14:00[Europe/Berlin]',
      '2026-03-02T14:00+05:30[+05:30]',
      'x.yaml:7:1: start: "+05:30" is not a zone of the IANA database, such as "Europe/Berlin"; "Etc/GMT-2" is always two hours ahead of UTC',
    ],
    ['replaces: 2.3.1', 'replaces: 2.4.0', 'x.yaml:4:3: release.replaces must not be the released version'],
  ])('with %j as %j says what, where and the nearest valid choice', (piece, by, problem) => {
    expect(problems(piece, by)).toContain(problem)
  })

  it('names what is missing, and several problems at once', () => {
    expect(problems('story: A test.\n', '')).toEqual(['x.yaml:1:1: story: is missing'])
    expect(problems('    rate: 26 MiB/h\nexpect:\n  outcome', '    rat: 1\nexpect:\n  outcom')).toHaveLength(3)
  })

  it('reports the position of a YAML error', () => {
    expect(problems('faults:', 'faults: ]')[0]).toMatch(/^x\.yaml:8:\d+: /)
  })
})

describe('a scenario whose fleet and policy are files', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rehearse-test-'))
    write('plant.yaml', 'zone: America/Chicago\nlines: 6\ndevicesPerLine: 12\nnoise: { memorySigma: 10 MiB }\n')
    write('policy.yaml', 'window: 4h\nlimits: { crashes: 1 }\n')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  const parse = (more: string) => parseScenario(`${VALID}${more}`, join(folder, 's.yaml'))
  const problemsWith = (more: string): readonly string[] => {
    try {
      parse(more)
    } catch (error) {
      if (error instanceof InvalidScenario) return error.problems.map((problem) => problem.replaceAll(`${folder}/`, ''))
      throw error
    }
    return []
  }

  it('is read with them, by relative paths, in the zone of the fleet', () => {
    expect(parse('fleet: plant.yaml\npolicy: policy.yaml\n')).toMatchObject({
      fleet: { lines: 6, devicesPerLine: 12, noise: { memorySigma: 10 } },
      policy: { window: 4 * 3_600_000, limits: { crashes: 1 } },
      start: { atMs: Date.parse('2026-03-02T13:00:00Z'), zone: 'America/Chicago' },
    })
  })

  it('may override them, key by key', () => {
    const { fleet, policy } = parse(
      'fleet: { extends: plant.yaml, lines: 3, noise: { deviceEffect: 1 % } }\npolicy: { extends: policy.yaml, window: 1h }\n',
    )
    expect(fleet).toMatchObject({ lines: 3, devicesPerLine: 12, noise: { memorySigma: 10, deviceEffect: 1 } })
    expect(policy).toEqual({ window: 3_600_000, limits: { crashes: 1 } })
  })

  it('reports the problems of each file, with positions', () => {
    write('bad.yaml', 'lines: 6\nshifts:\n  - { name: day, form: "06:00" }\n')
    write('worse.yaml', 'windw: 4h\ngates: { canary: [{ days: [mo], from: "06:00", to: "07:00" }] }\n')
    expect(problemsWith('storey: x\nfleet: bad.yaml\npolicy: worse.yaml\n')).toEqual([
      'bad.yaml:3:5: shifts.0.from: is missing',
      'bad.yaml:3:5: shifts.0.to: is missing',
      'bad.yaml:3:5: shifts.0.volume: is missing',
      'bad.yaml:3:5: shifts.0.cycleTime: is missing',
      'bad.yaml:3:18: unknown key "form"; did you mean "from"?',
      'worse.yaml:2:28: gates.canary.0.days.0 is "mo"; one of mon, tue, wed, thu, fri, sat, sun; did you mean "mon"?',
      'worse.yaml:1:1: unknown key "windw"; did you mean "window"?',
      's.yaml:14:1: unknown key "storey"; did you mean "story"?',
    ])
  })

  const neverOpen = { stage: 'canary', closedBy: { code: 'DENY_WINDOW', data: { from: '00:00', to: '00:00' } } }
  it.each([
    ['fleet: plnt.yaml\n', 's.yaml:14:1: plnt.yaml: cannot be read (ENOENT); did you mean "plant.yaml"?'],
    [
      'fleet: { extends: plant.yaml, devicesPerLine: 2 }\n',
      's.yaml:14:1: fleet.lines: line 1 with 2 devices has too few for the stage early',
    ],
    ['policy: { gates: opn }\n', 's.yaml:14:11: policy.gates: "opn" is neither plant, open, nor windows of the stages'],
    [
      'policy: { deny: { canary: [{ from: "00:00", to: "00:00" }] } }\n',
      `s.yaml:14:11: ${textOf({ code: 'GATE_NEVER_OPENS', data: { stages: [neverOpen] } })}`,
    ],
    ['fleet: { lines: 3.5 }\n', 's.yaml:14:10: fleet.lines: 3.5 is neither a number of lines nor a list of lines'],
    ['fleet: [1]\n', /^s\.yaml:14:1: fleet: /],
  ])('%j says what, where and the nearest valid choice', (more, problem) => {
    const [message] = problemsWith(more)
    if (typeof problem === 'string') expect(message).toBe(problem)
    else expect(message).toMatch(problem)
  })

  it('and each file is checked by itself, as the kind that its keys imply', () => {
    const kinds = ['plant.yaml', 'policy.yaml'].map((name) => loadAny(join(folder, name)).kind)
    write('s.yaml', VALID)
    expect([...kinds, loadAny(join(folder, 's.yaml')).kind]).toEqual(['fleet', 'policy', 'scenario'])
    write('x.yaml', 'lines: 3\ndevicesPerLine: 200000\n')
    expect(() => loadAny(join(folder, 'x.yaml'))).toThrow(/x\.yaml:1:1: lines: 600000 devices are more than/)
  })
})

describe('faults of operators', () => {
  const operatorProblems = (fault: string): readonly string[] =>
    problems('  - kind: memory-leak\n    in: { firmware: 2.4.0 }\n    rate: 26 MiB/h', fault)

  it('are read, with a default name', () => {
    const text = VALID.replace(
      '  - kind: memory-leak\n    in: { firmware: 2.4.0 }\n    rate: 26 MiB/h',
      '  - { kind: operator, do: pause, at: 5h, reason: noise }\n  - { kind: wrong-group, device: line-03-12, group: canary, at: 1h }',
    )
    expect(parseScenario(text, 'x.yaml').faults).toEqual([
      { kind: 'operator', do: 'pause', at: 5 * 3_600_000, by: 'operator', reason: 'noise' },
      { kind: 'wrong-group', device: 'line-03-12', group: 'canary', move: false, at: 3_600_000 },
    ])
  })

  it.each([
    ['{ kind: operator, do: paus, at: 5h, reason: x }', 'faults.0.do is "paus"; one of pause,'],
    ['{ kind: operator, do: pause, at: 5h }', 'faults.0.reason: is missing'],
    ['{ kind: operator, do: pause, in: { line: 1 }, at: 5h, reason: x }', 'unknown key "in"'],
    [
      '{ kind: wrong-group, device: line-3-12, group: canary, at: 1h }',
      'device line-3-12 does not exist; did you mean "line-03-12"?',
    ],
    ['{ kind: wrong-group, device: line-03-12, group: canaries, at: 1h }', 'did you mean "canary"?'],
  ])('%s reports the problem', (fault, problem) => {
    expect(operatorProblems(`  - ${fault}`).join()).toContain(problem)
  })
})

describe('the shipped scenarios', () => {
  it('are all listed, all valid, and all have an expectation', () => {
    const files = readdirSync(new URL('../../../scenarios/library', import.meta.url)).filter((file) =>
      file.endsWith('.yaml'),
    )
    expect(files.sort()).toEqual(SHIPPED.map((name) => `${name}.yaml`).sort())
    for (const { expect: expected } of shippedScenarios()) expect(expected.outcome).toBeDefined()
  })
})

it('the JSON Schema describes the file as users write it', () => {
  const schema = jsonSchemaOf('scenario') as { properties: Record<string, object>; required: string[] }
  expect(Object.keys(schema.properties)).toContain('faults')
  expect(schema.required.sort()).toEqual(['release', 'start', 'story'])
})

it.each(['fleet', 'policy'] as const)('and so does that of a %s, of which a scenario takes a path as well', (kind) => {
  const keys = Object.keys((jsonSchemaOf(kind) as { properties: object }).properties)
  const { properties } = jsonSchemaOf('scenario') as { properties: Record<string, { anyOf: Record<string, object>[] }> }
  const [path, inline] = properties[kind]?.anyOf ?? []
  expect(path).toMatchObject({ type: 'string' })
  expect(Object.keys(inline?.properties ?? {}).sort()).toEqual([...keys, 'extends'].sort())
})
