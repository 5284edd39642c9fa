import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { frameOf, gettingReady } from '../../../reports/dashboard/frame.ts'
import { type Mode, START } from '../../../reports/dashboard/menu.ts'
import type { MetricSeries } from '../../../reports/dashboard/state.ts'
import { STATE } from './fixtures.ts'
import { type Glass, open, opened } from './glass.ts'

const FAULTS = ['memory leak, 60 MiB/h', 'crash']
/** What is invisible on a dark terminal. */
function blackIn({ terminal }: Glass): string {
  const { active } = terminal.buffer
  const cells = Array.from({ length: terminal.rows * terminal.cols }, (_, i) =>
    active.getLine(Math.floor(i / terminal.cols))?.getCell(i % terminal.cols),
  )
  return cells.map((cell) => (cell?.isFgPalette() && cell.getFgColor() === 0 ? cell.getChars() : '')).join('')
}

async function drawn(columns: number, rows: number, mode: Partial<Mode> = {}) {
  const glass = open(columns, rows)
  glass.screen.draw(frameOf(STATE, { ...START, ...mode }, FAULTS, glass.screen))
  return { glass, lines: await glass.lines() }
}
const shown = async (...frame: Parameters<typeof drawn>): Promise<string[]> => (await drawn(...frame)).lines

/** Where the devices of the map begin. */
const [FIRST_MAP_ROW, FIRST_MAP_COLUMN, MAP_ROWS, MAP_COLUMNS] = [2, 5, 17, 20]

/** An `o` for each device of a row that is drawn inverse. */
function inverseIn({ terminal }: Glass, row: number): string {
  const line = terminal.buffer.active.getLine(row)
  const isInverse = (column: number): boolean => line?.getCell(FIRST_MAP_COLUMN + column)?.isInverse() !== 0
  return Array.from({ length: MAP_COLUMNS }, (_, column) => (isInverse(column) ? 'o' : ' '))
    .join('')
    .trimEnd()
}

