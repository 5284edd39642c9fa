import type { Baseline } from '../evidence/baseline.ts'
import { memoized } from '../support/memoized.ts'
import { hasSameItems } from '../support/same-items.ts'

/** Errors of some devices before the rollout, in the strata in which they are judged. */
export interface ErrorsBefore {
  readonly devices: number
  readonly lines: number
  readonly errors: number
  /** Of the stratum in which they had the fewest. */
  readonly leastErrors: number
  readonly countedMinutes: number
}

type Mutable = { -readonly [K in keyof ErrorsBefore]: ErrorsBefore[K] }

interface Before {
  readonly things: readonly string[]
  readonly all: ErrorsBefore
  readonly ofLines: ReadonlyMap<number, ErrorsBefore>
}

const NONE: ErrorsBefore = { devices: 0, lines: 0, errors: 0, leastErrors: 0, countedMinutes: 0 }

/** By devices and strata: a stage has hundreds of evaluations with the same members. */
const known = memoized((_: Baseline) => new Map<string, Before>())

/** Of all these devices, or of those on one line. */
export function errorsBefore(
  baseline: Baseline,
  things: readonly string[],
  lineOf: Readonly<Record<string, number>>,
  strata: readonly string[],
  line?: number,
): ErrorsBefore {
  // The members of a stage and its controls are asked for in turn.
  const key = `${things.length}/${things[0]}/${strata.join()}`
  let before = known(baseline).get(key)
  if (before === undefined || !hasSameItems(before.things, things)) {
    before = sumUp(baseline, things, lineOf, strata)
    known(baseline).set(key, before)
  }
  return line === undefined ? before.all : (before.ofLines.get(line) ?? NONE)
}

function sumUp(
  baseline: Baseline,
  things: readonly string[],
  lineOf: Readonly<Record<string, number>>,
  strata: readonly string[],
): Before {
  const all: Mutable = { ...NONE }
  const ofLines = new Map<number, Mutable>()
  const ofStrata = new Map<Mutable, number[]>()
  for (const thing of things) {
    const line = lineOf[thing] as number
    const own = ofLines.get(line) ?? { ...NONE, lines: 1 }
    ofLines.set(line, own)
    for (const sums of [all, own]) sums.devices += 1
    for (const [i, stratum] of strata.entries()) {
      const before = baseline.devices[thing]?.[stratum]
      if (before === undefined || before.countedMinutes === 0) continue
      for (const sums of [all, own]) {
        sums.errors += before.errors
        sums.countedMinutes += before.countedMinutes
        const errors = ofStrata.get(sums) ?? []
        ofStrata.set(sums, errors)
        errors[i] = (errors[i] ?? 0) + before.errors
      }
    }
  }
  // A stratum that the week did not have is left out by both.
  for (const [sums, errors] of ofStrata) sums.leastErrors = Math.min(...errors.filter((own) => own !== undefined))
  all.lines = ofLines.size
  return { things, all, ofLines }
}
