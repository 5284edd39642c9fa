import blessed from 'blessed'
import Line from 'blessed-contrib/lib/widget/charts/line.js'
import { axisOf } from './axis.ts'
import type { Chart } from './chart.ts'
import type { Rect } from './layout.ts'

/**
 * The widgets of a blessed screen by id, kept from frame to frame. Logs are plain boxes, since a labelled log of the library
 * renders at every line; charts keep their first size, so that a resize needs new widgets.
 */
export class Widgets {
  readonly #screen: blessed.Widgets.Screen
  readonly #grey: 'grey' | 'default'
  readonly #frame: { readonly border: { readonly type: 'line' }; readonly style: object }
  readonly #boxes = new Map<string, blessed.Widgets.BoxElement>()
  readonly #lines = new Map<string, Line>()
  /** Ids of the frame that is being drawn. */
  #used = new Set<string>()

  constructor(screen: blessed.Widgets.Screen) {
    this.#screen = screen
    this.#grey = greyOf(screen)
    this.#frame = { border: { type: 'line' }, style: { border: { fg: this.#grey }, label: { fg: 'white' } } }
  }

  /** Begins a frame. */
  begin(): void {
    this.#used = new Set()
  }

  text(id: string, rect: Rect, title: string | null, lines: readonly string[]): blessed.Widgets.BoxElement {
    this.#used.add(id)
    const widget = this.#box(id, rect, title)
    widget.setContent(lines.join('\n').replaceAll('{grey-fg}', `{${this.#grey}-fg}`))
    widget.show()
    return widget
  }

  chart(id: string, rect: Rect, title: string, chart: Chart): void {
    this.#used.add(id)
    drawChart(this.#line(id, rect, title), chart)
  }

  /** Ends a frame. */
  hideUnused(): void {
    for (const [id, widget] of [...this.#boxes, ...this.#lines]) if (!this.#used.has(id)) widget.hide()
  }

  destroy(): void {
    for (const widget of [...this.#boxes.values(), ...this.#lines.values()]) widget.destroy()
    this.#boxes.clear()
    this.#lines.clear()
  }

  #box(id: string, rect: Rect, title: string | null): blessed.Widgets.BoxElement {
    const known = this.#boxes.get(id)
    if (known !== undefined && isAt(known, rect)) return known
    known?.destroy()
    const made = blessed.box({
      parent: this.#screen,
      tags: true,
      wrap: false,
      ...place(rect),
      ...(title === null ? {} : { ...this.#frame, label: ` ${title} ` }),
    })
    this.#boxes.set(id, made)
    return made
  }

  #line(id: string, rect: Rect, title: string): Line {
    const known = this.#lines.get(id)
    if (known !== undefined) {
      known.setLabel(` ${title} `)
      return known
    }
    const made = new Line({
      ...place(rect),
      ...this.#frame,
      label: ` ${title} `,
      style: { ...this.#frame.style, text: 'white', baseline: 'white' },
      xPadding: 5,
    })
    this.#screen.append(made)
    this.#lines.set(id, made)
    return made
  }
}

const place = ({ left, top, width, height }: Rect): Rect => ({ left, top, width, height })

const isAt = (box: blessed.Widgets.BoxElement, { left, top, width, height }: Rect): boolean =>
  box.left === left && box.top === top && box.width === width && box.height === height

/** With only eight colours, the library takes black for grey, which is invisible on most terminals. */
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
