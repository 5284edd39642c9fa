import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decimalText } from '../../../controller/units/decimal.ts'

it.each([
  [0, 0, '0'],
  [100, 0, '100'],
  [0.005, 2, '0.5'],
  [1, 2, '100'],
  [20 / 24, 2, '83.33333333333334'],
  [1e-7, 0, '0.0000001'],
  [1.5e21, 0, '1500000000000000000000'],
])('%d shifted by %i digits is %s', (value, shift, text) => {
  expect(decimalText(value, shift)).toBe(text)
})

it('loses nothing of any number, shifted or not', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Number(decimalText(value))).toBe(value)
      expect(Number(`${decimalText(value, 2)}e-2`)).toBe(value)
      expect(decimalText(value)).toMatch(/^\d+(\.\d+)?$/)
    }),
  )
})
