import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { fuzz } from '../../../scenarios/cli/fuzz.ts'
import { FAULT_KINDS } from '../../../scenarios/fuzz/fault-arbitraries.ts'
import { SOMETIMES_CODES } from '../../../scenarios/fuzz/sometimes.ts'
import { NO_TALLY, type Tally } from '../../../scenarios/fuzz/tally.ts'
import { recordedIo } from './recorded-io.ts'

const folder = mkdtempSync(join(tmpdir(), 'rehearse-fuzz-'))
afterAll(() => rmSync(folder, { recursive: true }))

const times = (names: readonly string[], count: number) => Object.fromEntries(names.map((name) => [name, count]))
const part = (name: string, tally: Partial<Tally>, failures: readonly object[] = []): string => {
  const file = join(folder, name)
  writeFileSync(file, JSON.stringify({ schemaVersion: 2, seconds: 60, tally: { ...NO_TALLY, ...tally }, failures }))
  return file
}
const merge = async (...files: string[]) => {
  const io = recordedIo()
  return { code: await fuzz({ seed: 1, merge: files }, io), text: io.text.stdout }
}

const everything = { acted: times(FAULT_KINDS, 1), hit: times(SOMETIMES_CODES, 1) }

it('judges parts as one campaign: long enough, it must have reached everything', async () => {
  const [some, rest] = [part('a', { scenarios: 1_600, ...everything }), part('b', { scenarios: 400 })]
  expect((await merge(some, rest)).code).toBe(0)
  const { crash, ...others } = everything.acted
  const lacking = part('c', { scenarios: 1_600, ...everything, acted: others })
  const whole = await merge(lacking, rest)
  expect([whole.code, whole.text.includes('NEVER REACHED: crash;')]).toEqual([1, true])
  const short = await merge(lacking)
  expect([short.code, short.text.includes('not reached yet: crash;')]).toEqual([0, true])
})

it('fails with a violated invariant and gives the command that replays it; without a scenario it is inconclusive', async () => {
  const failure = {
    file: 'scenarios/library/regressions/x.yaml',
    violated: [{ code: 'STAGES_OUT_OF_ORDER', data: {}, text: 'out of order' }],
  }
  const { code, text } = await merge(part('d', { scenarios: 1 }, [failure]))
  expect(code).toBe(1)
  expect(text).toContain(
    'INVARIANT VIOLATED  STAGES_OUT_OF_ORDER: out of order\n  rehearse run scenarios/library/regressions/x.yaml --level model\n',
  )
  expect((await merge(part('e', {}))).code).toBe(2)
})

it('refuses a file that is not the result of a campaign', async () => {
  await expect(merge(join(folder, 'nowhere'))).rejects.toMatchObject({ name: 'NotACampaign', exitCode: 64 })
})

it('runs what once violated an invariant first', async () => {
  const out = mkdtempSync(join(folder, 'known-'))
  const world = `story: A scenario that violated an invariant once.
fleet: { lines: 3, devicesPerLine: 5 }
release: { version: 2.4.0, replaces: 2.3.1, data: { writes: 7, reads: [6] }, shadow: { writes: "2.0", reads: ["2.0"] } }
start: 2026-03-02T14:00[Europe/Berlin]
seed: 4
`
  writeFileSync(join(out, 'known.yaml'), world)
  const io = recordedIo()
  const code = await fuzz({ seed: 1, runs: 1, path: '0', out }, io)
  expect(io.text.stderr).toContain(`1 regressions in ${out} run first, 0 violated an invariant`)
  expect(code).toBe(0)
})
