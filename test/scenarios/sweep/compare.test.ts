import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Cell, foldCell } from '../../../reports/campaign/comparison.ts'
import { renderComparison, renderCsv } from '../../../reports/text/comparison-text.ts'
import { compare } from '../../../scenarios/cli/compare.ts'
import type { Scenario } from '../../../scenarios/files/scenario.ts'
import { findScenario, shippedFile } from '../../../scenarios/library/catalogue.ts'
import { runVariants } from '../../../scenarios/sweep/compare.ts'
import { recordedIo } from '../cli/recorded-io.ts'

const HOUR_MS = 3_600_000
let out: string
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'compare-'))
})
afterEach(() => rmSync(out, { recursive: true, force: true }))

/** Two canaries, four early devices and fourteen of production: days of them take seconds. */
const FLEET = { lines: 2, devicesPerLine: 10, noise: 'quiet' as const }
const small = (name: string): Scenario => ({ ...findScenario(name), fleet: FLEET })
/** The same as a file of its own. */
function smallFile(name: string): string {
  const file = join(out, `${name}.yaml`)
  writeFileSync(file, `${readFileSync(shippedFile(name), 'utf8')}\nfleet: ${JSON.stringify(FLEET)}\n`)
  return file
}

/** Next to another worker of the tests a second thread gains nothing, and would load all code again. */
const ONE = { workers: 1 } as const
const healthy = small('healthy')
const blind = { ...healthy, release: { ...healthy.release, data: { writes: 7, reads: [7] } } }

/** For each scenario a cell with 4 h and one with 24 h. */
const completed = runVariants(
  {
    scenarios: [small('crash-on-start'), small('silent-12h'), blind],
    windowsMs: [4 * HOUR_MS, 24 * HOUR_MS],
    profiles: ['default'],
    gates: ['open'],
    seeds: [1],
  },
  ONE,
).then((runs): readonly Cell[] => runs.map(({ variant, reports }) => foldCell(variant, reports)))

it('shows the cost of a short window: the whole fleet is exposed instead of one device per line', async () => {
  const [, , short, long] = await completed
  // Back to back windows of 4 h: 12 x 2 + 8 x 4 + 4 x 14 = 112 device-hours less what installing takes.
  expect(short).toMatchObject({ windowHours: 4, runs: 1, caughtIn: { canary: 0, early: 0, production: 1 } })
  expect(short?.meanExposure).toMatchObject({ devices: 20, lines: 2 })
  expect(short?.meanExposure.deviceHours).toBeGreaterThan(95)
  expect(short?.meanExposure.deviceHours).toBeLessThan(112)
  expect(long).toMatchObject({ windowHours: 24, detected: { count: 1, of: 1 }, caughtIn: { canary: 1 } })
  expect(long?.meanExposure.devices).toBe(2)
  expect(long?.meanExposure.deviceHours).toBeCloseTo(24, 0)
})

it('counts a run that the preflight refused', async () => {
  const [, , , , ...cells] = await completed
  expect(cells.map(({ runs, refused, undecided }) => [runs, refused, undecided])).toEqual([
    [1, 1, 0],
    [1, 1, 0],
  ])
})

it('writes the table, JSON and CSV, of every window and with the gates of the plant as well', async () => {
  const cells = await completed
  expect(renderComparison(cells)).toContain('CRASH-ON-START\n  window  gates  profile  runs')
  expect(renderCsv(cells).split('\n')).toHaveLength(1 + 6 + 1)
  const io = recordedIo()
  const { text } = io
  const options = {
    windows: [4 * HOUR_MS],
    profiles: ['default'],
    gates: ['open', 'plant'],
    seeds: 1,
    out,
    json: true,
    ...ONE,
  } as const
  expect(await compare([smallFile('crash-on-start')], options, io)).toBe(0)
  expect(JSON.parse(text.stdout)).toEqual(JSON.parse(readFileSync(join(out, 'compare.json'), 'utf8')))
  expect(JSON.parse(text.stdout).cells).toMatchObject([
    { scenario: 'crash-on-start', gates: 'open', detected: { share: 1 } },
    { scenario: 'crash-on-start', gates: 'plant', detected: { share: 1 } },
  ])
  expect(readFileSync(join(out, 'compare.csv'), 'utf8')).toMatch(/^scenario,window_h,gates/)
})

it('counts an escape where a window ends before the fault begins, and shows the confusion table', async () => {
  const io = recordedIo()
  const options = { windows: [HOUR_MS], profiles: ['default'], gates: ['open'], seeds: 1, out, ...ONE } as const
  await compare(['crash-on-start', 'silent-12h', 'healthy'].map(smallFile), options, io)
  expect(io.text.stdout).toContain('TRUTH AGAINST OUTCOME')
  const { cells, confusion } = JSON.parse(readFileSync(join(out, 'compare.json'), 'utf8'))
  // An hour is too short for a fault that is silent for twelve.
  expect(confusion).toMatchObject([
    { family: 'crash', size: 'at start', caught: 1, missed: 0 },
    { family: 'crash', size: 'after 12h', caught: 0, missed: 1 },
    { family: 'crash', size: null, runs: 2, detected: { count: 1, of: 2 } },
    { family: 'none', promotedGood: 1, detected: null },
  ])
  expect(cells[1]).toMatchObject({ detected: { count: 0 }, escaped: { count: 1 }, meanExposure: { devices: 20 } })
  expect(readFileSync(join(out, 'compare.md'), 'utf8')).toContain('### Truth against outcome\n\n| window |')
})

it('prints and writes what whole seeds say when it is interrupted, and says that it is partial', async () => {
  vi.stubEnv('CI', undefined)
  vi.stubEnv('TERM', 'xterm')
  const io = recordedIo()
  let interrupt: () => void = () => undefined
  const stopping = {
    ...io,
    once: (_: string, listener: () => void) => {
      interrupt = listener
    },
    // After the first seed in both windows, and the second in one.
    stderr: {
      isTTY: true,
      write(text: string) {
        io.stderr.write(text)
        if (text.includes('3 of 8')) interrupt()
      },
    },
  }
  const options = {
    windows: [HOUR_MS, 2 * HOUR_MS],
    profiles: ['default'],
    gates: ['open'],
    seeds: 4,
    out,
    ...ONE,
  } as const
  expect(await compare([smallFile('crash-on-start')], options, stopping)).toBe(130)
  const found = JSON.parse(readFileSync(join(out, 'compare.json'), 'utf8'))
  expect(found).toMatchObject({ seeds: 1, isInterrupted: true, cells: [{ runs: 1 }, { runs: 1 }] })
  const partial = 'Partial: interrupted after 1 of 4 seeds.'
  for (const file of ['compare.html', 'compare.md']) expect(readFileSync(join(out, file), 'utf8')).toContain(partial)
  expect(io.text.stdout).toContain(partial)
  expect(io.text.stderr).toContain('rehearse: interrupted after 1 of 4 seeds\n')
  vi.unstubAllEnvs()
})

it('has nothing to say when it is interrupted before a seed is whole', async () => {
  const abort = new AbortController()
  const reason = new Error('no more')
  const plan = {
    scenarios: [small('crash-on-start')],
    windowsMs: [HOUR_MS],
    profiles: ['default' as const],
    gates: ['open' as const],
    seeds: [1, 2],
  }
  const running = runVariants(plan, { ...ONE, signal: abort.signal })
  abort.abort(reason)
  await expect(running).rejects.toBe(reason)
})
