import type { Clock } from '../kernel/clock.ts'
import type { Seed } from '../kernel/random.ts'
import type { Trace } from '../kernel/trace.ts'
import type { Episodes } from '../plant/episodes.ts'
import { type PlantNoise, SCOPES, type Scope } from '../plant/noise-settings.ts'
import { type PlantSettings, settingsOfLine } from '../plant/settings.ts'
import { noiseKeys, outagesOf } from '../plant/station-noise.ts'
import type { LinkOutages } from './link-outages.ts'

const MINUTE_MS = 60_000
const DAY_MINUTES = 1_440

/** A device whose link may be down. */
interface Linked {
  readonly plan: { readonly thing: string; readonly line: number }
  readonly outages: LinkOutages
}

/** What loses its connection at once: a device, the devices of a line, or all devices of the plant. */
interface Group {
  readonly scope: Scope
  readonly name: string
  readonly episodes: Episodes
  readonly links: LinkOutages[]
}

/**
 * The losses of connection that belong to the plant's noise. Each is one event in the trace, which is no onset of a fault.
 */
export class PlantOutages {
  readonly #groups: readonly Group[]
  readonly #clock: Clock
  readonly #trace: Trace

  constructor(devices: Iterable<Linked>, seed: Seed, plant: PlantSettings, clock: Clock, trace: Trace) {
    this.#groups = groupsOf(devices, seed, plant)
    this.#clock = clock
    this.#trace = trace
  }

  /** Before the devices connect: those of an outage that has begun before are away. */
  start(): void {
    const now = Math.floor(this.#clock.nowMs() / MINUTE_MS)
    for (const group of this.#groups) {
      const end = group.episodes.endAt(now)
      if (end !== null) this.#begin(group, end)
      this.#scheduleFrom(group, now + 1)
    }
  }

  #scheduleFrom(group: Group, minute: number): void {
    const next = group.episodes.next(minute, DAY_MINUTES)
    if (next === null) {
      this.#clock.at((minute + DAY_MINUTES) * MINUTE_MS, () => this.#scheduleFrom(group, minute + DAY_MINUTES))
      return
    }
    this.#clock.at(next.from * MINUTE_MS, () => {
      this.#begin(group, next.to)
      this.#scheduleFrom(group, next.from + 1)
    })
  }

  #begin({ scope, name, links }: Group, endMinute: number): void {
    const endsAtMs = endMinute * MINUTE_MS
    this.#trace.record(`plant/${scope}/${name}`, { kind: 'plant-outage', scope, name, devices: links.length, endsAtMs })
    for (const link of links) {
      link.begin()
      this.#clock.at(endsAtMs, () => link.end())
    }
  }
}

/** Lines with noise of their own take part in outages of the plant if their noise has some; the same for all of them. */
function groupsOf(devices: Iterable<Linked>, seed: Seed, plant: PlantSettings): readonly Group[] {
  const groups = new Map<string, Group>()
  for (const { plan, outages } of devices) {
    const { thing, line } = plan
    const { noise } = settingsOfLine(plant, line)
    for (const scope of SCOPES) {
      const name = { device: thing, line: String(line), plant: 'plant' }[scope]
      const key = `${scope}/${name}${scope === 'plant' ? JSON.stringify(noise.outages.plant) : ''}`
      const group = groups.get(key) ?? groupOf(scope, name, { seed, thing, line, noise })
      if (group === null) continue
      groups.set(key, group)
      group.links.push(outages)
    }
  }
  return [...groups.values()]
}

function groupOf(
  scope: Scope,
  name: string,
  { seed, thing, line, noise }: { readonly seed: Seed; thing: string; line: number; noise: PlantNoise },
): Group | null {
  if (noise.outages[scope] === null) return null
  const episodes = outagesOf(noiseKeys(seed, thing, line), scope, noise)
  return episodes === null ? null : { scope, name, episodes, links: [] }
}
