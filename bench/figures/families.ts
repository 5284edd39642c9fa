import { parseScenario } from '../../scenarios/files/load.ts'
import type { Scenario } from '../../scenarios/files/scenario.ts'
import type { PlantNoise } from '../../sim/plant/noise-settings.ts'
import { PRESETS } from '../../sim/plant/presets.ts'
import { noiseFamilies } from './noise-families.ts'
import { noiseFileOf } from './noise-file.ts'

/** A release on a plant, by seed: when something happens to it differs from seed to seed. */
export interface Family {
  readonly name: string
  readonly group: 'preset' | 'setting' | 'doubled' | 'event' | 'standstill'
  /** Found within so many minutes, as a release that lets machines stand must be; a healthy release if absent. */
  readonly foundWithinMinutes?: number
  readonly scenario: (seed: number) => Scenario
}

export interface Plant {
  readonly lines: number
  readonly devicesPerLine: number
}

/** Keys of a policy file over the default ones: gates are open, so that a release takes three days. */
export type PolicyKeys = Readonly<Record<string, unknown>>

const HOUR = 60
/** From the start to the end of a release whose stages have windows of 24 h. */
const RELEASE_MINUTES = 72 * HOUR

/** One release of the firmware, with what the plant is like and what happens. */
export function releaseOn(
  noise: PlantNoise,
  { lines, devicesPerLine }: Plant,
  policy: PolicyKeys,
  faults: readonly object[] = [],
): Scenario {
  const input = {
    story: 'A release of which figures are made.',
    fleet: { lines, devicesPerLine },
    policy: { gates: 'open', ...policy },
    start: '2026-03-02T14:00[Europe/Berlin]',
    release: {
      version: '2.4.0',
      replaces: '2.3.1',
      data: { writes: 7, reads: [6, 7, 8] },
      shadow: { writes: '2.0', reads: ['1.0', '2.0'] },
    },
    faults,
  }
  const scenario = parseScenario(JSON.stringify(input), 'figures.yaml')
  return { ...scenario, fleet: { ...scenario.fleet, noise: noiseFileOf(noise) } }
}

/** Minutes that are spread evenly over a time, by seed: the fractional parts of multiples of the golden ratio. */
const phase = (seed: number, minutes: number): number => Math.floor(((seed * 0.6180339887498949) % 1) * minutes)

/** Everything that happens to healthy plants, and what a release must not do: one release by itself each. */
export function families(plant: Plant, policy: PolicyKeys): readonly Family[] {
  const ofNoise = noiseFamilies().map(({ name, noise }): Family => {
    const scenario = releaseOn(noise, plant, policy)
    const group = name.startsWith('preset') ? 'preset' : name.endsWith('doubled') ? 'doubled' : 'setting'
    return { name, group, scenario: () => scenario }
  })
  return [...ofNoise, ...events(plant, policy), ...standstills(plant, policy)]
}

function events(plant: Plant, policy: PolicyKeys): Family[] {
  const event = (name: string, noise: PlantNoise, faults: (seed: number) => readonly object[]): Family => ({
    name,
    group: 'event',
    scenario: (seed) => releaseOn(noise, plant, policy, faults(seed)),
  })
  const offline = (target: object, seed: number, minutes: number) => {
    const from = phase(seed, RELEASE_MINUTES)
    return [{ kind: 'offline', in: target, from: `${from}min`, for: `${minutes}min` }]
  }
  const line = (seed: number) => 1 + (seed % plant.lines)
  const { quiet, typical } = PRESETS
  const lines = [20, 2 * HOUR].map((minutes) =>
    event(`a line offline for ${minutes} min`, typical, (seed) => offline({ line: line(seed) }, seed, minutes)),
  )
  const plants = [20, HOUR, 75, 3 * HOUR, 10 * HOUR].map((minutes) =>
    event(`the plant offline for ${minutes} min`, typical, (seed) => offline({ fleet: 'all' }, seed, minutes)),
  )
  const [handover, changeovers] = [PRESETS.rough.handover, PRESETS.rough.changeovers]
  const sawtooth = (mebibytes: number, hours: number, inPhase: boolean) => ({
    ...quiet,
    garbageCollection: { mebibytes, periodMs: hours * 3_600_000, inPhase },
  })
  const warmUp = (mebibytes: number, hours: number) => ({
    ...quiet,
    memoryWarmUp: { mebibytes, timeConstantMs: hours * 3_600_000 },
  })
  return [
    ...lines,
    event('two lines offline for 20 min', typical, (seed) => [
      ...offline({ line: line(seed) }, seed, 20),
      ...offline({ line: line(seed + 1) }, seed, 20),
    ]),
    ...plants,
    event('a slow shift handover on a typical plant', { ...typical, handover }, () => []),
    event('changeovers every shift on a typical plant', { ...typical, changeovers }, () => []),
    event('a sawtooth of 80 MiB in 7 h', sawtooth(80, 7, false), () => []),
    event('a sawtooth of 40 MiB in 6 h in phase', sawtooth(40, 6, true), () => []),
    event('a warm-up of 40 MiB in 2 h', warmUp(40, 2), () => []),
    event('a warm-up of 60 MiB in 4 h', warmUp(60, 4), () => []),
  ]
}

/** A cycle that takes a year. */
const STANDS = '99999999 %'

function standstills(plant: Plant, policy: PolicyKeys): Family[] {
  const stands = (name: string, noise: PlantNoise, target: (seed: number) => object): Family => ({
    name,
    group: 'standstill',
    foundWithinMinutes: 30,
    scenario: (seed) =>
      releaseOn(noise, plant, { ...policy }, [
        {
          kind: 'cycle-drift',
          in: { firmware: '2.4.0', ...target(seed) },
          onset: `${HOUR + phase(seed, 20 * HOUR)}min`,
          rise: STANDS,
          over: '1min',
        },
      ]),
  })
  return (['quiet', 'typical', 'rough'] as const).flatMap((preset) => [
    stands(`every machine stands (${preset})`, PRESETS[preset], () => ({})),
    stands(`the machines of a line stand (${preset})`, PRESETS[preset], (seed) => ({ line: 1 + (seed % plant.lines) })),
  ])
}
