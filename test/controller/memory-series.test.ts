import { expect, it } from 'vitest'
import { newSeries, withGauge } from '../../controller/memory-series.ts'
import { HOUR_MS, MINUTE_MS, START_MS, sample } from './fixtures.ts'

/** Minima of a device that is looked at with these gauges, half hour by half hour, five minutes apart. */
function minimaOf(blocks: readonly (readonly number[])[]): readonly number[] {
  const fromMs = Math.ceil((START_MS + HOUR_MS) / HOUR_MS) * HOUR_MS
  const gaugesOf = (memoryMiB: number) => ({ ...sample().gauges, memoryMiB })
  const start = withGauge(newSeries(null), sample({ gauges: gaugesOf(150) }), START_MS, 0)
  const end = [...blocks, [0.1]].reduce(
    (series, block, i) =>
      block.reduce(
        (one, memoryMiB, look) =>
          withGauge(one, sample({ gauges: gaugesOf(memoryMiB) }), fromMs + (i * 30 + look * 5) * MINUTE_MS, 0),
        series,
      ),
    start,
  )
  return end.minima
}

it('a half hour has the least of its first looks, so that lost looks are no rise', () => {
  const noise = [150, 148, 149, 140, 141, 139]
  expect(minimaOf([noise, noise])).toEqual([148, 148])
  expect(minimaOf([noise, noise.slice(0, 3)])).toEqual([148, 148])
})

it('and none with fewer looks', () => {
  expect(
    minimaOf([
      [150, 148],
      [151, 150, 149],
    ]),
  ).toEqual([149])
})
