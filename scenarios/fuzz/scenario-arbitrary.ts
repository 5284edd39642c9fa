import { dirname, join, resolve } from 'node:path'
import fc from 'fast-check'
import { stringify } from 'yaml'
import type { FaultSpec } from '../../sim/faults/catalogue.ts'
import type { Selector } from '../../sim/plant/selector.ts'
import { FLEET_SEED, makeFleet } from '../files/fleet.ts'
import { loadScenario, parseScenario } from '../files/load.ts'
import type { Scenario, ScenarioInput } from '../files/scenario.ts'
import { parseYaml, readText } from '../files/yaml-file.ts'
import { packageRoot } from '../support/package-root.ts'
import { fleetOf } from '../world/twin-plan.ts'
import type { Aim } from './aims.ts'
import { FAULT_KINDS, type FaultDraft, faultDrafts, METRICS, type Place } from './fault-arbitraries.ts'
import { type NoiseInput, noise } from './noise-arbitraries.ts'
import { HOME, type Surroundings, surroundings } from './policy-arbitrary.ts'
import { next, REPLACES, release, USUAL, VERSION } from './releases.ts'

/** Where scenarios that once violated an invariant are kept, in whichever project `rehearse` runs. */
export const REGRESSIONS = 'scenarios/library/regressions'

/** What scenarios may be generated of; a narrower choice makes a test quicker. */
export interface ScenarioChoice {
  /** Numbers of production lines; shrinking goes towards the first. */
  readonly lines: readonly number[]
  readonly kinds: readonly FaultSpec['kind'][]
}

export const ANY_SCENARIO: ScenarioChoice = { lines: [3, 5, 9, 17, 17, 17], kinds: FAULT_KINDS }

/**
 * Mostly 85 devices on 17 lines in the proportions of 340: one canary, one early and three in production on each. Whole
 * lines are slow, so that there are few of them.
 */
const USUAL_DEVICES = 5
const WHOLE_LINE = { devices: 20, mostLines: 5 }
/** A recording that one line replays. */
const RECORDED = { file: '../../../fixtures/recordings/press.csv', in: { line: 3 }, loop: true } as const

/** Simulated time after the end of the rollout: devices reconnect, and what was left open shows. */
const LINGER = '3h'

/** What scenarios are generated around, instead of the generator's own plant. */
export interface Centre {
  /** As its file has it, with the content of its fleet and policy files. */
  readonly input: ScenarioInput
  readonly scenario: Scenario
}

/**
 * A scenario as its file has it, with the seed of its noise. `aim`: what it has beside what is drawn; around a user's plant
 * there is none.
 */
export const scenarioInputs = (
  { lines, kinds }: ScenarioChoice = ANY_SCENARIO,
  { centre, aim }: { readonly centre?: Centre; readonly aim?: Aim } = {},
): fc.Arbitrary<ScenarioInput> => {
  const seed = fc.integer({ min: 1, max: 2 ** 31 - 1 })
  if (centre !== undefined) {
    const around = fc.record({ faults: faultDrafts(kindsFor(kinds, centre)), seed, noise })
    return around.map((drawn) => aroundCentre(centre, drawn))
  }
  const free = fc.record({
    seed,
    faults: faultDrafts(kinds),
    noise,
    lines: fc.constantFrom(...lines),
    isWhole: fc.integer({ min: 0, max: 19 }).map((dice) => dice === 19),
    isRecorded: fc.integer({ min: 0, max: 19 }).map((dice) => dice === 19),
    release,
    next,
    surroundings,
  })
  return (aim === undefined ? free : aimedWorlds(free, aim)).map(worldOf)
}

/** The parts of a world as they are drawn. */
interface Drawn extends Around {
  readonly lines: number
  readonly isWhole: boolean
  readonly isRecorded: boolean
  readonly release: ScenarioInput['release']
  readonly next: ScenarioInput['next']
  readonly surroundings: Surroundings
}

