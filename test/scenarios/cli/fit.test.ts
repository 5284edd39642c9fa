import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Temporal } from 'temporal-polyfill'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FitOptions } from '../../../scenarios/cli/commands/fit.ts'
import { fit } from '../../../scenarios/cli/fit.ts'
import { validate } from '../../../scenarios/cli/validate.ts'
import { plantOf } from '../../../scenarios/files/fleet-file.ts'
import { loadAny } from '../../../scenarios/files/load.ts'
import { packageRoot } from '../../../scenarios/support/package-root.ts'
import type { PlantNoise } from '../../../sim/plant/noise-settings.ts'
import { PRESETS } from '../../../sim/plant/presets.ts'
import { recorded } from '../fit/recordings.ts'
import { recordedIo } from './recorded-io.ts'

const RECORDING = join(packageRoot(), 'fixtures', 'recordings', 'two-lines.csv')
const ZONE = 'Europe/Berlin'
const DAY_MS = 86_400_000

/** What made the recording. */
const NOISE: PlantNoise = {
  ...PRESETS.quiet,
  memorySigmaMiB: 12,
  deviceEffect: 0.03,
  errorsPerDeviceHour: 3,
  connectionFailureShare: 0.02,
  lineEffect: 0.08,
  outages: { ...PRESETS.quiet.outages, device: { everyMs: 3 * DAY_MS, medianMs: 5_400_000, spread: 0.3 } },
}

/** Two lines of four over the night in which the clocks go forward, as a historian of the plant exports them. */
function* recording(): Generator<string> {
  const startMs = Date.parse('2026-03-28T00:00:00+01:00')
  yield '# Made by test/scenarios/cli/fit.test.ts, not measured: two lines of four, each ten minutes, in local time of Berlin.'
  yield 'Time,Machine,Line,cycles,cycle_time_ms_sum,errors,conn_failures,mem_mib'
  const samples = recorded({ lines: 2, devicesPerLine: 4, days: 3, noise: NOISE, seed: 4, startMs, stepMinutes: 10 })
  for (const one of samples) {
    const local = Temporal.Instant.fromEpochMilliseconds(one.atMs).toZonedDateTimeISO(ZONE).toPlainDateTime()
    const line = one.line === 1 ? 'stamping' : 'welding'
    const { device, cycles, cycleTimeMsSum, errors, connectionFailures, memoryMiB } = one
    yield `${local.toString({ smallestUnit: 'minute' })},M${device.slice(5)},${line},${cycles},${cycleTimeMsSum},${errors},${connectionFailures},${memoryMiB}`
  }
}

let folder: string
const options = (more: Partial<FitOptions> = {}): FitOptions => ({
  zone: ZONE,
  column: ['device=Machine'],
  cumulative: [],
  perSample: [],
  preset: 'typical',
  ...more,
})

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rehearse-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('the recording is the one that the twin makes (npx vitest run -u makes it again)', async () => {
  await expect(`${[...recording()].join('\n')}\n`).toMatchFileSnapshot(RECORDING)
})

