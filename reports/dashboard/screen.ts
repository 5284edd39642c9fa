import blessed from 'blessed'
import Line from 'blessed-contrib/lib/widget/charts/line.js'
import { axisOf } from './axis.ts'
import type { Rect } from './layout.ts'

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

/** Curves over one common axis. */
export interface Chart {
  readonly labels: readonly string[]
  readonly curves: readonly { readonly title: string; readonly colour: string; readonly values: readonly number[] }[]
}

/** All that the dashboard wants of a terminal library, so that another can take its place. */
export interface Screen {
  readonly columns: number
  readonly rows: number
  draw(frame: Frame): void
  onKey(listener: (key: string) => void): void
  onResize(listener: () => void): void
  /** Leaves the terminal as it was found. */
  close(): void
}

/** Where to draw, if not on the process's own terminal. */
export interface Streams {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
  /** Its name in terminfo. */
  readonly terminal: string
}

/**
 * The screen through blessed. What its users found out the hard way: one `render` a frame; logs are plain boxes, since a
 * labelled log renders at every line; charts keep the size they were born with, so a resize makes all widgets anew.
 */
export function openScreen(streams?: Streams): Screen {
  const screen = blessed.screen({
    smartCSR: true,
    fullUnicode: false,
    warnings: false,
    title: 'rehearse',
    ...(streams as object | undefined),
  })
  const grey = greyOf(screen)
  const frame = { border: { type: 'line' as const }, style: { border: { fg: grey }, label: { fg: 'white' } } }
  const boxes = new Map<string, blessed.Widgets.BoxElement>()
  const lines = new Map<string, Line>()
  let used = new Set<string>()

  const place = ({ left, top, width, height }: Rect) => ({ left, top, width, height })
  const box = (id: string, rect: Rect, title: string | null): blessed.Widgets.BoxElement => {
    const known = boxes.get(id)
    const isSame = known !== undefined && known.left === rect.left && known.top === rect.top
    if (isSame && known.width === rect.width && known.height === rect.height) return known
    known?.destroy()
    const made = blessed.box({
      parent: screen,
      tags: true,
      wrap: false,
      ...place(rect),
      ...(title === null ? {} : { ...frame, label: ` ${title} ` }),
    })
    boxes.set(id, made)
    return made
  }
  const line = (id: string, rect: Rect, title: string): Line => {
    const known = lines.get(id)
    if (known !== undefined) {
      known.setLabel(` ${title} `)
      return known
    }
    const made = new Line({
      ...place(rect),
      ...frame,
      label: ` ${title} `,
      style: { ...frame.style, text: 'white', baseline: 'white' },
      xPadding: 5,
    })
    screen.append(made)
    lines.set(id, made)
    return made
  }
  const forget = (): void => {
    for (const widget of [...boxes.values(), ...lines.values()]) widget.destroy()
    boxes.clear()
    lines.clear()
  }
  const show = (id: string, rect: Rect, title: string | null, content: readonly string[]): void => {
    used.add(id)
    const widget = box(id, rect, title)
    widget.setContent(content.join('\n').replaceAll('{grey-fg}', `{${grey}-fg}`))
    widget.show()
  }

  return {
    get columns() {
      return screen.width as number
    },
    get rows() {
      return screen.height as number
    },
    draw({ texts, charts, overlay }) {
      used = new Set()
      for (const { id, title, lines: content, ...rect } of texts) show(id, rect, title, content)
      for (const { id, title, chart, ...rect } of charts) {
        used.add(id)
        drawChart(line(id, rect, title), chart)
      }
      if (overlay !== null) {
        // A box keeps the title that it was made with.
        const id = `overlay: ${overlay.title}`
        show(id, overlay, overlay.title, overlay.lines)
        boxes.get(id)?.setFront()
      }
      for (const [id, widget] of [...boxes, ...lines]) if (!used.has(id)) widget.hide()
      screen.render()
    },
    onKey(listener) {
      screen.on('keypress', (text: string | undefined, key: { readonly full: string }) => {
        // The enter key is told twice, by either of its names.
        if (key.full !== 'return') listener(key.full ?? text ?? '')
      })
    },
    onResize(listener) {
      screen.on('resize', () => {
        forget()
        listener()
      })
    },
    close: () => screen.destroy(),
  }
}

/** Where there are eight colours only, the library takes black for grey: on most terminals nothing would be seen. */
function greyOf(screen: blessed.Widgets.Screen): 'grey' | 'default' {
  const { colors } = (screen as unknown as { readonly tput: { readonly colors: number } }).tput
  return colors > 8 ? 'grey' : 'default'
}

function drawChart(widget: Line, { labels, curves }: Chart): void {
  widget.show()
  Object.assign(widget.options, axisOf(curves.flatMap(({ values }) => values)))
  widget.setData(
    curves.map(({ title, colour, values }) => ({ title, x: [...labels], y: [...values], style: { line: colour } })),
  )
}
