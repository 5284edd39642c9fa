import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { foldPower, PowerRun } from '../../../reports/campaign/power.ts'
import { power, scenarioOrPlant } from '../../../scenarios/cli/power.ts'
import { sizedFault, sizedFaultOf, sizedKinds } from '../../../scenarios/files/sized-fault.ts'
import { InvalidScenario } from '../../../scenarios/files/yaml-file.ts'
import { runPower } from '../../../scenarios/sweep/power.ts'
import type { FaultSpec } from '../../../sim/faults/catalogue.ts'
import { recordedIo } from '../cli/recorded-io.ts'
import { powerPlan, SMALL } from './power-plan.ts'

const HOUR_MS = 3_600_000
const ONE = { workers: 1 } as const

describe('sizes of faults', () => {
  it('are read with the units of the fault, and grow with its harm', () => {
    expect(sizedFault('error-rise').sizeOf('15%')).toEqual({ size: expect.closeTo(15, 9), text: '15%' })
    expect(sizedFault('error-rise').sizeOf('x2.5').size).toBeCloseTo(150, 9)
    expect(sizedFault('memory-leak').sizeOf('5 MiB/h').size).toBe(5)
    expect(sizedFault('crash').sizeOf('2d').size).toBe(0.5)
    expect(sizedFault('cycle-drift', { parameter: 'rate' }).sizeOf('3%/h').size).toBe(3)
    // A share that may not be more than all is a share like others.
    expect(sizedFault('quality-drop').sizeOf('1.5 %')).toEqual({ size: 1.5, text: '1.5 %' })
    expect(sizedFault('units-drop').textOf(12)).toBe('12 %')
    expect([0.5, 3, 0.0607].map(sizedFault('crash').textOf)).toEqual(['2d', '0.3333d', '16.47d'])
  })

  it('are those of the fault that the scenario itself has, on its line where it has one alone', () => {
    const { version } = SMALL.release
    const of = (fault: FaultSpec) => sizedFaultOf({ ...SMALL, faults: [fault] })
    expect(of(sizedFault('quality-drop').at('4 %', { firmware: version }))).toEqual({ kind: 'quality-drop' })
    expect(of(sizedFault('units-drop').at('4 %', { firmware: version, line: 3 }))).toEqual({
      kind: 'units-drop',
      line: 3,
    })
    expect(of(sizedFault('units-drop').at('4 %', { firmware: 'another' }))).toBeNull()
  })

  it.each([
    ['no-such-kind', {}, 'x', 'no fault "no-such-kind"'],
    ['hang', {}, 'x', 'hang has no size'],
    ['error-rise', { parameter: 'onset' }, '5h', 'has no size "onset"; it has factor'],
    ['error-rise', {}, '5 MiB', 'factor'],
    ['error-rise', {}, '0%', 'is no fault'],
    ['crash', { onset: '3h' }, '1d', 'crash has no onset'],
  ])('refuse what %s %j cannot be', (kind, options, text, message) => {
    const read = () => sizedFault(kind, options).sizeOf(text)
    expect(read).toThrow(InvalidScenario)
    expect(read).toThrow(message)
  })

  it('have defaults that the fault accepts', () => {
    for (const kind of sizedKinds()) {
      const { defaultSizes, defaultSizesOnLine, sizeOf } = sizedFault(kind)
      for (const texts of [defaultSizes, defaultSizesOnLine]) {
        const sizes = texts.map((text) => sizeOf(text).size)
        expect(sizes).toEqual(sizes.toSorted((a, b) => a - b))
      }
    }
    expect(sizedKinds()).toEqual(expect.arrayContaining(['memory-leak', 'crash', 'cycle-drift', 'error-rise']))
  })

  it('delay the onset by the option that the kind has for it', () => {
    expect(sizedFault('memory-leak', { onset: '12h' }).at('5 MiB/h', { line: 1 })).toMatchObject({
      after: 12 * HOUR_MS,
    })
    expect(sizedFault('error-rise', { onset: '2h' }).at('50%', { line: 1 })).toMatchObject({ onset: 2 * HOUR_MS })
  })
})

