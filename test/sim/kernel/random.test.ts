import { expect, it } from 'vitest'
import { Seed } from '../../../sim/kernel/random.ts'

const draws = (seed: number, label: string): number[] => {
  const stream = new Seed(seed).stream(label)
  return Array.from({ length: 5 }, () => stream.next())
}

it('gives the same draws for the same seed and label, and others for another', () => {
  expect(draws(7, 'device/a')).toEqual(draws(7, 'device/a'))
  expect(draws(7, 'device/a')).not.toEqual(draws(7, 'device/b'))
  expect(draws(7, 'device/a')).not.toEqual(draws(8, 'device/a'))
})

it('pins the first draws of seed 42, so that an upgrade cannot change old runs unnoticed', () => {
  expect(draws(42, 'core/line-01-01/install').map((value) => value.toFixed(6))).toMatchInlineSnapshot(`
    [
      "0.808981",
      "0.212412",
      "0.636255",
      "0.784317",
      "0.216222",
    ]
  `)
})

it('makes version 4 UUIDs out of a stream', () => {
  const stream = new Seed(1).stream('ids')
  const [first, second] = [stream.uuid(), stream.uuid()]
  expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(second).not.toBe(first)
})
