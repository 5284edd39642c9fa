import fc from 'fast-check'
import { stringify } from 'yaml'
import type { FaultSpec } from '../../sim/faults/catalogue.ts'
import type { Selector } from '../../sim/plant/selector.ts'
import { makeFleet } from '../files/fleet.ts'
import { parseScenario } from '../files/load.ts'
import type { Scenario, ScenarioInput } from '../files/scenario.ts'
import { FLEET_SEED } from '../world/twin-plan.ts'
import { FAULT_KINDS, type FaultDraft, faultDrafts, METRICS, type Place } from './fault-arbitraries.ts'
import { noise } from './noise-arbitraries.ts'

/** What scenarios may be generated of; a narrower choice makes a test quicker. */
export interface ScenarioChoice {
  /** Numbers of production lines; shrinking goes towards the first. */
  readonly lines: readonly number[]
  readonly kinds: readonly FaultSpec['kind'][]
}

export const ANY_SCENARIO: ScenarioChoice = { lines: [3, 5, 9, 17, 17, 17], kinds: FAULT_KINDS }

/** 85 devices on 17 lines in the proportions of 340: one canary, one early and three in production on each. */
const DEVICES_PER_LINE = 5
const VERSION = '2.4.0'
const REPLACES = '2.3.1'

const usual = {
  version: VERSION,
  replaces: REPLACES,
  data: { writes: 7, reads: [6, 7, 8] },
  shadow: { writes: '2.0', reads: ['1.0', '2.0'] },
} as const satisfies ScenarioInput['release']

/** A usual release; one whose predecessor still writes the old health document; one with a migration; a repair. */
const release = fc.constantFrom<ScenarioInput['release']>(
  usual,
  usual,
  usual,
  {
    ...usual,
    previous: { data: { writes: 6, reads: [5, 6, 7] }, shadow: { writes: '1.0', reads: ['1.0', '2.0'] } },
  },
  {
    ...usual,
    data: { writes: 9, reads: [8, 9, 10] },
    previous: { data: { writes: 7, reads: [6, 7, 8] }, shadow: usual.shadow },
    migration: { component: 'com.plant.DataMigration', version: '1.0.0' },
  },
  { ...usual, hotfix: { reason: 'an urgent repair' } },
)

/** Working days, a weekend, and the nights in which the clocks change. */
const start = fc
  .record({
    day: fc.constantFrom('2026-03-02', '2026-03-05', '2026-03-07', '2026-03-27', '2026-10-23'),
    hour: fc.constantFrom('14:00', '02:00', '05:55', '22:00', '09:30'),
  })
  .map(({ day, hour }) => `${day}T${hour}[Europe/Berlin]`)

const policy = fc.record({
  window: fc.constantFrom('24h', '1h', '2h', '4h', '8h', '12h', '20h'),
  gates: fc.constantFrom('open' as const, 'plant' as const),
  profile: fc.constantFrom('default' as const, 'default' as const, 'default' as const, 'raw-thresholds' as const),
})

/** Simulated time after the end of the rollout: devices reconnect, and what was left open shows. */
const LINGER = '3h'

/** A scenario as its file has it, with the seed of its noise. */
export const scenarioInputs = ({ lines, kinds }: ScenarioChoice = ANY_SCENARIO): fc.Arbitrary<ScenarioInput> =>
  fc
    .record({
      faults: faultDrafts(kinds),
      lines: fc.constantFrom(...lines),
      release,
      policy,
      start,
      seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      noise,
    })
    .map(({ faults, lines, noise: ofPlant, ...rest }): ScenarioInput => {
      const site = Site.of(lines)
      return {
        story: 'A randomly generated scenario.',
        fleet: {
          lines,
          devicesPerLine: DEVICES_PER_LINE,
          ...(ofPlant !== undefined && { noise: ofPlant }),
          ...(faults.some((draft) => 'metric' in draft) && { metrics: METRICS }),
        },
        ...rest,
        linger: LINGER,
        faults: faults.map((draft) => site.placed(draft)) as ScenarioInput['faults'],
      }
    })

/** The names of a fleet that places stand for. */
class Site {
  readonly #lines: number
  readonly #fleet: ReturnType<typeof makeFleet>

  private constructor(lines: number) {
    this.#lines = lines
    this.#fleet = makeFleet({ lines, devicesPerLine: DEVICES_PER_LINE }, FLEET_SEED)
  }

  /** Every fleet of this size is the same. */
  static of(lines: number): Site {
    const known = Site.#known.get(lines) ?? new Site(lines)
    Site.#known.set(lines, known)
    return known
  }

  static readonly #known = new Map<number, Site>()

  placed({ place, ...fault }: FaultDraft): object {
    const given = Object.fromEntries(Object.entries(fault).filter(([, value]) => value !== undefined))
    if (place === undefined) return given
    if (fault.kind === 'wrong-group') return { ...given, device: this.#thing(place) }
    return { ...given, in: this.#selector(place) }
  }

  #selector(place: Place): Selector {
    const line = (place.line % this.#lines) + 1
    switch (place.on) {
      case 'release':
        return { firmware: VERSION }
      case 'line of the release':
        return { firmware: VERSION, line }
      case 'line':
        return { line }
      case 'fleet':
        return { fleet: 'all' }
      default:
        return { device: this.#thing(place) }
    }
  }

  #thing({ on, line, station }: Place): string {
    const ofLine = this.#fleet.filter((device) => device.line === (line % this.#lines) + 1)
    const canary = ofLine.find(({ stage }) => stage === 'canary')
    const chosen = on === 'canary' ? canary : ofLine[station % ofLine.length]
    return (chosen as { readonly thing: string }).thing
  }
}

/** The text of the scenario file. */
export const scenarioText = (input: ScenarioInput, comment = ''): string =>
  `${comment}${stringify(input, { aliasDuplicateObjects: false })}`

/** The scenario as it is run: what its file holds, and nothing else. @throws InvalidScenario */
export const scenarioOf = (input: ScenarioInput, name: string): Scenario =>
  parseScenario(scenarioText(input), `${name}.yaml`)
