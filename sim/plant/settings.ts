import type { PlantMetrics } from './metric-settings.ts'
import type { PlantNoise } from './noise-settings.ts'
import { DEFAULT_PRESET, PRESETS } from './presets.ts'

/** One shift of the plant, every day; `to` may lie past midnight. */
export interface PlantShift {
  readonly name: string
  /** Site-local wall time "HH:MM", on a quarter of an hour. */
  readonly from: string
  readonly to: string
  /** Share of full volume. */
  readonly volume: number
  /** Mean cycle time of the fleet. */
  readonly cycleMs: number
}

/** Shifts and noise of a plant, or of one of its lines. */
export interface LineSettings {
  /** They cover every minute of the day exactly once. */
  readonly shifts: readonly PlantShift[]
  /** Factor of a shift's volume on Saturdays and Sundays. */
  readonly weekendVolume: number
  readonly noise: PlantNoise
}

/** The settings of a plant. */
export interface PlantSettings extends LineSettings {
  /** Lines that differ from the plant, by number. */
  readonly byLine?: Readonly<Record<number, LineSettings>>
  /** What its devices report beside the metrics of the health document. */
  readonly metrics?: PlantMetrics
}

export const settingsOfLine = (plant: PlantSettings, line: number): LineSettings => plant.byLine?.[line] ?? plant

/** The default plant. Its noise is an assumption, therefore it is a setting. [source: plant-noise] */
export const DEFAULT_PLANT: PlantSettings = {
  // Cycle times differ by shift; the second shift has the lower volume. [source: plant-cycle-times, stagger-by-shift]
  shifts: [
    { name: 'first', from: '06:00', to: '14:00', volume: 1, cycleMs: 30_000 },
    { name: 'second', from: '14:00', to: '22:00', volume: 0.7, cycleMs: 36_000 },
    { name: 'third', from: '22:00', to: '06:00', volume: 0.85, cycleMs: 40_000 },
  ],
  weekendVolume: 0.6,
  noise: PRESETS[DEFAULT_PRESET],
}