describe('the runs of a power curve', () => {
  it('lay the fault on the devices of a later stage only, and on one line only', async () => {
    const plan = powerPlan('error-rise', ['2000%'], { stage: 'early', windowsMs: [HOUR_MS], withoutFault: false })
    const [early] = await runPower(plan, ONE)
    expect(early).toMatchObject({ end: 'rolled-back', by: 'error-rate' })
    const [onLine] = await runPower({ ...plan, stage: 'canary', line: 7 }, ONE)
    expect(onLine).toMatchObject({ end: 'rolled-back', by: 'error-rate' })
  })

  it('say so where the preflight refuses the release', async () => {
    const blind = { ...SMALL, release: { ...SMALL.release, data: { writes: 7, reads: [7] } } }
    const runs = await runPower(powerPlan('error-rise', ['900%'], { scenario: blind, windowsMs: [HOUR_MS] }), ONE)
    expect(runs.map(({ end }) => end)).toEqual(['refused', 'refused'])
  })
})

describe('the command', () => {
  const options = { stage: 'canary', windows: [HOUR_MS], seeds: 1, ...ONE } as const
  const out = () => mkdtempSync(join(tmpdir(), 'power-'))
  const PLANT = 'fixtures/plants/small-plant.yaml'

  it('prints a table, or JSON that is the file', async () => {
    const folder = out()
    const [table, json] = [recordedIo(), recordedIo()]
    const one = { ...options, fault: 'error-rise', sizes: ['900%'], out: folder }
    expect(await power(PLANT, one, table)).toBe(0)
    expect(table.text.stdout).toMatch(/^ERROR-RISE IN CANARY \(6 devices; .*; 1 seeds, the same at every size\)/)
    expect(await power(PLANT, { ...one, json: true }, json)).toBe(0)
    expect(json.text.stdout).toBe(readFileSync(join(folder, 'power.json'), 'utf8'))
    const { curves } = JSON.parse(json.text.stdout) as { curves: ReturnType<typeof foldPower> }
    expect(curves[0]?.points[1]).toMatchObject({ caught: { count: 1, of: 1 } })
    rmSync(folder, { recursive: true })
  })

  it('takes a plant, and measures a good release on it in its own zone', () => {
    const { fleet, start, faults } = scenarioOrPlant(PLANT)
    expect(fleet.lines).toEqual(scenarioOrPlant(PLANT).fleet.lines)
    expect(faults).toEqual([])
    expect(start.zone).toBe(fleet.zone ?? 'Europe/Berlin')
  })

  it("measures the scenario's own fault on the line that alone has it, at sizes that a line is found by", async () => {
    const folder = out()
    const io = recordedIo()
    expect(await power('one-bad-line', { ...options, out: folder }, io)).toBe(0)
    expect(io.text.stdout).toMatch(/^CYCLE-DRIFT IN CANARY \(1 devices, on line 7 only;/)
    const { curves } = JSON.parse(readFileSync(join(folder, 'power.json'), 'utf8')) as {
      curves: ReturnType<typeof foldPower>
    }
    expect(curves[0]?.points.at(-1)?.size).toBeCloseTo(15, 9)
    rmSync(folder, { recursive: true })
  })

  it('refuses a line that the plant has not', async () => {
    await expect(power('healthy', { ...options, line: 99 }, recordedIo())).rejects.toThrow('no line 99')
  })

  it('prints whole seeds when it is interrupted', async () => {
    vi.stubEnv('CI', undefined)
    vi.stubEnv('TERM', 'xterm')
    const folder = out()
    const io = recordedIo()
    let interrupt: () => void = () => undefined
    let shown = 0
    const stopping = {
      ...io,
      once: (_: string, listener: () => void) => {
        interrupt = listener
      },
      // After the first seed with and without the fault, and the second without.
      stderr: {
        isTTY: true,
        write(text: string) {
          io.stderr.write(text)
          if (/\d of 12/.test(text)) shown += 1
          if (shown === 3) interrupt()
        },
      },
    }
    const one = { ...options, fault: 'error-rise', sizes: ['900%'], seeds: 6, out: folder }
    expect(await power(PLANT, one, stopping)).toBe(130)
    const found = JSON.parse(readFileSync(join(folder, 'power.json'), 'utf8')) as {
      isInterrupted: boolean
      runs: readonly PowerRun[]
    }
    expect(found.isInterrupted).toBe(true)
    expect(found.runs.map(({ seed }) => seed)).toEqual([1, 1])
    expect(io.text.stdout).toContain('; 1 seeds,')
    expect(io.text.stderr).toContain('rehearse: interrupted after 1 of 6 seeds')
    rmSync(folder, { recursive: true })
    vi.unstubAllEnvs()
  })
})
