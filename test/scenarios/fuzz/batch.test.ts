import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { loadScenario } from '../../../scenarios/files/load.ts'
import { type Failure, runBatch } from '../../../scenarios/fuzz/batch.ts'
import { type ExtraInvariant, probe } from '../../../scenarios/fuzz/probe.ts'
import { regressionFiles, writeRegression } from '../../../scenarios/fuzz/regressions.ts'
import {
  ANY_SCENARIO,
  centreOf,
  type ScenarioChoice,
  scenarioInputs,
  scenarioOf,
} from '../../../scenarios/fuzz/scenario-arbitrary.ts'
import { STRATA } from '../../../scenarios/fuzz/strata.ts'

const folder = mkdtempSync(join(tmpdir(), 'rehearse-fuzz-'))
afterAll(() => rmSync(folder, { recursive: true }))

const choice: ScenarioChoice = { lines: [3, 5], kinds: ['hang', 'event-late', 'duplicate-reports'] }

/** An invariant that is there to be violated. */
const nothingHangs: ExtraInvariant = (_, records) =>
  records.flatMap((record) =>
    record.kind === 'fault-started' && record.faultKind === 'hang'
      ? [{ code: 'NOTHING_HANGS', data: { thing: record.thing }, text: `${record.thing} hangs` }]
      : [],
  )

const everythingIsWrong: ExtraInvariant = () => [{ code: 'EVERYTHING', data: {}, text: 'everything is wrong' }]

describe('an invariant that a kind of fault violates', () => {
  const found = runBatch({ seed: 5, scenarios: 30 }, { choice, extra: nothingHangs })
  const failureOf = async (): Promise<Failure> => (await found).failure as Failure

  it('shrinks to one fault on the smallest fleet', async () => {
    const { input, violated } = await failureOf()
    expect(input.faults).toMatchObject([{ kind: 'hang' }])
    expect(input).toMatchObject({ fleet: { lines: 3 }, seed: 1, policy: { window: '24h', gates: 'open' } })
    expect(violated.map(({ code }) => code)).toEqual(violated.map(() => 'NOTHING_HANGS'))
    expect(violated).toContainEqual(expect.objectContaining({ data: { thing: expect.stringMatching(/^line-/) } }))
  })

  it('is found again by seed and path, at once', async () => {
    const { seed, path, input, from, violated } = await failureOf()
    const again = await runBatch({ seed, path, scenarios: 1 }, { choice, extra: nothingHangs })
    expect(again.failure).toEqual({ seed, path, input, from, violated })
    expect(again.tally.scenarios).toBe(1)
  })

  it('is written as a scenario, named by its code, that violates it in the same way at both levels', async () => {
    const failure = await failureOf()
    const file = writeRegression(folder, failure)
    expect(regressionFiles(folder)).toEqual([file])
    expect(basename(file)).toMatch(/^nothing-hangs-[0-9a-f]{6}\.yaml$/)
    expect(readFileSync(file, 'utf8')).toContain(`# rehearse fuzz --seed ${failure.seed} --path ${failure.path}\n`)
    const scenario = loadScenario(file)
    const [model, wire] = [await probe(scenario, 'model', nothingHangs), await probe(scenario, 'wire', nothingHangs)]
    expect(model.violated).toEqual(failure.violated)
    // The level itself is a row of the table.
    expect({ ...wire, hit: wire.hit.filter((code) => code !== 'WIRE_LEVEL') }).toEqual(model)
  })
})

it('no invariant is violated in scenarios without faults, and all are counted', async () => {
  const { tally, failure } = await runBatch(
    { seed: 1, scenarios: 2 },
    { choice: { lines: [3], kinds: ['event-late'] } },
  )
  expect(failure).toBeNull()
  expect(tally.scenarios).toBe(2)
  expect(Object.values(tally.outcomes).reduce((a, b) => a + b)).toBe(2)
})

describe('a user’s own plant as the centre', () => {
  const own = mkdtempSync(join(tmpdir(), 'rehearse-fuzz-own-'))
  afterAll(() => rmSync(own, { recursive: true }))
  const plant = join(own, 'plant.yaml')
  const mine = join(own, 'mine.yaml')
  writeFileSync(plant, 'lines: 4\ndevicesPerLine: 5\nzone: America/Chicago\n')
  writeFileSync(
    mine,
    `story: My own release.
fleet: plant.yaml
policy: { window: 1h, gates: open }
start: 2026-03-02T14:00[America/Chicago]
release:
  version: 3.1.0
  replaces: 3.0.2
  data: { writes: 4, reads: [3, 4] }
  shadow: { writes: "2.0", reads: ["1.0", "2.0"] }
faults: [{ kind: offline, in: { line: 4 }, from: 1h, for: 10min }]
expect: { outcome: promoted }
`,
  )

  it('keeps fleet, policy and release, and names only what is there', () => {
    const centre = centreOf(mine)
    const { fleet, policy, release, start, expect: _, faults = [] } = centre.input
    expect(fleet).toEqual({ lines: 4, devicesPerLine: 5, zone: 'America/Chicago' })
    const some = fc.sample(scenarioInputs(ANY_SCENARIO, { centre }), { numRuns: 60, seed: 1 })
    const drawn = some.flatMap((input) => {
      const { noise: __, ...size } = input.fleet as { readonly noise?: unknown }
      expect([size, input.policy, input.release, input.start, input.expect]).toEqual([
        fleet,
        policy,
        release,
        start,
        undefined,
      ])
      // It throws for a line, device, version or metric that this plant does not have.
      const scenario = scenarioOf(input, 'x', own)
      expect(input.faults?.slice(0, faults.length)).toEqual(faults)
      return scenario.faults.slice(faults.length)
    })
    const versions = drawn.flatMap((fault) => ('in' in fault && 'firmware' in fault.in ? [fault.in.firmware] : []))
    expect(new Set(versions)).toEqual(new Set(['3.1.0', '3.0.2']))
    expect(new Set(drawn.map(({ kind }) => kind)).size).toBeGreaterThan(20)
  })

  it('is played, and a violation says around which file it was drawn', async () => {
    const batch = await runBatch({ seed: 1, scenarios: 1, centre: mine }, { extra: everythingIsWrong })
    const failure = batch.failure as Failure
    expect(failure).toMatchObject({ input: { release: { version: '3.1.0' } }, from: { folder: own, file: mine } })
    const file = writeRegression(join(own, 'regressions'), failure)
    expect(readFileSync(file, 'utf8')).toContain(`# rehearse fuzz --scenario ${mine} --seed 1 --path ${failure.path}\n`)
    expect(loadScenario(file).release.version).toBe('3.1.0')
  })
})

it('a seed says which world it stands for, and a path leads to the same one', async () => {
  const seed = STRATA.findIndex(({ aim }) => aim?.rows.includes('START_REFUSED_WHILE_ACTIVE'))
  const { tally } = await runBatch({ seed, scenarios: 1 })
  expect(tally.hit).toMatchObject({ START_REFUSED_WHILE_ACTIVE: 1 })
  expect(await runBatch({ seed, path: '0', scenarios: 1 })).toEqual({ tally, failure: null })
})
