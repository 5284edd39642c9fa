import type { Constraint, ConstraintTable, Pattern } from './constraint.ts'

/** Messages list no more violations than these, and show no more of a value. */
const MAX_VIOLATIONS = 10
const MAX_SHOWN = 256

/** An input breaks constraints of its operation. The message is AWS's own. [source: constraint-messages] */
export class ConstraintViolation extends Error {
  override readonly name = 'ConstraintViolation'
  readonly fields: readonly Field[]

  constructor(fields: readonly Field[]) {
    const count = `${fields.length} validation ${fields.length === 1 ? 'error' : 'errors'} detected`
    super(`${count}: ${fields.map(({ message }) => message).join('; ')}`)
    this.fields = fields
  }
}

interface Field {
  readonly name: string
  readonly message: string
}

/** @throws ConstraintViolation */
export function requireConstraints(table: ConstraintTable, operation: string, input: unknown): void {
  const shape = table.operations[operation]
  if (shape === undefined) return
  const check = new Check(table.shapes)
  check.value(shape, input, '')
  if (check.fields.length > 0) throw new ConstraintViolation(check.fields)
}

/** One input; collects what it violates. */
class Check {
  readonly fields: Field[] = []
  readonly #shapes: ConstraintTable['shapes']

  constructor(shapes: ConstraintTable['shapes']) {
    this.#shapes = shapes
  }

  value(name: string | undefined, value: unknown, path: string): void {
    if (name === undefined || value === undefined || value === null || this.fields.length >= MAX_VIOLATIONS) return
    const shape = this.#shapes[name] as Constraint
    switch (shape.kind) {
      case 'struct':
        return this.#struct(shape, value as Readonly<Record<string, unknown>>, path)
      case 'list':
        return this.#list(shape, value as readonly unknown[], path)
      case 'map':
        return this.#map(shape, value as Readonly<Record<string, unknown>>, path)
      default: {
        const broken = brokenBy(shape, value)
        if (broken !== null) this.#report(shownOf(shape, value), path, broken)
      }
    }
  }

  #struct({ members = {}, required = [] }: Of<'struct'>, value: Readonly<Record<string, unknown>>, path: string): void {
    for (const name of required) {
      if (value[name] === undefined || value[name] === null) {
        this.#report('Value null', under(path, name), 'Member must not be null')
      }
    }
    for (const [name, shape] of Object.entries(members)) this.value(shape, value[name], under(path, name))
  }

  #list(shape: Of<'list'>, value: readonly unknown[], path: string): void {
    const broken = lengthBreaks(shape, value.length)
    if (broken !== null) this.#report(shownOf(shape, value), path, broken)
    for (const [index, item] of value.entries()) this.value(shape.item, item, `${path}.${index + 1}.member`)
  }

  #map(shape: Of<'map'>, value: Readonly<Record<string, unknown>>, path: string): void {
    const entries = Object.entries(value)
    const broken = lengthBreaks(shape, entries.length)
    if (broken !== null) this.#report(shownOf(shape, value), path, broken)
    for (const [key, item] of entries) {
      const brokenKey = shape.key === undefined ? null : brokenBy(this.#shapes[shape.key] as Constraint, key)
      if (brokenKey !== null) {
        this.#report(shownOf(shape, value), path, `Map keys must satisfy constraint: [${brokenKey}]`)
      }
      this.value(shape.value, item, `${path}.${key.slice(0, MAX_SHOWN)}.member`)
    }
  }

  #report(shown: string, path: string, why: string): void {
    if (this.fields.length >= MAX_VIOLATIONS) return
    this.fields.push({ name: path, message: `${shown} at '${path}' failed to satisfy constraint: ${why}` })
  }
}

type Of<K extends Constraint['kind']> = Extract<Constraint, { readonly kind: K }>

/** AWS names members in messages by a small first letter, whatever the protocol writes. */
const under = (path: string, name: string): string => {
  const own = name.charAt(0).toLowerCase() + name.slice(1)
  return path === '' ? own : `${path}.${own}`
}

function shownOf(shape: Constraint, value: unknown): string {
  if (shape.kind === 'string' && shape.sensitive !== true) return `Value '${String(value).slice(0, MAX_SHOWN)}'`
  return shape.kind === 'number' ? `Value '${value}'` : 'Value'
}

/** What the value breaks; null for a valid one. */
function brokenBy(shape: Constraint, value: unknown): string | null {
  if (shape.kind === 'number') return numberBreaks(shape, value as number)
  if (shape.kind === 'blob') return lengthBreaks(shape, (value as Uint8Array).byteLength)
  if (shape.kind !== 'string') return null
  const given = value as string
  // A pattern only meets texts of a length that it was made for.
  const tooLong = lengthBreaks(shape, codePoints(given))
  if (tooLong !== null) return tooLong
  if (shape.enum !== undefined && !shape.enum.includes(given)) {
    return `Member must satisfy enum value set: [${shape.enum.join(', ')}]`
  }
  if (shape.pattern === undefined || compiled(shape.pattern).test(given)) return null
  return `Member must satisfy regular expression pattern: ${shape.pattern.aws}`
}

function numberBreaks({ min, max, integer }: Of<'number'>, value: number): string | null {
  if (integer === true && !Number.isInteger(value)) return 'Member must be an integer'
  if (min !== undefined && value < min) return `Member must have value greater than or equal to ${min}`
  return max !== undefined && value > max ? `Member must have value less than or equal to ${max}` : null
}

function lengthBreaks({ min, max }: { readonly min?: number; readonly max?: number }, length: number): string | null {
  if (min !== undefined && length < min) return `Member must have length greater than or equal to ${min}`
  return max !== undefined && length > max ? `Member must have length less than or equal to ${max}` : null
}

/** `length` counts UTF-16 units; only surrogates, which ASCII has none of, make a difference. */
function codePoints(text: string): number {
  let surrogatePairs = 0
  for (let index = 0; index < text.length; index++) {
    if ((text.codePointAt(index) as number) > 0xffff) surrogatePairs += 1
  }
  return text.length - surrogatePairs
}

const expressions = new Map<Pattern, RegExp>()

function compiled(pattern: Pattern): RegExp {
  const known = expressions.get(pattern)
  if (known !== undefined) return known
  const made = new RegExp(`^(?:${pattern.js ?? pattern.aws})$`, 'u')
  expressions.set(pattern, made)
  return made
}
