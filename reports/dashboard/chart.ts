/** Curves over one common axis. */
export interface Chart {
  readonly labels: readonly string[]
  readonly curves: readonly { readonly title: string; readonly colour: string; readonly values: readonly number[] }[]
}
