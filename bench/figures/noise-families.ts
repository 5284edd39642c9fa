import { type PlantNoise, SCOPES } from '../../sim/plant/noise-settings.ts'
import { PRESET_NAMES, PRESETS } from '../../sim/plant/presets.ts'

/** A healthy plant that scatters in one way. */
export interface NoiseFamily {
  readonly name: string
  readonly noise: PlantNoise
}

type Settings = Readonly<Record<string, unknown>>

/** The noise of the plants in which releases are rehearsed, without two that are the same. */
export function noiseFamilies(): readonly NoiseFamily[] {
  const families = [...presets(), ...singles(), ...doubles()]
  const seen = new Set<string>()
  return families.filter(({ noise }) => {
    const text = JSON.stringify(noise)
    return !seen.has(text) && seen.add(text)
  })
}

const presets = (): NoiseFamily[] => PRESET_NAMES.map((name) => ({ name: `preset ${name}`, noise: PRESETS[name] }))

/** Every setting by itself on top of white noise, with the figure of each other preset. */
const singles = (): NoiseFamily[] =>
  settingsOf(PRESETS.quiet).flatMap((path) =>
    (['typical', 'rough'] as const).map((preset) => ({
      name: `${path.join(' ')} as ${preset}`,
      noise: withSetting(PRESETS.quiet, path, at(PRESETS[preset], path)),
    })),
  )

/** Every setting twice as large in a plant that is run well: what nobody has a preset for. */
const doubles = (): NoiseFamily[] =>
  settingsOf(PRESETS.typical).map((path) => ({
    name: `${path.join(' ')} doubled`,
    noise: withSetting(PRESETS.typical, path, doubled(at(PRESETS.typical, path))),
  }))

/** Paths of the settings: the members, and what happens to a device, a line and the plant each by itself. */
const settingsOf = (noise: PlantNoise): (readonly string[])[] =>
  Object.entries(noise).flatMap(([key, value]) => (isByScope(value) ? SCOPES.map((scope) => [key, scope]) : [[key]]))

const isByScope = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && SCOPES.every((scope) => scope in value) && 'device' in value

const at = (noise: PlantNoise, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Settings)[key], noise)

function withSetting(noise: PlantNoise, [key, scope]: readonly string[], value: unknown): PlantNoise {
  const own =
    scope === undefined ? value : { ...(noise as unknown as Record<string, Settings>)[key as string], [scope]: value }
  return { ...noise, [key as string]: own } as PlantNoise
}

/** Members that say how large something is; times and shapes stay as they are. */
const SIZES = ['sigma', 'share', 'slower', 'line', 'plant', 'rise', 'mebibytes', 'factor', 'failureShare']

/** Twice as large; twice as often where there is no size. */
function doubled(value: unknown): unknown {
  if (typeof value === 'number') return 2 * value
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const grown = entries.map(([key, member]) => [key, SIZES.includes(key) ? 2 * (member as number) : member])
  if (entries.some(([key]) => SIZES.includes(key))) return Object.fromEntries(grown)
  const often = entries.map(([key, member]) => [
    key,
    key === 'everyMs' ? (member as number) / 2 : 2 * (member as number),
  ])
  return 'everyMs' in value ? { ...value, everyMs: (value.everyMs as number) / 2 } : Object.fromEntries(often)
}
