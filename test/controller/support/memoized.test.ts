import { expect, it } from 'vitest'
import { memoized } from '../../../controller/support/memoized.ts'

it('is made once for each object that it is asked of, whatever it comes to', () => {
  const asked: object[] = []
  const count = memoized((key: { readonly things: readonly string[] }) => {
    asked.push(key)
    return key.things.length === 0 ? undefined : key.things.length
  })
  const [two, none] = [{ things: ['a', 'b'] }, { things: [] }]
  expect([count(two), count(none), count(two), count(none)]).toEqual([2, undefined, 2, undefined])
  expect(count({ things: ['a', 'b'] })).toBe(2)
  expect(asked).toEqual([two, none, two])
})
