import { describe, expect, it } from 'vitest'
import type { PlantMetricValue } from '../../../sim/kernel/trace-events.ts'
import { CANARY, HOUR_MS, NEW, OLD, runWorld, type World } from '../faults/fixtures.ts'

const QUARTER_MS = 15 * 60_000
const recordsOf = ({ records }: World) => records.filter((record) => record.kind === 'plant-metrics')
const valueIn = (world: World, metric: string, version: string): (PlantMetricValue | undefined)[] =>
  recordsOf(world).map(({ metrics }) => metrics[metric]?.[version])
const meanOf = (values: readonly (PlantMetricValue | undefined)[]): number => {
  const found = values.flatMap((one) => (one === undefined ? [] : [one.value]))
  return found.reduce((sum, value) => sum + value, 0) / found.length
}

describe('the trace of a plant with metrics', () => {
  it('has what its devices measured, by version, every quarter of an hour', async () => {
    const faults = [{ kind: 'metric-shift', in: { firmware: NEW }, metric: 'torqueNm', by: '-6 Nm', onset: '1h' }]
    const world = await runWorld({ faults, hours: 5, others: 4 })
    const records = recordsOf(world)
    expect(records).toHaveLength(20)
    for (const { atMs } of records) expect(atMs % QUARTER_MS).toBe(0)
    // The deployment is at 20 min: no device runs a version for the whole of that quarter of an hour but the others.
    expect(valueIn(world, 'torqueNm', NEW).map((one) => one?.devices ?? 0)).toEqual([0, 0, ...Array(18).fill(1)])
    expect(valueIn(world, 'torqueNm', OLD).map((one) => one?.devices)).toEqual([5, ...Array(19).fill(4)])
    const [before, after] = [valueIn(world, 'torqueNm', NEW).slice(2, 4), valueIn(world, 'torqueNm', NEW).slice(6)]
    expect(meanOf(before) - meanOf(after)).toBeCloseTo(6, -0.5)
    for (const { spread } of after as PlantMetricValue[]) expect(spread).toBeLessThan(3)
  })

  it('agrees with the documents in the shadows', async () => {
    const world = await runWorld({
      faults: [],
      hasMetrics: true,
      hours: 2,
      deployments: {},
      snapshotEveryMs: 300_000,
    })
    const at = world.startMs + 85 * 60_000 // the start is ten minutes before a full hour
    const [first, second] = [world.snapshots[14], world.snapshots[17]].map(
      (snapshot) => snapshot?.[CANARY],
    ) as NonNullable<World['snapshots'][number][string]>[]
    const record = recordsOf(world).find(({ atMs }) => atMs === at)
    const [from, to] = [first?.metrics?.gauges.torqueNm, second?.metrics?.gauges.torqueNm]
    const mean = ((to?.sum as number) - (from?.sum as number)) / ((to?.count as number) - (from?.count as number))
    expect(record?.metrics.torqueNm?.[OLD]?.value).toBeCloseTo(mean, 2)
    const grown = (of: 'metrics' | 'counters', name: string): number =>
      of === 'metrics'
        ? (second?.metrics?.counters[name] as number) - (first?.metrics?.counters[name] as number)
        : (second?.counters[name] as number) - (first?.counters[name] as number)
    const perCycle = grown('metrics', 'weldSpatter') / grown('counters', 'cycles')
    expect(record?.metrics.weldSpatter?.[OLD]?.value).toBeCloseTo(perCycle, 4)
    const pct = (100 * grown('metrics', 'scrapped')) / grown('counters', 'unitsProduced')
    expect(record?.metrics.scrapped?.[OLD]?.value).toBeCloseTo(pct, 3)
  })

  it('has no value where a metric is missing', async () => {
    const faults = [{ kind: 'metric-missing', in: { fleet: 'all' }, metric: 'scrapped', onset: '1h', for: '1h' }]
    const world = await runWorld({ faults, hours: 4, deployments: {} })
    const has = valueIn(world, 'scrapped', OLD).map((one) => one !== undefined)
    // The quarter in which it comes back has no value at its beginning.
    expect(has).toEqual([...Array(4).fill(true), ...Array(4).fill(false), false, ...Array(7).fill(true)])
    expect(valueIn(world, 'torqueNm', OLD).every((one) => one !== undefined)).toBe(true)
  })

  it('has none where the plant has no metrics', async () => {
    const world = await runWorld({ faults: [], hours: 1 })
    expect(recordsOf(world)).toEqual([])
    expect(world.last[CANARY]).not.toHaveProperty('metrics')
    expect(HOUR_MS).toBe(4 * QUARTER_MS)
  })
})

it('documents fit in a shadow, however many metrics', async () => {
  const { last } = await runWorld({
    faults: [],
    hours: 1,
    metrics: Object.fromEntries(
      Array.from({ length: 16 }, (_, index) => [
        `${'m'.repeat(38)}${index + 10}`,
        { gauge: `${123_456_789 + index} mN`, spread: '0.1 mN' },
      ]),
    ),
  })
  const bytes = Buffer.byteLength(JSON.stringify({ reported: last[CANARY] }))
  expect(Object.keys(last[CANARY]?.metrics?.gauges ?? {})).toHaveLength(16)
  expect(bytes).toBeLessThan(8_192)
})
