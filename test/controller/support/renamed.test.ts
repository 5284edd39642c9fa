import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { RENAMED, renamedText } from '../../../controller/support/renamed.ts'
import { oneOf } from '../../../scenarios/cli/commands/readers.ts'
import { InvalidScenario, parseScenario } from '../../../scenarios/files/load.ts'
import { FAULT_KINDS } from '../../../scenarios/fuzz/fault-arbitraries.ts'
import { findScenario, SHIPPED } from '../../../scenarios/library/catalogue.ts'
import { packageRoot } from '../../../scenarios/support/package-root.ts'

const scenario = (more: string): string => `story: A test.
release:
  version: 2.4.0
  replaces: 2.3.1
  data: { writes: 7, reads: [6, 7] }
  shadow: { writes: "2.0", reads: ["1.0"] }
start: 2026-03-02T14:00[Europe/Berlin]
${more}
`

function problemsOf(more: string): readonly string[] {
  try {
    parseScenario(scenario(more), 'x.yaml')
    return []
  } catch (error) {
    if (error instanceof InvalidScenario) return error.problems
    throw error
  }
}

describe('an old word', () => {
  it.each([
    [
      'policy: { profile: seed-literal }',
      'x.yaml:8:11: policy.profile is "seed-literal"; one of default, raw-thresholds; "seed-literal" is now called "raw-thresholds"',
    ],
    [
      'faults: [{ kind: pruned-artefacts, in: { firmware: 2.4.0 } }]',
      'x.yaml:8:12: faults.0.kind is "pruned-artefacts"; "pruned-artefacts" is now called "pruned-artifacts"',
    ],
    [
      'faults: [{ kind: failed-download, in: { firmware: 2.4.0 }, because: corrupt-artefact }]',
      'x.yaml:8:60: faults.0.because is "corrupt-artefact"; one of disk-full, corrupt-artifact; "corrupt-artefact" is now called "corrupt-artifact"',
    ],
  ])('in a file is refused with the new one: %s', (more, problem) => {
    expect(problemsOf(more)).toEqual([problem])
  })

  it('as an option is refused with the new one', () => {
    expect(() => oneOf('default', 'raw-thresholds')('seed-literal')).toThrow(
      'It must be one of default, raw-thresholds; "seed-literal" is now called "raw-thresholds".',
    )
  })

  it('as the name of a scenario is refused with the new one', () => {
    expect(() => findScenario('neighbours-cannot-read')).toThrow(
      'no scenario "neighbours-cannot-read"; "neighbours-cannot-read" is now called "peers-cannot-read"',
    )
  })

  it('on the command line is one line and the exit code of wrong usage', () => {
    const main = join(packageRoot(), 'dist', 'scenarios', 'cli', 'main.js')
    const { status, stderr } = spawnSync(process.execPath, [main, 'run', 'healthy', '--profile', 'seed-literal'], {
      encoding: 'utf8',
    })
    expect([status, stderr.trim().split('\n').length]).toEqual([64, 1])
    expect(stderr).toContain('"seed-literal" is now called "raw-thresholds"')
  })
})

it('a word that was never renamed, or is renamed to something else, has no hint', () => {
  expect(renamedText('raw-threshold', ['raw-thresholds'])).toBeNull()
  expect(renamedText('seed-literal', ['plant', 'open'])).toBeNull()
  expect(renamedText('toString', ['toString'])).toBeNull()
})

it('no new word is itself an old one, and no old word is still in use', () => {
  const inUse: readonly string[] = [...SHIPPED, ...FAULT_KINDS]
  for (const [old, renamed] of Object.entries(RENAMED)) {
    expect(RENAMED).not.toHaveProperty([renamed])
    expect(inUse).not.toContain(old)
  }
})
