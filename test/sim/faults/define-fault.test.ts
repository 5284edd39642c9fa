import { expect, it } from 'vitest'
import { z } from 'zod'
import { FAULTS, faultEndMs, faultSchema, faultsOf, makeFaultsOf } from '../../../sim/faults/catalogue.ts'
import { apiSelector } from '../../../sim/faults/families/api-fault.ts'
import { defineFault } from '../../../sim/faults/families/define-fault.ts'
import { windowShape } from '../../../sim/faults/families/fault-window.ts'
import { selector } from '../../../sim/plant/selector.ts'

const HOUR_MS = 3_600_000

it('a definition keeps the checks of its options, and has its kind first', () => {
  const { schema } = defineFault({
    kind: 'sample',
    family: 'process',
    schema: z.strictObject({ in: selector, low: z.number(), high: z.number() }).refine(({ low, high }) => low <= high, {
      path: ['low'],
      message: 'must not exceed "high"',
    }),
    meaning: 'A sample',
    make: ({ low }) => ({ onsetMs: () => low }),
  })
  expect(Object.keys(schema.shape)).toEqual(['kind', 'in', 'low', 'high'])
  expect(schema.description).toBe('A sample')
  const given = { kind: 'sample', in: { line: 1 }, low: 2, high: 1 }
  expect(schema.safeParse(given).error?.issues).toMatchObject([{ path: ['low'], message: 'must not exceed "high"' }])
  expect(schema.safeParse({ ...given, other: 1 }).success).toBe(false)
})

it('a definition that does not fit its family does not compile', () => {
  const schema = z.strictObject({ in: apiSelector, ...windowShape })
  // @ts-expect-error -- a fault of the API returns `fateOf`
  defineFault({ kind: 'sample', family: 'api', schema, meaning: 'A sample', make: () => ({ onsetMs: () => 0 }) })
  defineFault({
    kind: 'sample',
    family: 'api',
    // @ts-expect-error -- a fault of the API has a target `in` and a window
    schema: z.strictObject({}),
    meaning: 'A sample',
    make: () => ({ fateOf: () => null }),
  })
  expect(schema.safeParse({ in: { api: 'CreateDeployment' } }).success).toBe(true)
})

it('every kind is listed once', () => {
  const kinds = FAULTS.map(({ kind }) => kind)
  expect(new Set(kinds).size).toBe(kinds.length)
})

it('the faults of a family keep their index in the scenario', () => {
  const specs = [
    { kind: 'operator', do: 'pause', at: '1h', reason: 'noise' },
    { kind: 'offline', in: { line: 2 }, from: '1h', for: '1h' },
    { kind: 'operator', do: 'resume', at: '2h', by: 'kim', reason: 'quiet' },
  ].map((written) => faultSchema.parse(written))
  expect(faultsOf(specs, 'link').map(({ index }) => index)).toEqual([1])
  expect(makeFaultsOf(specs, 'operator').map(({ index, fault }) => [index, fault])).toEqual([
    [0, { atMs: HOUR_MS, operation: 'pause', actor: 'operator', reason: 'noise' }],
    [2, { atMs: 2 * HOUR_MS, operation: 'resume', actor: 'kim', reason: 'quiet' }],
  ])
})

it.each([
  [{ kind: 'memory-leak', in: { line: 1 }, rate: '5 MiB/h', after: '2h' }, 0],
  [{ kind: 'noisy-network', in: { line: 1 }, share: '5 %', from: '1h', for: '2h' }, 3],
  [{ kind: 'stale-index', behind: '1h' }, Number.POSITIVE_INFINITY],
  [{ kind: 'offline', in: { line: 1 }, from: '1h', for: '2h' }, 3],
  [{ kind: 'offline', in: { line: 1 }, from: '1h', for: '2h', every: '3h' }, Number.POSITIVE_INFINITY],
  [{ kind: 'reconnect-storm', in: { line: 1 }, from: '1h', for: '1h', jitter: '1h' }, 3],
  [{ kind: 'operator', do: 'abort', at: '4h', reason: 'r' }, 4],
  [{ kind: 'wrong-group', device: 'line-01-01', group: 'early', at: '1h', for: '2h' }, 3],
  [{ kind: 'wrong-group', device: 'line-01-01', group: 'early', at: '1h' }, Number.POSITIVE_INFINITY],
])('%j stops disturbing the rollout after %d h', (written, hours) => {
  expect(faultEndMs(faultSchema.parse(written))).toBe(hours * HOUR_MS)
})
