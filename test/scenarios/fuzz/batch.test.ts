import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadScenario } from '../../../scenarios/files/load.ts'
import { type Failure, playBatch } from '../../../scenarios/fuzz/batch.ts'
import { type ExtraInvariant, probe } from '../../../scenarios/fuzz/probe.ts'
import { regressionFiles, writeRegression } from '../../../scenarios/fuzz/regressions.ts'
import type { WorldChoice } from '../../../scenarios/fuzz/world-arbitrary.ts'

const folder = mkdtempSync(join(tmpdir(), 'rehearse-fuzz-'))
afterAll(() => rmSync(folder, { recursive: true }))

const choice: WorldChoice = { lines: [3, 5], kinds: ['hang', 'event-late', 'duplicate-reports'] }

/** A law that is there to be broken. */
const nothingHangs: ExtraInvariant = (_, records) =>
  records.flatMap((record) =>
    record.kind === 'fault-started' && record.faultKind === 'hang' ? [`nothing hangs: ${record.thing}`] : [],
  )

describe('a law that a kind of fault breaks', () => {
  const found = playBatch({ seed: 5, worlds: 30 }, { choice, extra: nothingHangs })
  const failureOf = async (): Promise<Failure> => (await found).failure as Failure

  it('shrinks to one fault on the smallest fleet', async () => {
    const { world, violated } = await failureOf()
    expect(world.faults).toMatchObject([{ kind: 'hang' }])
    expect(world).toMatchObject({ fleet: { lines: 3 }, seed: 1, policy: { window: '24h', gates: 'open' } })
    expect(violated.every((sentence) => sentence.startsWith('nothing hangs: line-'))).toBe(true)
  })

  it('is found again by seed and path, at once', async () => {
    const { seed, path, world, violated } = await failureOf()
    const again = await playBatch({ seed, path, worlds: 1 }, { choice, extra: nothingHangs })
    expect(again.failure).toEqual({ seed, path, world, violated })
    expect(again.tally.worlds).toBe(1)
  })

  it('is written as a scenario that breaks it in the same way at both levels', async () => {
    const failure = await failureOf()
    const file = writeRegression(folder, failure)
    expect(regressionFiles(folder)).toEqual([file])
    expect(readFileSync(file, 'utf8')).toContain(`# rehearse fuzz --seed ${failure.seed} --path ${failure.path}\n`)
    const scenario = loadScenario(file)
    const [model, wire] = [await probe(scenario, 'model', nothingHangs), await probe(scenario, 'wire', nothingHangs)]
    expect(model.violated).toEqual(failure.violated)
    expect(wire).toEqual(model)
  })
})

it('nobody breaks a law in worlds without faults, and all are counted', async () => {
  const { tally, failure } = await playBatch({ seed: 1, worlds: 4 }, { choice: { lines: [3], kinds: ['event-late'] } })
  expect(failure).toBeNull()
  expect(tally.worlds).toBe(4)
  expect(Object.values(tally.outcomes).reduce((a, b) => a + b)).toBe(4)
})

it('plays no more worlds when its time is up', async () => {
  const { tally } = await playBatch({ seed: 1, worlds: 50, limitMs: 0 }, { choice })
  expect(tally.worlds).toBeLessThanOrEqual(1)
})
