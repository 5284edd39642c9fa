import { describe, expect, it } from 'vitest'
import { bigNumber } from '../../../reports/dashboard/big-number.ts'
import { duoFrame } from '../../../reports/dashboard/duo.ts'
import type { DashboardState, DuoState } from '../../../reports/dashboard/state.ts'
import { STATE } from './fixtures.ts'
import { open } from './glass.ts'

const HOUR_MS = 3_600_000
const half = (windowHours: number, devices: number, deviceHours: number): DashboardState => ({
  ...STATE,
  windowHours,
  map: STATE.map.map(({ line, things }) => ({
    line,
    things,
    codes: devices === 340 ? '+'.repeat(20) : `${'.'.repeat(line)}+`.padEnd(20, '.'),
  })),
  exposure: {
    devices,
    deviceHours,
    steps: [
      [STATE.startedAtMs + 0.1 * HOUR_MS, 17],
      [STATE.startedAtMs + 4 * HOUR_MS, devices],
    ],
  },
})
const DUO: DuoState = { halves: [half(4, 340, 1_646.2), half(24, 17, 204.6)], ending: null }
const TABLE = ['                  4 h windows', '  devices exposed         340']

async function shown(columns: number, rows: number, duo: DuoState = DUO): Promise<string[]> {
  const glass = open(columns, rows)
  glass.screen.draw(duoFrame(duo, glass.screen))
  return glass.lines()
}

describe('a frame of two rehearsals', () => {
  it.each([
    [80, 24],
    [140, 45],
  ])('of %i x %i matches its snapshot', async (columns, rows) => {
    expect((await shown(columns, rows)).join('\n')).toMatchSnapshot()
  })

  it('shows the trade-off at the end, and leaves the counters visible', async () => {
    expect((await shown(80, 24, { ...DUO, ending: TABLE })).join('\n')).toMatchSnapshot()
  })

  it('has only characters of one cell: ASCII, box drawing and braille', async () => {
    const text = [...(await shown(80, 24)), ...(await shown(140, 45))].join('')
    expect(text.replace(/[\x20-\x7e\u2500-\u257f\u2800-\u28ff]/g, '')).toBe('')
  })

  it('shows the clock of the one that still runs', async () => {
    const [left, right] = DUO.halves
    const lines = await shown(80, 24, { ...DUO, halves: [left, { ...right, nowMs: left.nowMs + HOUR_MS }] })
    expect(lines[0]).toContain('Tue 03 04:50')
  })

  it('shows the size that it needs where the terminal is too small', async () => {
    expect((await shown(60, 20))[0]).toBe('rehearse needs 80 x 24, this is 60 x 20; q quits')
  })
})

it('writes every digit in a shape of its own', () => {
  const shapes = Array.from({ length: 10 }, (_, digit) => bigNumber(digit).join('\n'))
  expect(new Set(shapes).size).toBe(10)
  expect(bigNumber(47)).toEqual(['# # ###', '# #   #', '###   #', '  #   #', '  #   #'])
})
