import { describe, expect, it } from 'vitest'
import { noiseOf, noiseSchema } from '../../../scenarios/files/noise.ts'
import { Seed } from '../../../sim/kernel/random.ts'
import type { TraceRecord } from '../../../sim/kernel/trace-events.ts'
import { noiseKeys, outagesOf } from '../../../sim/plant/station-noise.ts'
import { CANARY, HOUR_MS, MINUTE_MS, NEW, runWorld, type World } from '../faults/fixtures.ts'

/** Every kind of outage, and lost samples, several times in a few hours. */
const NOISE = noiseSchema.parse({
  preset: 'rough',
  outages: {
    device: { every: '6h', median: '5min' },
    line: { every: '4h', median: '4min' },
    plant: { every: '5h', median: '6min' },
  },
  sampleLoss: { share: '10 %', burst: '4min' },
})
const options = { faults: [], hours: 8, lines: 2, others: 3, noise: NOISE, history: true, deployments: { 20: NEW } }

const outages = ({ records }: World) =>
  records.filter((record): record is TraceRecord & { kind: 'plant-outage' } => record.kind === 'plant-outage')

describe('a rough plant', () => {
  it('has the same events and documents at both levels', async () => {
    const all = { ...options, snapshotEveryMs: 5 * MINUTE_MS }
    const [wire, model] = [await runWorld({ ...all, level: 'wire' }), await runWorld({ ...all, level: 'model' })]
    expect(new Set(outages(model).map(({ scope }) => scope))).toEqual(new Set(['device', 'line', 'plant']))
    expect(wire.records).toEqual(model.records)
    expect(wire.snapshots).toEqual(model.snapshots)
    expect(wire.shadows).toEqual(model.shadows)
  })

  it('takes whole lines and the plant away at once, when their noise says so, and brings them back', async () => {
    const world = await runWorld(options)
    const things = Object.keys(world.last)
    const keys = noiseKeys(new Seed(1), CANARY, 1)
    const minute = Math.floor(world.startMs / MINUTE_MS)
    for (const [scope, name, devices] of [
      ['line', '1', 4],
      ['plant', 'plant', 8],
    ] as const) {
      const own = outages(world).filter((outage) => outage.scope === scope && outage.name === name)
      const expected = outagesOf(keys, scope, noiseOf(NOISE))?.next(minute + 1, 24 * 60)
      expect(own.find(({ atMs }) => atMs > world.startMs)).toMatchObject({
        devices,
        atMs: (expected?.from as number) * MINUTE_MS,
        endsAtMs: (expected?.to as number) * MINUTE_MS,
      })
    }
    const plantWide = outages(world).find(({ scope, atMs }) => scope === 'plant' && atMs > world.startMs)
    const { atMs, endsAtMs } = plantWide as NonNullable<typeof plantWide>
    const duringMs = Math.min(endsAtMs, world.startMs + 8 * HOUR_MS) - 1
    for (const thing of things) expect(isConnected(world.records, thing, duringMs), thing).toBe(false)
    expect(things.some((thing) => isConnected(world.records, thing, atMs - 1))).toBe(true)
  })

  it('is no fault, and changes no machine: each makes the same at the same sample', async () => {
    const noise = noiseSchema.parse({ preset: 'quiet', outages: { line: { every: '1h', median: '5min' } } })
    const every = { ...options, snapshotEveryMs: MINUTE_MS }
    const [noisy, calm] = [await runWorld({ ...every, noise }), await runWorld({ ...every, noise: 'quiet' })]
    expect(noisy.records.some(({ kind }) => kind === 'fault-started')).toBe(false)
    expect(outages(noisy).length).toBeGreaterThan(3)
    const countersOf = ({ snapshots }: World) =>
      new Map(
        snapshots.flatMap((documents) =>
          Object.entries(documents).flatMap(([thing, document]) =>
            document === undefined ? [] : [[`${thing} ${document.sampledAtMs}`, document.counters] as const],
          ),
        ),
      )
    const [one, other] = [countersOf(noisy), countersOf(calm)]
    const others = [...one].filter(([sample]) => other.has(sample) && !sample.startsWith(CANARY))
    // Devices that are away or were updated at another time are absent.
    expect(others.length).toBeGreaterThan(0.7 * other.size * (7 / 8))
    for (const [sample, counters] of others) expect(counters, sample).toEqual(other.get(sample))
  })

  it('begins with what the devices that are away reported last', async () => {
    const noise = noiseSchema.parse({ outages: { line: { every: '8h', median: '2h' }, plant: 'none' } })
    const away = { ...options, hours: 0.02, lines: 6, noise, snapshotEveryMs: MINUTE_MS }
    const [wire, model] = [await runWorld({ ...away, level: 'wire' }), await runWorld(away)]
    expect(wire.snapshots).toEqual(model.snapshots)
    const lines = outages(model).map(({ name }) => Number(name))
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.length).toBeLessThan(6)
    for (const [thing, document] of Object.entries(model.snapshots[0] ?? {})) {
      if (lines.includes(Number(thing.slice(5, 7)))) expect(document.sampledAtMs, thing).toBeLessThan(model.startMs)
      else expect(document, thing).toBeUndefined()
    }
  })
})

it('lost samples leave the shadow as it was, in bursts', async () => {
  const noise = noiseSchema.parse({ sampleLoss: { share: '30 %', burst: '10min' } })
  const run = (level: 'model' | 'wire') =>
    runWorld({ faults: [], hours: 6, others: 4, noise, level, deployments: {}, snapshotEveryMs: MINUTE_MS })
  const [model, wire] = [await run('model'), await run('wire')]
  expect(wire.snapshots).toEqual(model.snapshots)
  const sequences = Object.keys(model.last).flatMap((thing) => {
    const seen = model.snapshots.flatMap((documents) => documents[thing]?.['sequence' as never] ?? [])
    return seen.slice(1).map((sequence, index) => Number(sequence) === Number(seen[index]))
  })
  const lost = sequences.filter((isLost) => isLost).length
  // 5 devices, 6 h, bursts of 10 min: about 54 of them, so that the share has a standard deviation of some 4 %.
  expect(lost / sequences.length).toBeGreaterThan(0.18)
  expect(lost / sequences.length).toBeLessThan(0.42)
  const bursts = sequences.filter((isLost, index) => isLost && sequences[index - 1] === false).length
  expect(lost / bursts).toBeGreaterThan(5)
})

it('what was installed before the start has been up for a month, and starts from 0 after an update', async () => {
  const { last } = await runWorld({ faults: [], hours: 2, others: 1 })
  const uptimes = Object.entries(last).map(([thing, { gauges }]) => [thing === CANARY, gauges.uptimeS] as const)
  for (const [isUpdated, uptimeS] of uptimes) {
    if (isUpdated) expect(uptimeS).toBeLessThan(2 * 3_600)
    else expect(uptimeS).toBeGreaterThan(30 * 86_400)
  }
})

function isConnected(records: readonly TraceRecord[], thing: string, atMs: number): boolean {
  let connected = false
  for (const record of records) {
    if (record.atMs > atMs) break
    if (record.kind === 'device-connected' && record.thing === thing) connected = true
    if (record.kind === 'device-disconnected' && record.thing === thing) connected = false
  }
  return connected
}
