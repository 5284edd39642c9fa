import type { Query, Term } from './query.ts'
import { type FieldValue, valueTestOf } from './value-tests.ts'

/** The values of one field of `item` as `view` has them. */
export type FieldReader<Item, View> = (item: Item, view: View) => readonly FieldValue[]

export type ItemTest<Item, View> = (item: Item, view: View) => boolean

/** What the items of an index have. */
export interface IndexFields<Item, View> {
  /** @throws for a field that cannot be read */
  readerOf(field: string): FieldReader<Item, View>
  /** The values of every field. */
  readonly readAll: FieldReader<Item, View>
}

/** A query as a test of one item. @throws what `readerOf` throws */
export function compileQuery<Item, View>(query: Query, fields: IndexFields<Item, View>): ItemTest<Item, View> {
  switch (query.kind) {
    case 'all':
      return () => true
    case 'term':
      return compileTerm(query, fields)
    case 'not': {
      const test = compileQuery(query.of, fields)
      return (item, view) => !test(item, view)
    }
    case 'and':
    case 'or': {
      const tests = query.of.map((one) => compileQuery(one, fields))
      const isAnd = query.kind === 'and'
      return (item, view) => {
        for (const test of tests) if (test(item, view) !== isAnd) return !isAnd
        return isAnd
      }
    }
  }
}

function compileTerm<Item, View>({ field, test }: Term, fields: IndexFields<Item, View>): ItemTest<Item, View> {
  const read = field === null ? fields.readAll : fields.readerOf(field)
  const isMatch = valueTestOf(test)
  return (item, view) => {
    for (const value of read(item, view)) if (isMatch(value)) return true
    return false
  }
}
