import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { frameOf } from '../../../reports/dashboard/frame.ts'
import { type Mode, START } from '../../../reports/dashboard/menu.ts'
import { STATE } from './fixtures.ts'
import { open, opened } from './glass.ts'

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

  it('shows the events where an answer is awaited and there is room for one thing only', async () => {
    expect((await shown(80, 24)).join('\n')).not.toContain('2.4.0 deployed to canary')
    expect((await shown(80, 24, { awaitsAnswer: true })).join('\n')).toContain('2.4.0 deployed to canary')
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
