import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadScenario } from '../../../scenarios/files/load.ts'
import { probe } from '../../../scenarios/fuzz/probe.ts'
import { REGRESSIONS, regressionFiles } from '../../../scenarios/fuzz/regressions.ts'
import { packageRoot } from '../../../scenarios/support/package-root.ts'

describe('worlds that once broke a law', () => {
  const files = regressionFiles(join(packageRoot(), REGRESSIONS))

  it.each(files)('%s breaks none any more, and comes to what its file expects', async (file) => {
    expect((await probe(loadScenario(file), 'model')).violated).toEqual([])
  })

  it('are held to what they expect', async () => {
    const [file] = files as [string]
    const wrong = { ...loadScenario(file), expect: { exposed: { devices: 99 } } }
    const { violated } = await probe(wrong, 'model')
    expect(violated).toEqual([expect.stringMatching(/^what the world expects: exposed devices is \d+, expected 99$/)])
  })

  it('are there, and nowhere else', () => {
    expect(files.length).toBeGreaterThan(0)
    expect(regressionFiles(join(packageRoot(), 'no-such-folder'))).toEqual([])
  })
})
