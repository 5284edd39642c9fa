import blessed from 'blessed'
import type { Chart } from './chart.ts'
import type { Rect } from './layout.ts'
import { Widgets } from './widgets.ts'

/** One frame, ready to be drawn: marked-up lines and charts at their places. */
export interface Frame {
  readonly texts: readonly (Rect & {
    readonly id: string
    readonly title: string | null
    readonly lines: readonly string[]
  })[]
  readonly charts: readonly (Rect & { readonly id: string; readonly title: string; readonly chart: Chart })[]
  /** Drawn over everything. */
  readonly overlay: (Rect & { readonly title: string; readonly lines: readonly string[] }) | null
}

/** All that the dashboard needs of a terminal library, so that it can be replaced. */
export interface Screen {
  readonly columns: number
  readonly rows: number
  draw(frame: Frame): void
  onKey(listener: (key: string) => void): void
  onResize(listener: () => void): void
  /** Restores the terminal. */
  close(): void
}

/** Where to draw, if not on the process's own terminal. */
export interface Streams {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
  /** Its name in terminfo. */
  readonly terminal: string
}

/** The screen through blessed: one `render` per frame. */
export function openScreen(streams?: Streams): Screen {
  const screen = blessed.screen({
    smartCSR: true,
    fullUnicode: false,
    warnings: false,
    title: 'rehearse',
    ...(streams as object | undefined),
  })
  const widgets = new Widgets(screen)
  return {
    get columns() {
      return screen.width as number
    },
    get rows() {
      return screen.height as number
    },
    draw({ texts, charts, overlay }) {
      widgets.begin()
      for (const { id, title, lines, ...rect } of texts) widgets.text(id, rect, title, lines)
      for (const { id, title, chart, ...rect } of charts) widgets.chart(id, rect, title, chart)
      // A box keeps the title that it was made with, so that every overlay has its own.
      if (overlay !== null) widgets.text(`overlay: ${overlay.title}`, overlay, overlay.title, overlay.lines).setFront()
      widgets.hideUnused()
      screen.render()
    },
    onKey(listener) {
      screen.on('keypress', (text: string | undefined, key: { readonly full: string }) => {
        // The enter key is reported twice, under either of its names.
        if (key.full !== 'return') listener(key.full ?? text ?? '')
      })
    },
    onResize(listener) {
      screen.on('resize', () => {
        widgets.destroy()
        listener()
      })
    },
    close: () => screen.destroy(),
  }
}
