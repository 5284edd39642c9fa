import { expect, it } from 'vitest'
import { faultSchema, makeFaultsOf } from '../../../../sim/faults/catalogue.ts'
import { FaultWorld } from '../../../../sim/faults/families/fault-world.ts'
import { delayIndex } from '../../../../sim/faults/families/index-faults.ts'
import { Seed } from '../../../../sim/kernel/random.ts'
import { CloudBench } from '../../cloud/fixtures.ts'

const MINUTE_MS = 60_000

/** What the index returns for `thing-0`, whose shadow counts the minutes. */
function indexedMinutes(written: object) {
  const bench = new CloudBench().withCanaries(1)
  const world = new FaultWorld(new Seed(1), bench.clock, bench.trace, bench.clock.nowMs())
  const specs = [faultSchema.parse({ kind: 'stale-index', ...written })]
  delayIndex(bench.cloud.index, makeFaultsOf(specs, 'index'), world)
  const search = (queryString: string): { shadow?: string; connectivity?: { connected: boolean } }[] =>
    bench.call('iot', 'SearchIndex', { queryString }).things as never
  const seen: number[] = []
  for (let minute = 0; minute < 30; minute++) {
    bench.send('thing-0', 'shadow/name/health/update', { state: { reported: { minute } } })
    if (minute === 12) bench.cloud.things.setConnectivity('thing-0', true)
    const [found] = search('thingName:thing-0')
    seen.push(JSON.parse(found?.shadow as string).name.health.reported.minute)
    expect(search(`shadow.name.health.reported.minute:${seen.at(-1)}`)).toHaveLength(1)
    if (minute === 14) expect(found?.connectivity?.connected ?? false).toBe(false)
    if (minute === 29) expect(found?.connectivity?.connected).toBe(true)
    bench.runFor(MINUTE_MS)
  }
  return { seen, bench }
}

it('stops until it has its lag, keeps the lag, and catches up at the end', () => {
  const { seen } = indexedMinutes({ behind: '4min', from: '10min', for: '10min' })
  expect(seen.slice(0, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  // The snapshot of minute 10 was taken just before the sample of that minute.
  expect(seen.slice(10, 20)).toEqual([9, 9, 9, 9, 9, 10, 11, 12, 13, 14])
  expect(seen.slice(20)).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29])
})

it('records as onset when it first answers with an old state', () => {
  const { bench } = indexedMinutes({ behind: '4min', from: '10min' })
  bench.trace.flush()
  expect(bench.trace.records.filter(({ kind }) => kind === 'fault-started')).toMatchObject([
    { faultKind: 'stale-index', thing: null, target: 'SearchIndex' },
  ])
})
