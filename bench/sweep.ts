import { availableParallelism } from 'node:os'
import { findScenario } from '../scenarios/library/catalogue.ts'
import { runMany } from '../scenarios/sweep/run-many.ts'
import { print, ratio, secondsOf } from './measure.ts'

const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1)

/** Rehearsals of a sweep on one thread, and on one per processor. */
export async function benchSweep(): Promise<void> {
  const scenarios = [findScenario('memory-leak')]
  const seconds = (workers: number) => secondsOf(() => runMany(scenarios, SEEDS, { workers }))
  const [one, all] = [await seconds(1), await seconds(availableParallelism())]
  print('sweep: rehearsals per minute on one thread', ((SEEDS.length / one) * 60).toFixed(0))
  print(`sweep: ${availableParallelism()} threads / one`, ratio(one / all))
}
