import { parseScenario } from '../../../scenarios/files/load.ts'
import { conclude } from '../../../scenarios/outcome/conclude.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'

/** Seventeen lines, so that there are as many canaries as in the plant, on the smallest fleet that has all stages. */
const PLANT = `story: A fault of one size.
fleet: { lines: 17, devicesPerLine: 5, noise: quiet }
policy: { gates: open, window: 24h }
start: 2026-03-02T14:00[Europe/Berlin]
release:
  version: 2.4.0
  replaces: 2.3.1
  data: { writes: 7, reads: [6, 7, 8] }
  shadow: { writes: "2.0", reads: ["1.0", "2.0"] }
`

/** The fault of a kind by its size, on all canaries from `onset` on. */
export const FAULTS = {
  'cycle time': (times: number, onset: string) =>
    `{ kind: cycle-drift, in: { firmware: 2.4.0 }, onset: ${onset}, rise: ${100 * (times - 1)} %, over: 1min }`,
  errors: (times: number, onset: string) =>
    `{ kind: error-rise, in: { firmware: 2.4.0 }, onset: ${onset}, factor: ${times} }`,
  connections: (share: number, onset: string) =>
    `{ kind: noisy-network, in: { firmware: 2.4.0 }, from: ${onset}, share: ${share} % }`,
  memory: (rate: number, onset: string) =>
    `{ kind: memory-leak, in: { firmware: 2.4.0 }, after: ${onset}, rate: ${rate} MiB/h }`,
} as const
export type FaultName = keyof typeof FAULTS

/**
 * Minutes from the onset until the rollback begins, by size, smallest first, and by seed.
 * @throws where a size was not detected in canary
 */
export async function detectionTimes(
  name: FaultName,
  sizes: readonly number[],
  { seeds, onset }: { readonly seeds: readonly number[]; readonly onset: string },
): Promise<readonly (readonly number[])[]> {
  const times: number[][] = []
  for (const size of sizes) {
    const scenario = {
      ...parseScenario(`${PLANT}faults: [${FAULTS[name](size, onset)}]`, 'size.yaml'),
      name: `${name} ${size}`,
    }
    const own: number[] = []
    for (const seed of seeds) {
      const { caughtIn, detection, falseAlarm } = conclude(scenario, await rehearse(scenario, { seed, level: 'model' }))
      if (caughtIn !== 'canary' || falseAlarm !== false || detection.latencyMinutes === null)
        throw new Error(`${name} ${size}, seed ${seed}: caught in ${caughtIn}, false alarm: ${falseAlarm}`)
      own.push(detection.latencyMinutes)
    }
    times.push(own)
  }
  return times
}

/**
 * The slowest of what grows with the size: by how many minutes a larger fault is found later than a smaller one, with
 * the same seed; 0 where none is.
 */
export const growth = (times: readonly (readonly number[])[]): number =>
  Math.max(
    0,
    ...times.flatMap((larger, i) =>
      times.slice(0, i).flatMap((smaller) => larger.map((minutes, seed) => minutes - (smaller[seed] as number))),
    ),
  )
