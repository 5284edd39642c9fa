import { expect, it } from 'vitest'
import { channelKey, normalAt, poissonFrom, uniformAt } from '../../../sim/plant/noise.ts'

const N = 200_000
const draws = (draw: (i: number) => number): number[] => Array.from({ length: N }, (_, i) => draw(i))
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

it('is standard normal: mean, variance, kurtosis, tail and no autocorrelation', () => {
  const z = draws((i) => normalAt(channelKey(12_345, 3), i))
  expect(Math.abs(mean(z))).toBeLessThan(4 / Math.sqrt(N))
  expect(mean(z.map((x) => x * x))).toBeCloseTo(1, 1)
  expect(mean(z.map((x) => x ** 4))).toBeCloseTo(3, 0)
  expect(mean(z.map((x) => Number(x > 3)))).toBeCloseTo(0.00135, 3)
  expect(Math.abs(mean(z.slice(1).map((x, i) => x * (z[i] as number))))).toBeLessThan(4 / Math.sqrt(N))
})

it('does not correlate between devices or channels', () => {
  const other = (key: number, channel: number): number =>
    mean(draws((i) => normalAt(channelKey(1, 0), i) * normalAt(channelKey(key, channel), i)))
  for (const [key, channel] of [
    [2, 0],
    [1, 1],
    [99_999, 4],
  ] as const) {
    expect(Math.abs(other(key, channel))).toBeLessThan(4 / Math.sqrt(N))
  }
})

it('gives the same values on every machine', () => {
  expect([0, 1, 2].map((i) => [uniformAt(channelKey(7, 0), i), normalAt(channelKey(7, 0), i)])).toMatchInlineSnapshot(`
    [
      [
        0.22119791223667562,
        -0.7681503295898438,
      ],
      [
        0.6261522381100804,
        0.32167911529541016,
      ],
      [
        0.13974503590725362,
        -1.0814542770385742,
      ],
    ]
  `)
})

it.each([0.033, 0.5, 3])('counts events with Poisson mean and variance %d', (rate) => {
  const counts = draws((i) => poissonFrom(uniformAt(channelKey(5, 9), i), rate))
  expect(mean(counts) / rate).toBeCloseTo(1, 1)
  expect((mean(counts.map((x) => x * x)) - mean(counts) ** 2) / rate).toBeCloseTo(1, 1)
})
