import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { packageRoot } from '../../scenarios/support/package-root.ts'

it('leaves no thread that would keep the process alive', async () => {
  const script = `
    import { findScenario } from './dist/scenarios/library/catalogue.js'
    import { runMany } from './dist/scenarios/sweep/run-many.js'
    const scenario = { ...findScenario('crash-on-start'), fleet: { lines: 2, devicesPerLine: 10, noise: 'quiet' } }
    const threads = () => process.report.getReport().workers.length
    await runMany([scenario], [1, 2], { workers: 2 })
    console.log(threads())
    // Whether a thread was still ending when the call returned is a race: more than one attempt to see it.
    for (let i = 0; i < 2; i++) {
      const abort = new AbortController()
      const onProgress = () => abort.abort(new Error('enough'))
      const options = { workers: 2, signal: abort.signal, onProgress }
      await runMany([scenario], [1, 2, 3, 4], options).catch(({ message }) => console.log(message))
      console.log(threads())
    }
  `
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: packageRoot(),
    timeout: 90_000,
  })
  expect(stdout).toBe(`0\n${'enough\n0\n'.repeat(2)}`)
})
