/** What AWS's service models demand of the value of one shape. Lengths are of code points, bytes, items or entries. */
export type Constraint =
  | ({ readonly kind: 'struct' } & Struct)
  | ({ readonly kind: 'list'; readonly item?: string } & Bounds)
  | ({ readonly kind: 'map'; readonly key?: string; readonly value?: string } & Bounds)
  | ({ readonly kind: 'string'; readonly pattern?: Pattern; readonly enum?: readonly string[] } & Bounds & Sensitive)
  | ({ readonly kind: 'blob' } & Bounds & Sensitive)
  | ({ readonly kind: 'number'; readonly integer?: true } & Bounds)

interface Struct {
  /** Shapes of the members that have constraints. */
  readonly members?: Readonly<Record<string, string>>
  readonly required?: readonly string[]
}

interface Bounds {
  readonly min?: number
  readonly max?: number
}

interface Sensitive {
  /** The value must not stand in a message. */
  readonly sensitive?: true
}

/** A regular expression that the whole text must match. */
export interface Pattern {
  /** As AWS writes it, and shows it in messages. */
  readonly aws: string
  /** In the syntax of JavaScript's flag `u`, where that differs. */
  readonly js?: string
}

/** The constraints of the inputs of one service's operations. */
export interface ConstraintTable {
  /** Input shapes by operation; an operation without constraints is absent. */
  readonly operations: Readonly<Record<string, string>>
  readonly shapes: Readonly<Record<string, Constraint>>
}