function worldOf({
  faults,
  lines: most,
  isWhole,
  isRecorded,
  noise: ofPlant,
  surroundings: where,
  ...rest
}: Drawn): ScenarioInput {
  const count = isWhole ? Math.min(most, WHOLE_LINE.mostLines) : most
  const fleet = { lines: count, devicesPerLine: isWhole ? WHOLE_LINE.devices : USUAL_DEVICES }
  const site = Site.of(fleet)
  const { start, zone, policy } = where
  return {
    story: 'A randomly generated scenario.',
    fleet: {
      ...fleet,
      ...(zone !== HOME && { zone }),
      noise: ofPlant,
      ...(faults.some((draft) => 'metric' in draft) && { metrics: METRICS }),
    },
    ...rest,
    policy,
    start,
    ...(isRecorded && { telemetry: [RECORDED] }),
    linger: LINGER,
    faults: faults.map((draft) => site.placed(draft)) as ScenarioInput['faults'],
  }
}

/** Faults that lead nowhere else: they act in a world with an aim beside those of the aim. */
const MILD: readonly FaultSpec['kind'][] = ['event-duplicated', 'api-latency', 'duplicate-reports', 'event-reordered']
/** Of lines where an aim asks for no number: enough canaries for a quorum without one of them. */
const AIMED_LINES = 9
const AIMED_DAY = '2026-03-02T14:00'

/** As it is drawn, or without it: in about one in fifty, and when a counterexample is made smaller. */
const usually = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ withCrossShrink: true }, { weight: 1, arbitrary: fc.constant(undefined) }, { weight: 50, arbitrary })
const usual = <T>(value: T): fc.Arbitrary<T | undefined> => usually(fc.constant(value))

/** Worlds with an aim: parts of it take the place of drawn ones, and each is left out where a smaller world shows the same. */
function aimedWorlds(free: fc.Arbitrary<Drawn>, aim: Aim): fc.Arbitrary<Drawn> {
  const { zone = HOME, isWhole = false, isRecorded = false } = aim
  const where: Surroundings = {
    start: `${AIMED_DAY}[${zone}]`,
    zone,
    policy: { window: '4h', gates: 'open', ...aim.policy },
  }
  return fc
    .record({
      drawn: free,
      mild: usually(faultDrafts(MILD)),
      own: fc.tuple(...(aim.faults ?? []).map(usual)),
      shape: usual({
        isWhole,
        isRecorded,
        noise: aim.noise ?? 'quiet',
        lines: isWhole ? WHOLE_LINE.mostLines : (aim.lines ?? AIMED_LINES),
      }),
      release: usual(aim.release ?? USUAL),
      next: usual(aim.next),
      surroundings: usual(where),
    })
    .map(({ drawn, mild = [], own, shape, ...parts }) => ({
      ...drawn,
      ...shape,
      release: parts.release ?? drawn.release,
      next: parts.next,
      surroundings: parts.surroundings ?? drawn.surroundings,
      faults: [...own.filter((draft) => draft !== undefined), ...mild],
    }))
}

/** A plant's own metrics are not those that faults on metrics are drawn for. */
const kindsFor = (kinds: ScenarioChoice['kinds'], centre: Centre | undefined): ScenarioChoice['kinds'] =>
  centre === undefined ? kinds : kinds.filter((kind) => !kind.startsWith('metric-'))

interface Around {
  readonly faults: readonly FaultDraft[]
  readonly seed: number
  readonly noise: NoiseInput
}

/** The user's plant, policy and release with drawn faults; quiet stands for noise of its own. Its expectation was of its faults. */
function aroundCentre({ input, scenario }: Centre, { faults, seed, noise: ofPlant }: Around): ScenarioInput {
  const { expect: _, ...own } = input
  const site = Site.ofScenario(scenario)
  const fleet = { ...(own.fleet as object), ...(ofPlant !== 'quiet' && { noise: ofPlant }) }
  const drawn = faults.map((draft) => site.placed(draft)) as NonNullable<ScenarioInput['faults']>
  return { ...own, fleet, seed, linger: LINGER, faults: [...(own.faults ?? []), ...drawn] }
}

