/** The only widget of blessed-contrib that is used: its own types do not compile, and its index loads every widget. */
declare module 'blessed-contrib/lib/widget/charts/line.js' {
  import type { Widgets } from 'blessed'

  interface LineData {
    readonly title: string
    readonly x: string[]
    readonly y: number[]
    readonly style: { readonly line: string }
  }

  export default class Line extends Widgets.BoxElement {
    constructor(options: Widgets.BoxOptions & Readonly<Record<string, unknown>>)
    /** How the next data are drawn. */
    options: { minY: number; maxY: number; numYLabels: number; xLabelPadding: number }
    /** Only after the widget was added to a screen. */
    setData(data: readonly LineData[]): void
  }
}
