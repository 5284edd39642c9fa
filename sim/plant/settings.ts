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

/** Noise of healthy stations. */
export interface PlantNoise {
  /** Standard deviation of the memory gauge about the device's mean. */
  readonly memorySigmaMiB: number
  /** Relative standard deviation of devices' mean cycle times about the mean of their line. */
  readonly deviceEffect: number
  /** At full volume. */
  readonly errorsPerDeviceHour: number
  /** Share of connection attempts that fail. */
  readonly connectionFailureShare: number
}

/** The settings of a plant. */
export interface PlantSettings {
  /** They cover every minute of the day exactly once. */
  readonly shifts: readonly PlantShift[]
  /** Factor of a shift's volume on Saturdays and Sundays. */
  readonly weekendVolume: number
  readonly noise: PlantNoise
}

/** The default plant. Its noise is an assumption, therefore it is a setting. [source: plant-noise] */
export const DEFAULT_PLANT: PlantSettings = {
  // Cycle times differ by shift; the second shift has the lower volume. [source: plant-cycle-times, stagger-by-shift]
  shifts: [
    { name: 'first', from: '06:00', to: '14:00', volume: 1, cycleMs: 30_000 },
    { name: 'second', from: '14:00', to: '22:00', volume: 0.7, cycleMs: 36_000 },
    { name: 'third', from: '22:00', to: '06:00', volume: 0.85, cycleMs: 40_000 },
  ],
  weekendVolume: 0.6,
  noise: { memorySigmaMiB: 15, deviceEffect: 0.02, errorsPerDeviceHour: 2, connectionFailureShare: 0.005 },
}
