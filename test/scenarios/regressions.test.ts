import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../../scenarios/catalogue.ts'
import { probe } from '../../scenarios/fuzz/probe.ts'
import { loadScenario } from '../../scenarios/load.ts'
import { REGRESSIONS, regressionFiles } from '../../scenarios/regressions.ts'

describe('worlds that once broke a law', () => {
  const files = regressionFiles(join(packageRoot(), REGRESSIONS))

  it.each(files)('%s breaks none any more', async (file) => {
    expect((await probe(loadScenario(file), 'model')).violated).toEqual([])
  })

  it('are there, and nowhere else', () => {
    expect(files.length).toBeGreaterThan(0)
    expect(regressionFiles(join(packageRoot(), 'no-such-folder'))).toEqual([])
  })
})
