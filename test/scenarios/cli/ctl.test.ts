import { afterEach, describe, expect, it } from 'vitest'
import { textOf } from '../../../reports/messages/registry.ts'
import type { CtlOptions } from '../../../scenarios/cli/commands/ctl.ts'
import { ctl } from '../../../scenarios/cli/ctl.ts'
import type { Scenario } from '../../../scenarios/files/scenario.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'

let text = { stdout: '', stderr: '' }
afterEach(() => {
  text = { stdout: '', stderr: '' }
})
const io = {
  stdout: { write: (more: string) => Object.assign(text, { stdout: text.stdout + more }) },
  stderr: { write: (more: string) => Object.assign(text, { stderr: text.stderr + more }) },
}
const call = (operation: string, options: Partial<CtlOptions> = {}): Promise<number> =>
  ctl(operation, { endpoint: 'http://127.0.0.1:9', ...options }, io)

describe('rehearse ctl', () => {
  it('names the nearest operation, and requires a reason', async () => {
    expect(await call('abrot', { reason: 'x' })).toBe(64)
    expect(text.stderr).toContain('unknown operation "abrot"; did you mean "abort"?')
    expect(await call('abort')).toBe(64)
    expect(text.stderr).toContain('abort needs --reason')
  })

  it('reports in one line that no rehearsal is listening', async () => {
    await expect(call('status')).rejects.toMatchObject({
      exitCode: 64,
      message: expect.stringContaining('no rehearsal is listening at http://127.0.0.1:9'),
    })
  })

  it('controls a running rehearsal over HTTP, and records each request in the trace', async () => {
    const scenario: Scenario = { ...findScenario('healthy'), fleet: { lines: 1, devicesPerLine: 20, noise: 'quiet' } }
    const codes: Promise<number[]>[] = []
    const { records } = await rehearse(scenario, {
      seed: 1,
      level: 'wire',
      // Slow enough that the first calls find the beginning of it; the rest does not depend on when they come.
      untilMs: 30 * 60_000,
      onListening: ({ httpUrl: endpoint }) => {
        const ask = async (): Promise<number[]> => [
          await call('freeze', { endpoint, actor: 'jo', reason: 'power works', id: 'a' }),
          await call('freeze', { endpoint, actor: 'jo', reason: 'power works', id: 'a' }),
          await call('unfreeze', { endpoint, actor: 'jo', reason: 'done' }),
          await call('unfreeze', { endpoint, actor: 'jo', reason: 'done' }),
          await call('status', { endpoint }),
        ]
        codes.push(ask())
      },
      pace: { kind: 'times', factor: 600 },
    })
    expect(await codes[0]).toEqual([0, 0, 0, 1, 0])
    expect(records.flatMap((one) => (one.kind === 'operation' ? [`${one.operation} ${one.result}`] : []))).toEqual([
      'freeze accepted',
      'freeze repeated',
      'unfreeze accepted',
      'unfreeze refused',
    ])
    expect(text.stdout).toContain('freeze already accepted')
    expect(text.stdout).toContain(`unfreeze refused: ${textOf({ code: 'NOT_FROZEN', data: {} })}`)
  })
})
