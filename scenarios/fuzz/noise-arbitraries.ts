import fc from 'fast-check'
import type { z } from 'zod'
import type { noiseSchema } from '../files/noise.ts'

/** As a file has it. */
export type NoiseInput = z.input<typeof noiseSchema>

const SCOPES = ['device', 'line', 'plant'] as const

/** Of one device, of all of a line, or of the whole plant. */
const inOneScope = <Group>(group: fc.Arbitrary<Group>): fc.Arbitrary<Readonly<Record<string, Group>>> =>
  fc.tuple(fc.constantFrom(...SCOPES), group).map(([scope, own]) => ({ [scope]: own }))

const every = fc.constantFrom('1d', '6h', '3d', '14d')
const median = fc.constantFrom('20min', '3min', '1h', '3h')
const spread = fc.constantFrom(0, 0.8, 1.2)

/** Each kind of noise beside white noise, at sizes that plants have; what is left out of a group is that of `typical`. */
const SETTINGS: readonly fc.Arbitrary<NoiseInput>[] = [
  fc.record({ outages: inOneScope(fc.record({ every, median, spread })) }),
  fc.record({
    sampleLoss: fc.record({ share: fc.constantFrom('2 %', '10 %', '20 %'), burst: fc.constantFrom('3min', '10min') }),
  }),
  fc.record({
    connectionBursts: inOneScope(
      fc.record({ every, median, spread, failures: fc.constantFrom('10 %', '30 %', '100 %') }),
    ),
  }),
  fc.record({ errorBursts: inOneScope(fc.record({ every, median, spread, factor: fc.constantFrom(3, 8) })) }),
  fc.record({ errorDispersion: fc.constantFrom(0.3, 1, 3) }),
  fc.record({
    wander: fc.record({ spread: fc.constantFrom('2 %', '4 %'), timeConstant: fc.constantFrom('30min', '2h') }),
  }),
  fc.record({
    stoppages: fc.record({ share: fc.constantFrom('0.3 %', '1 %'), median: fc.constantFrom('90s', '4min') }),
  }),
  fc.record({
    handover: fc.record({ slower: fc.constantFrom('10 %', '35 %'), for: fc.constantFrom('10min', '30min') }),
  }),
  fc.record({
    changeovers: fc.record({ every: fc.constantFrom('1d', '8h'), standstill: fc.constantFrom('9min', '30min') }),
  }),
  fc.record({ days: fc.record({ line: fc.constantFrom('1 %', '4 %'), plant: fc.constantFrom('0 %', '2 %') }) }),
  fc.record({ trend: fc.constantFrom('0.2 %/d', '-0.2 %/d', '1 %/d') }),
  fc.record({ toolWear: fc.record({ rise: fc.constantFrom('2 %', '6 %'), life: fc.constantFrom('40h', '24h') }) }),
  fc.record({
    memoryWarmUp: fc.record({ by: fc.constantFrom('10 MiB', '40 MiB'), timeConstant: fc.constantFrom('1h', '2h') }),
  }),
  fc.record({
    garbageCollection: fc.record({
      amplitude: fc.constantFrom('10 MiB', '40 MiB'),
      period: fc.constantFrom('1h', '6h'),
      inPhase: fc.boolean(),
    }),
  }),
  fc.constant({ rounding: { memory: '1 MiB', cycleTime: '1s', cpu: '1 %' } }),
]

/** White noise alone for most scenarios, so that faults are seen as well; it is also what shrinking goes to. */
export const noise: fc.Arbitrary<NoiseInput> = fc.oneof(
  { weight: 5, arbitrary: fc.constant('quiet' as const) },
  { weight: 3, arbitrary: fc.oneof(...SETTINGS).map((own) => ({ preset: 'quiet' as const, ...(own as object) })) },
  { weight: 1, arbitrary: fc.constant('typical' as const) },
  { weight: 1, arbitrary: fc.constant('rough' as const) },
)
