import type { Seed } from '../kernel/random.ts'
import type { Episodes } from '../plant/episodes.ts'
import { type PlantNoise, SCOPES } from '../plant/noise-settings.ts'
import { type PlantSettings, settingsOfLine } from '../plant/settings.ts'
import { noiseKeys, outagesOf, sampleLossOf } from '../plant/station-noise.ts'

/** Whether the samples of a minute do not reach the cloud, for the plant's noise alone; null where they always do. */
export type Silence = ((minute: number) => boolean) | null

/** The minutes of a device in which it is away, or in which its samples are lost. */
export function silenceOf(seed: Seed, plant: PlantSettings, thing: string, line: number): Silence {
  const { noise } = settingsOfLine(plant, line)
  if (!isSilencing(noise)) return null
  const keys = noiseKeys(seed, thing, line)
  const all = [...SCOPES.map((scope) => outagesOf(keys, scope, noise)), sampleLossOf(keys, noise)]
  const own = all.filter((episodes): episodes is Episodes => episodes !== null)
  return (minute) => own.some((episodes) => episodes.isActiveAt(minute))
}

const isSilencing = ({ outages, sampleLoss }: PlantNoise): boolean =>
  sampleLoss !== null || SCOPES.some((scope) => outages[scope] !== null)
