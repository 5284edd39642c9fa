import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import xterm from '@xterm/headless'
import { afterEach, describe, expect, it } from 'vitest'
import { frameOf } from '../../../reports/dashboard/frame.ts'
import { type Mode, START } from '../../../reports/dashboard/menu.ts'
import { openScreen, type Screen } from '../../../reports/dashboard/screen.ts'
import { STATE } from './fixtures.ts'

/** A terminal without glass: what the screen writes goes through a real terminal emulator. */
class Glass {
  readonly terminal: xterm.Terminal
  readonly input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined })
  readonly output: PassThrough & { columns: number; rows: number }
  readonly screen: Screen

  constructor(columns: number, rows: number) {
    this.terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true })
    this.output = Object.assign(new PassThrough(), { isTTY: true, columns, rows })
    this.screen = openScreen({ input: this.input, output: this.output })
  }

  /** Everything written so far has reached the glass. */
  async lines(): Promise<string[]> {
    await new Promise((resolve) => setImmediate(resolve)) // the screen writes at the end of its turn
    const bytes = this.output.read() as Buffer | null
    if (bytes !== null) await new Promise<void>((resolve) => this.terminal.write(bytes, resolve))
    const { active } = this.terminal.buffer
    return Array.from({ length: this.terminal.rows }, (_, row) => active.getLine(row)?.translateToString(true) ?? '')
  }

  resize(columns: number, rows: number): void {
    this.terminal.resize(columns, rows)
    Object.assign(this.output, { columns, rows })
    this.output.emit('resize')
  }
}

const opened: Glass[] = []
function open(columns: number, rows: number): Glass {
  const glass = new Glass(columns, rows)
  opened.push(glass)
  return glass
}
afterEach(() => {
  for (const { screen } of opened.splice(0)) screen.close()
})

const FAULTS = ['memory leak, 60 MiB/h', 'crash']
async function shown(columns: number, rows: number, mode: Partial<Mode> = {}): Promise<string[]> {
  const glass = open(columns, rows)
  glass.screen.draw(frameOf(STATE, { ...START, ...mode }, FAULTS, glass.screen))
  return glass.lines()
}

describe('a frame', () => {
  it.each([
    [80, 24],
    [160, 50],
  ])('of %i x %i is the reviewed one', async (columns, rows) => {
    expect((await shown(columns, rows)).join('\n')).toMatchSnapshot()
  })

  it.each([1, 2, 3])('shows something else after tab number %i', async (focus) => {
    expect((await shown(80, 24, { focus })).join('\n')).toMatchSnapshot()
  })

  it.each(['help', 'inject'] as const)('shows the %s over the rest', async (overlay) => {
    expect((await shown(80, 24, { overlay })).join('\n')).toMatchSnapshot()
  })

  it('has only characters of one cell: ASCII, box drawing and braille', async () => {
    const text = [...(await shown(80, 24)), ...(await shown(160, 50))].join('')
    expect(text.replace(/[\x20-\x7e\u2500-\u257f\u2800-\u28ff]/g, '')).toBe('')
  })

  it('says what it needs where the terminal is too small', async () => {
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

it('hears keys by their names', async () => {
  const glass = open(80, 24)
  const keys: string[] = []
  glass.screen.onKey((key) => keys.push(key))
  glass.input.write(' +\t?q')
  await new Promise((resolve) => setImmediate(resolve))
  expect(keys).toEqual(['space', '+', 'tab', '?', 'q'])
})

it('leaves the terminal as it was found', async () => {
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
