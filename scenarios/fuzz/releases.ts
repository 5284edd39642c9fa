import fc from 'fast-check'
import type { ScenarioInput } from '../files/scenario.ts'

type Release = ScenarioInput['release']
type Next = ScenarioInput['next']

export const VERSION = '2.4.0'
export const REPLACES = '2.3.1'
export const NEXT_VERSION = '2.4.1'

/** A usual release. */
export const USUAL = {
  version: VERSION,
  replaces: REPLACES,
  data: { writes: 7, reads: [6, 7, 8] },
  shadow: { writes: '2.0', reads: ['1.0', '2.0'] },
} as const satisfies Release

/** One whose predecessor still writes the old health document. */
export const OLD_DOCUMENT: Release = {
  ...USUAL,
  previous: { data: { writes: 6, reads: [5, 6, 7] }, shadow: { writes: '1.0', reads: ['1.0', '2.0'] } },
}

/** One that needs a migration before it. */
export const BREAKING: Release = {
  ...USUAL,
  data: { writes: 9, reads: [8, 9, 10] },
  previous: { data: { writes: 7, reads: [6, 7, 8] }, shadow: USUAL.shadow },
  migration: { component: 'com.plant.DataMigration', version: '1.0.0' },
}

export const HOTFIX: Release = { ...USUAL, hotfix: { reason: 'an urgent repair' } }

/** In most worlds one release alone; the first is what a counterexample is shrunk to. */
export const release = fc.constantFrom<Release>(USUAL, USUAL, USUAL, OLD_DOCUMENT, BREAKING, HOTFIX)

const where = { firmware: NEXT_VERSION }

/** Some worlds have a next release: asked for while the first is active or later, as good as the first or worse. */
export const next: fc.Arbitrary<Next> = fc.integer({ min: 0, max: 9 }).chain((dice) =>
  dice < 9
    ? fc.constant(undefined)
    : fc.record({
        version: fc.constant(NEXT_VERSION),
        at: fc.constantFrom('2h', '20min', '1d', '4d'),
        hotfix: fc.constantFrom(undefined, undefined, HOTFIX.hotfix),
        faults: fc.constantFrom<NonNullable<Next>['faults']>(
          [],
          [{ kind: 'crash', in: where, at: 'start' }],
          [{ kind: 'crash', in: where, after: '2h' }],
          [{ kind: 'error-rise', in: where, onset: '30min', factor: 10 }],
        ),
      }),
)