describe('fit', () => {
  it('prints each figure with its interval, and says what it cannot tell and why', () => {
    const io = recordedIo()
    expect(fit([RECORDING], options(), io)).toBe(0)
    const { stdout } = io.text
    expect(io.text.stderr).toBe('')
    expect(stdout).toContain(
      '8 devices on 2 lines, every 10 min from 2026-03-27T23:10:00.000Z to 2026-03-30T23:00:00.000Z',
    )
    expect(stdout).toContain('shifts in Europe/Berlin')
    expect(stdout).toContain('counts: cycles total')
    expect(stdout).toMatch(/^ {2}noise.errorsPerDeviceHour +\S+ +\S+ to \S+ +\d+ errors +bootstrap$/m)
    expect(stdout).toContain('not estimable, left as in typical:')
    expect(stdout).toContain('  noise.trend: too short: needs 7 whole days, has 3')
    expect(stdout).toContain('  noise.rounding.cpu: no column cpuPct')
    expect(stdout).not.toMatch(/NaN|undefined|any %|anyms/)
  })

  it('writes a plant file with the figures that made the recording', () => {
    const out = join(folder, 'plant.yaml')
    fit([RECORDING], options({ out }), recordedIo())
    const checked = loadAny(out)
    if (checked.kind !== 'fleet') throw new Error(checked.kind)
    const { fleet } = checked
    expect(fleet.zone).toBe(ZONE)
    expect(fleet.lines).toMatchObject([
      { name: 'stamping', devices: 4 },
      { name: 'welding', devices: 4 },
    ])
    const { noise, shifts } = plantOf(fleet)
    const near = (value: number, expected: number, share: number): void =>
      expect(Math.abs(value / expected - 1), `${value} is not ${expected}`).toBeLessThan(share)
    near(noise.errorsPerDeviceHour, NOISE.errorsPerDeviceHour, 0.1)
    near(noise.connectionFailureShare, NOISE.connectionFailureShare, 0.15)
    near(noise.memorySigmaMiB, NOISE.memorySigmaMiB, 0.1)
    near(noise.deviceEffect, NOISE.deviceEffect, 0.6)
    near(noise.outages.device?.everyMs ?? 0, 3 * DAY_MS, 0.7)
    near(shifts[0]?.cycleMs ?? 0, 30_000, 0.1)
    near(shifts[1]?.volume ?? 0, 0.7, 0.05)
    // What it cannot tell is that of the preset.
    expect(noise.trendPerDay).toBe(PRESETS.typical.trendPerDay)
    expect(readFileSync(out, 'utf8')).toMatch(/errorsPerDeviceHour: \S+ # \S+ to \S+\n/)
    const io = recordedIo()
    expect(validate([out], io)).toBe(0)
    expect(io.text.stdout).toContain('8 devices on 2 lines of 4')
  })

  it('prints the same as JSON', () => {
    const io = recordedIo()
    fit([RECORDING], options({ json: true }), io)
    const json = JSON.parse(io.text.stdout) as { readonly estimates: readonly { readonly key: string }[] }
    expect(json).toMatchObject({ schemaVersion: 1, zone: ZONE, counts: { errors: { kind: 'cumulative' } } })
    const rate = json.estimates.find(({ key }) => key === 'noise.errorsPerDeviceHour')
    expect(rate).toMatchObject({
      is: 'estimated',
      unit: 'number',
      method: 'bootstrap',
      interval: { low: expect.any(Number) },
    })
  })

  it('overwrites nothing', () => {
    const out = join(folder, 'plant.yaml')
    writeFileSync(out, 'mine')
    expect(() => fit([RECORDING], options({ out }), recordedIo())).toThrow(`${out} already exists; name another --out`)
    expect(readFileSync(out, 'utf8')).toBe('mine')
  })

  it.each([
    [{ column: ['cycles=Cyclos'] }, /two-lines.csv:2: has no column "Cyclos"; did you mean "cycles"\?$/],
    [{ zone: 'Europe/Berln' }, /^--zone: "Europe\/Berln" is not a zone of the IANA database/],
    [{ zone: 'America/Chicago' }, null],
    [{ column: ['devise=Machine'] }, /^--column: "devise" is no name of a column; did you mean "device"\?$/],
    [{ start: 'noon' }, /^--start: time "noon" is not ISO 8601/],
    [{ plant: join(packageRoot(), 'fixtures', 'policies', 'small-plant.yaml') }, /is a policy, not a plant file$/],
  ])('says in one line what is wrong with %o', (more, problem) => {
    const run = (): number => fit([RECORDING], options(more), recordedIo())
    if (problem === null) expect(run()).toBe(0)
    else expect(run).toThrow(problem)
  })

  it('refuses a file that is not there, and leaves out bad rows only where it is told to', () => {
    const file = join(folder, 'x.csv')
    expect(() => fit([file], options(), recordedIo())).toThrow(`${file}: cannot be read (ENOENT)`)
    const rows = readFileSync(RECORDING, 'utf8').split('\n')
    writeFileSync(
      file,
      [...rows.slice(0, 500), '2026-03-29T02:30,M01-01,stamping,1,1,1,1,1', ...rows.slice(500)].join('\n'),
    )
    const skipped =
      ':501: time "2026-03-29T02:30" does not exist in Europe/Berlin: the clocks skip it; is that the zone?'
    expect(() => fit([file], options(), recordedIo())).toThrow(`${file}${skipped}`)
    const io = recordedIo()
    expect(fit([file], options({ skipBadRows: true }), io)).toBe(0)
    expect(io.text.stderr).toBe(`${file}${skipped} (left out)\n`)
  })
})
