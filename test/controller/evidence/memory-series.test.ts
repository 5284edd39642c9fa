import { describe, expect, it } from 'vitest'
import { type MemorySeries, newSeries, withGauge } from '../../../controller/evidence/memory-series.ts'
import type { HealthSample } from '../../../controller/evidence/snapshot.ts'
import { MINUTE_MS, START_MS, sample } from '../fixtures.ts'

interface Gauge {
  readonly memoryMiB?: number
  /** What the controls use. */
  readonly commonMiB?: number | null
  readonly over?: Partial<HealthSample>
}

/** One evaluation, so many minutes after a half hour began. */
const evaluation = (series: MemorySeries, minute: number, { memoryMiB = 150, commonMiB = 0, over }: Gauge = {}) =>
  withGauge(
    series,
    sample({ gauges: { ...sample().gauges, memoryMiB }, ...over }),
    START_MS + minute * MINUTE_MS,
    commonMiB,
  )

/** Evaluations five minutes apart of a device that was started an hour before. */
const evaluations = (
  gauges: readonly Gauge[],
  start = evaluation(newSeries(null), -60, gauges[0]),
  fromMinute = 0,
): MemorySeries => gauges.reduce((series, gauge, i) => evaluation(series, fromMinute + 5 * i, gauge), start)

/** A device that is evaluated with these gauges, half hour by half hour, five minutes apart, and once after them. */
const seriesOf = (blocks: readonly (readonly number[])[]): MemorySeries =>
  [...blocks, [0.1]].reduce(
    (series, block, i) =>
      evaluations(
        block.map((memoryMiB) => ({ memoryMiB })),
        series,
        i * 30,
      ),
    evaluation(newSeries(null), -60),
  )
const minimaOf = (blocks: readonly (readonly number[])[]): readonly number[] => seriesOf(blocks).minima

it('a half hour has the least of its first evaluations, so that lost ones are no rise', () => {
  const noise = [150, 148, 149, 140, 141, 139]
  expect(minimaOf([noise, noise])).toEqual([148, 148])
  expect(minimaOf([noise, noise.slice(0, 3)])).toEqual([148, 148])
})

it('and none with fewer evaluations', () => {
  expect(
    minimaOf([
      [150, 148],
      [151, 150, 149],
    ]),
  ).toEqual([149])
})

it('is what a device uses above the controls, in tenths, and what it uses itself', () => {
  const aboveControls = evaluations(
    [{ memoryMiB: 150.06 }, { memoryMiB: 148.44 }, { memoryMiB: 149 }, {}, {}, {}, {}].map((gauge) => ({
      ...gauge,
      commonMiB: 100,
    })),
  )
  expect(aboveControls).toMatchObject({ isAboveControls: true, minima: [48.4], levelMiB: 148.4, limitMiB: 512 })
})

it('keeps a day, and how it rises', () => {
  const rising = (halfHours: number) => seriesOf(Array.from({ length: halfHours }, (_, i) => [i + 1, i + 1, i + 1]))
  const from = (first: number) => Array.from({ length: 48 }, (_, i) => i + first)
  // Every pair of 48 rises.
  expect(rising(48)).toMatchObject({ minima: from(1), s: 1128 })
  expect(rising(50)).toMatchObject({ minima: from(3), s: 1128 })
})

describe('an evaluation adds nothing', () => {
  const known = evaluations([{}, {}])

  it.each<[string, Gauge]>([
    ['of a process that does not run', { over: { componentState: 'ERRORED' } }],
    ['without a gauge', { memoryMiB: 0 }],
    ['not even of another process', { over: { componentState: 'STARTING', bootId: 'boot-2' } }],
  ])('%s', (_, gauge) => {
    expect(evaluation(known, 10, gauge)).toBe(known)
  })
})

describe('begins anew', () => {
  const known = evaluations([{}, {}, {}, {}, {}, {}, {}])

  it('with another process, half an hour after its start, whose use is no leak', () => {
    const other = (memoryMiB: number): Gauge => ({ memoryMiB, over: { bootId: 'boot-2' } })
    const starting = evaluations([40, 50, 60, 70, 80, 90].map(other), known, 60)
    expect(starting.minima).toEqual([])
    expect(evaluations([200, 201, 202, 203, 204, 205, 206].map(other), starting, 90).minima).toEqual([200])
  })

  it('at once where there are no controls any more, or are again', () => {
    const alone = evaluations(
      [150, 151, 152, 153, 154, 155, 156, 157].map((memoryMiB) => ({ memoryMiB, commonMiB: null })),
      known,
      60,
    )
    expect(alone).toMatchObject({ isAboveControls: false, minima: [151] })
    expect(evaluation(alone, 100)).toMatchObject({ isAboveControls: true, minima: [], levelMiB: null })
  })
})
