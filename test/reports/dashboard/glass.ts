import { PassThrough } from 'node:stream'
import xterm from '@xterm/headless'
import { afterEach } from 'vitest'
import { openScreen, type Screen } from '../../../reports/dashboard/screen.ts'

/** A terminal without glass: what the screen writes goes through a real terminal emulator. */
export class Glass {
  readonly terminal: xterm.Terminal
  readonly input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined })
  readonly output: PassThrough & { columns: number; rows: number }
  readonly screen: Screen

  constructor(columns: number, rows: number, terminal: string) {
    this.terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true })
    this.output = Object.assign(new PassThrough(), { isTTY: true, columns, rows })
    this.screen = openScreen({ input: this.input, output: this.output, terminal })
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

export const opened: Glass[] = []
export function open(columns: number, rows: number, terminal = 'xterm-256color'): Glass {
  const glass = new Glass(columns, rows, terminal)
  opened.push(glass)
  return glass
}
afterEach(() => {
  for (const { screen } of opened.splice(0)) screen.close()
})