describe('a frame', () => {
  it.each([
    [80, 24],
    [160, 50],
  ])('of %i x %i matches its snapshot', async (columns, rows) => {
    expect((await shown(columns, rows)).join('\n')).toMatchSnapshot()
  })

  it.each([1, 2, 3])('shows another panel after tab number %i', async (focus) => {
    expect((await shown(80, 24, { focus })).join('\n')).toMatchSnapshot()
  })

  it('shows the events where an answer is awaited and there is room for one panel only', async () => {
    expect((await shown(80, 24)).join('\n')).not.toContain('2.4.0 deployed to canary')
    expect((await shown(80, 24, { awaitsAnswer: true })).join('\n')).toContain('2.4.0 deployed to canary')
  })

  it.each([
    ['help', {}],
    ['fault', {}],
    ['place', { cursor: { line: 6, device: 2 } }],
  ] as const)('shows the %s over the rest', async (overlay, mode) => {
    expect((await shown(80, 24, { overlay, ...mode })).join('\n')).toMatchSnapshot()
  })

  it.each([
    ['a device', { line: 6, device: 2 }, '  o'],
    ['a line', { line: 6, device: -1 }, 'o'.repeat(20)],
    ['the release', { line: -1, device: -1 }, ''],
  ])('marks %s on the map, and nothing else there', async (_, cursor, marks) => {
    const { glass } = await drawn(80, 24, { overlay: 'place', cursor })
    const rows = Array.from({ length: MAP_ROWS }, (_, row) => inverseIn(glass, FIRST_MAP_ROW + row))
    expect(rows).toEqual(Array.from({ length: MAP_ROWS }, (_, row) => (row === cursor.line ? marks : '')))
  })

  it.each([
    [80, 24],
    [160, 50],
  ])('leaves the whole map visible at %i x %i while a place on it is chosen', async (columns, rows) => {
    const mapOf = (lines: readonly string[]) => lines.slice(0, 20).map((line) => line.slice(0, 28))
    expect(mapOf(await shown(columns, rows, { overlay: 'place' }))).toEqual(mapOf(await shown(columns, rows)))
  })

  it('cuts no number at the side of a chart', async () => {
    const [crashes, cycleTime] = STATE.series as [MetricSeries, MetricSeries]
    const points = cycleTime.points.map(([atMs]) => [atMs, -14] as const)
    const glass = open(80, 24)
    glass.screen.draw(frameOf({ ...STATE, series: [crashes, { ...cycleTime, points }] }, START, FAULTS, glass.screen))
    expect((await glass.lines()).join('\n')).toMatch(/│-20 *\S.*│/)
  })

  it('has only characters of one cell: ASCII, box drawing and braille', async () => {
    const text = [...(await shown(80, 24)), ...(await shown(160, 50))].join('')
    expect(text.replace(/[\x20-\x7e\u2500-\u257f\u2800-\u28ff]/g, '')).toBe('')
  })

  it('shows what it waits for before the first state, and clears it afterwards', async () => {
    const glass = open(80, 24)
    glass.screen.draw(gettingReady(80, 24))
    expect((await glass.lines())[0]).toBe('simulating the baseline week and connecting the fleet ...; q quits')
    glass.screen.draw(frameOf(STATE, START, FAULTS, glass.screen))
    expect(await glass.lines()).toEqual(await shown(80, 24))
  })

  it.each(['xterm-256color', 'tmux-256color', 'screen', 'linux'])('draws nothing black on a %s', async (terminal) => {
    const glass = open(160, 50, terminal)
    glass.screen.draw(frameOf(STATE, { ...START, overlay: 'help' }, FAULTS, glass.screen))
    expect((await glass.lines()).join('\n')).toContain('any key closes this')
    expect(blackIn(glass)).toBe('')
  })

  it('offers no key at the end that would do nothing', async () => {
    const glass = open(80, 24)
    glass.screen.draw(frameOf({ ...STATE, outcome: 'rolled-back' }, START, FAULTS, glass.screen))
    const lines = await glass.lines()
    expect(lines[0]).toMatch(/ROLLED-BACK$/)
    expect(lines.at(-1)).toBe('the rehearsal has ended  tab view  ? help  q quit')
  })

  it('shows the size that it needs where the terminal is too small', async () => {
    expect((await shown(60, 20))[0]).toBe('rehearse needs 80 x 24, this is 60 x 20; q quits')
  })
})

it('survives a resize, charts and all', async () => {
  const glass = open(160, 50)
  const draw = (): void => glass.screen.draw(frameOf(STATE, START, FAULTS, glass.screen))
  glass.screen.onResize(draw)
  draw()
  await glass.lines()
  glass.resize(80, 24)
  await once(glass.output, 'readable')
  expect((await glass.lines()).join('\n')).toBe((await shown(80, 24)).join('\n'))
})

it('reports keys by their names', async () => {
  const glass = open(80, 24)
  const keys: string[] = []
  glass.screen.onKey((key) => keys.push(key))
  glass.input.write(' +\t?\r\u001b[A\u001b[Cq')
  await new Promise((resolve) => setImmediate(resolve))
  expect(keys).toEqual(['space', '+', 'tab', '?', 'enter', 'up', 'right', 'q'])
})

it('restores the terminal', async () => {
  const glass = open(80, 24)
  glass.terminal.write('before')
  glass.screen.draw(frameOf(STATE, START, FAULTS, glass.screen))
  await glass.lines()
  expect(glass.terminal.buffer.active.type).toBe('alternate')
  opened.splice(0)
  glass.screen.close()
  const lines = await glass.lines()
  expect(glass.terminal.buffer.active.type).toBe('normal')
  expect(lines[0]).toBe('before')
  expect(glass.terminal.modes.mouseTrackingMode).toBe('none')
})
