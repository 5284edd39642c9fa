import { describe, expect, it } from 'vitest'
import { demo } from '../../../scenarios/cli/demo.ts'
import { demoScenarios, runDemo } from '../../../scenarios/watch/demo.ts'
import type { LiveRehearsal } from '../../../scenarios/world/rehearsal.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'
import { recordedIo } from '../cli/recorded-io.ts'

const MAX = { kind: 'max' } as const
const [left, right] = demoScenarios()
const fleet = { lines: 2, devicesPerLine: 20 }
const SMALL = [
  { ...left, fleet },
  { ...right, fleet },
] as const

describe('two windows on one clock', () => {
  it('have the results of two separate rehearsals', async () => {
    const together = await runDemo({ ...options(), seed: 3 })
    const alone = []
    for (const scenario of SMALL) alone.push(await rehearse(scenario, { seed: 3, level: 'model' }))
    expect(together.map(({ facts }) => facts.digest)).toEqual(alone.map(({ facts }) => facts.digest))
    expect(together.map(({ header }) => header.windowHours)).toEqual([4, 24])
  })

  it('never advance one ahead of the other', async () => {
    const lives: LiveRehearsal[] = []
    const ahead: number[] = []
    const times: number[] = []
    const onTime = (atMs: number): void => {
      times.push(atMs)
      for (const live of lives) if (live.nowMs() > atMs) ahead.push(atMs)
    }
    await runDemo({ ...options(), onLive: (both) => void lives.push(...both), onTime })
    expect(times.length).toBeGreaterThan(100)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(ahead).toEqual([])
  })

  it('both end when one is interrupted', async () => {
    const abort = new AbortController()
    const reason = new Error('quit')
    const running = runDemo({ ...options(), signal: abort.signal, onTime: () => abort.abort(reason) })
    await expect(running).rejects.toBe(reason)
  })
})

it('prints plain lines without a terminal, with the trade-off at the end', async () => {
  const io = recordedIo()
  expect(await demo({ seed: 1, wait: true }, io)).toBe(0)
  const lines = io.text.stdout.split('\n')
  expect(io.text.stdout).toMatch(/^[\n\x20-\x7e]*$/)
  expect(lines[0]).toMatch(/^ 2\.0 h {2}4 h windows: {2}17 devices, .* 24 h windows: {2}17 devices/)
  expect(lines[5]).toMatch(/^12\.0 h {2}4 h windows: 340 devices, .*production soaking .* 24 h windows: {2}17 devices/)
  expect(lines[6]).toMatch(/^12\.\d h {2}4 h windows: 340 devices, .*production rolled back .*canary rolled back$/)
  expect(lines.find((line) => line.includes('caught in'))).toMatch(/production +canary$/)
  expect(io.text.stdout).toMatch(/device-hours +1,6\d\d +1,768 +20\d +204\n/)
})

function options() {
  const nothing = () => undefined
  return {
    scenarios: SMALL,
    seed: 1,
    pace: MAX,
    signal: new AbortController().signal,
    onLive: nothing,
    onTime: nothing,
  }
}
