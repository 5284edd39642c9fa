import { basename } from 'node:path'
import { BaseSequencer } from 'vitest/node'

/** The files that take longest: a core of its own for the last one of all would be a core that idles. */
const LONGEST = [
  'library-seed-2',
  'library',
  'scale',
  'library-at-wire',
  'false-rollbacks',
  'fit',
  'crash-safety',
  'equivalence',
  'compare',
  'history',
  'run-many',
  'rehearse',
  'batch',
  'clients-from-outside',
  'fix-forward',
  'aws-faults',
  'campaign',
  'time-to-detection',
  'subscriptions',
  'equivalence-worlds',
  'holdback',
  'regressions',
  'dashboard',
  'demo',
  'ctl',
]

/** Files in the order of the list, then the others: a clean clone has no recorded durations. */
export class LongestFirst extends BaseSequencer {
  override async sort(...files: Parameters<BaseSequencer['sort']>): ReturnType<BaseSequencer['sort']> {
    const place = ({ moduleId }: (typeof files)[0][number]): number => {
      const at = LONGEST.indexOf(basename(moduleId, '.test.ts'))
      return at === -1 ? LONGEST.length : at
    }
    return (await super.sort(...files)).toSorted((a, b) => place(a) - place(b))
  }
}