/** The names of a fleet and a release that places and versions stand for. */
class Site {
  readonly #fleet: ReturnType<typeof makeFleet>
  readonly #lines: readonly number[]
  readonly #release: Pick<Scenario['release'], 'version' | 'replaces'>

  private constructor(fleet: ReturnType<typeof makeFleet>, release: Pick<Scenario['release'], 'version' | 'replaces'>) {
    this.#fleet = fleet
    this.#lines = [...new Set(fleet.map(({ line }) => line))]
    this.#release = release
  }

  /** Every fleet of this size is the same. */
  static of(size: { readonly lines: number; readonly devicesPerLine: number }): Site {
    const key = `${size.lines} x ${size.devicesPerLine}`
    const known =
      Site.#known.get(key) ?? new Site(makeFleet(size, FLEET_SEED), { version: VERSION, replaces: REPLACES })
    Site.#known.set(key, known)
    return known
  }

  static ofScenario(scenario: Scenario): Site {
    const known = Site.#ofScenario.get(scenario) ?? new Site(fleetOf(scenario), scenario.release)
    Site.#ofScenario.set(scenario, known)
    return known
  }

  static readonly #known = new Map<string, Site>()
  static readonly #ofScenario = new WeakMap<Scenario, Site>()

  placed({ place, ...fault }: FaultDraft): object {
    const given = Object.fromEntries(
      Object.entries(fault).flatMap(([key, value]) => (value === undefined ? [] : [[key, this.#named(value)]])),
    )
    if (place === undefined) return given
    if (fault.kind === 'wrong-group') return { ...given, device: this.#thing(place) }
    return { ...given, in: this.#selector(place) }
  }

  /** Drafts name the versions of the generator's own release. */
  #named(value: unknown): unknown {
    if (value === VERSION) return this.#release.version
    if (value === REPLACES) return this.#release.replaces
    const { firmware } = (value ?? {}) as { readonly firmware?: unknown }
    return firmware === undefined ? value : { firmware: this.#named(firmware) }
  }

  #selector(place: Place): Selector {
    const line = this.#lineOf(place)
    const firmware = this.#release.version
    switch (place.on) {
      case 'release':
        return { firmware }
      case 'line of the release':
        return { firmware, line }
      case 'line':
        return { line }
      case 'fleet':
        return { fleet: 'all' }
      default:
        return { device: this.#thing(place) }
    }
  }

  #lineOf({ line }: Place): number {
    return this.#lines[line % this.#lines.length] as number
  }

  #thing(place: Place): string {
    const ofLine = this.#fleet.filter(({ line }) => line === this.#lineOf(place))
    const canary = ofLine.find(({ stage }) => stage === 'canary')
    const chosen = place.on === 'canary' ? (canary ?? ofLine[0]) : ofLine[place.station % ofLine.length]
    return (chosen as { readonly thing: string }).thing
  }
}

/** The text of the scenario file. */
export const scenarioText = (input: ScenarioInput, comment = ''): string =>
  `${comment}${stringify(input, { aliasDuplicateObjects: false })}`

/** Where the paths of generated scenarios start from. */
export const GENERATED_IN = join(packageRoot(), REGRESSIONS)

/**
 * The scenario as it is run: what its file holds, and nothing else. Paths in it start from `folder`.
 * @throws InvalidScenario
 */
export const scenarioOf = (input: ScenarioInput, name: string, folder = GENERATED_IN): Scenario =>
  parseScenario(scenarioText(input), join(folder, `${name}.yaml`))

/** A scenario of the user's to generate around. @throws InvalidScenario */
export function centreOf(file: string): Centre {
  const scenario = loadScenario(file)
  const raw = parseYaml(readText(file), file).raw as ScenarioInput & Readonly<Record<'fleet' | 'policy', unknown>>
  const content = (part: unknown): unknown => {
    if (typeof part !== 'string') return part
    const path = resolve(dirname(file), part)
    return parseYaml(readText(path), path).raw
  }
  const parts = Object.fromEntries(
    (['fleet', 'policy'] as const).flatMap((key) => (raw[key] === undefined ? [] : [[key, content(raw[key])]])),
  )
  return { input: { ...raw, ...parts }, scenario }
}
