import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadScenario } from '../../../scenarios/files/load.ts'
import { type Failure, runBatch } from '../../../scenarios/fuzz/batch.ts'
import { type ExtraInvariant, probe } from '../../../scenarios/fuzz/probe.ts'
import { regressionFiles, writeRegression } from '../../../scenarios/fuzz/regressions.ts'
import type { ScenarioChoice } from '../../../scenarios/fuzz/scenario-arbitrary.ts'

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
    expect(wire).toEqual(model)
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

it('runs no more scenarios when its time is up', async () => {
  const { tally } = await runBatch({ seed: 1, scenarios: 50, limitMs: 0 }, { choice })
  expect(tally.scenarios).toBeLessThanOrEqual(1)
})
