import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadScenario } from '../../../scenarios/files/load.ts'
import { probe } from '../../../scenarios/fuzz/probe.ts'
import { REGRESSIONS, regressionFiles } from '../../../scenarios/fuzz/regressions.ts'
import { packageRoot } from '../../../scenarios/support/package-root.ts'

describe('scenarios that once violated an invariant', () => {
  const files = regressionFiles(join(packageRoot(), REGRESSIONS))

  it.each(files)('%s violates none any more, and comes to what its file expects', async (file) => {
    expect((await probe(loadScenario(file), 'model')).violated).toEqual([])
  })

  it('are compared with what they expect', async () => {
    const [file] = files as [string]
    const wrong = { ...loadScenario(file), expect: { exposed: { devices: 99 } } }
    const { violated } = await probe(wrong, 'model')
    expect(violated).toMatchObject([
      {
        code: 'EXPECTATION_NOT_MET',
        data: { what: 'exposed devices', expected: '99', actual: expect.stringMatching(/^\d+$/) },
      },
    ])
  })

  it('exist, and a missing folder has none', () => {
    expect(files.length).toBeGreaterThan(0)
    expect(regressionFiles(join(packageRoot(), 'no-such-folder'))).toEqual([])
  })
})
