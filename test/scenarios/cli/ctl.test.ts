import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
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

  it('prints no control character and no command that somebody has written into a name or a reason', async () => {
    const changeFreeze = { actor: 'jo\u001b[31m', reason: 'x\n::error::y\u009b' }
    const status = { atMs: 0, rollout: null, changeFreeze }
    const answer = { operation: 'status', result: 'accepted', answer: { code: 'NOT_FROZEN', data: {} }, status }
    const server = createServer((_, response) => response.end(JSON.stringify(answer)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    expect(await call('status', { endpoint })).toBe(0)
    expect(text.stdout).toContain('change freeze by jo\\u001b[31m: x ::error::y\\u009b\n')
    text = { stdout: '', stderr: '' }
    await call('status', { endpoint, json: true })
    expect(text.stdout).toContain('y\\u009b')
    expect(JSON.parse(text.stdout)).toEqual(answer)
    server.close()
    await call('a\u001b[2J')
    expect(text.stderr).toContain('"a\\u001b[2J"')
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
