import type { z } from 'zod'
import type { noiseSchema } from '../../scenarios/files/noise.ts'
import type { ByScope, ConnectionBursts, Episodic, ErrorBursts, PlantNoise } from '../../sim/plant/noise-settings.ts'

/** A group of noise as a scenario holds it after it has been checked. */
export type NoiseSettings = Exclude<z.output<typeof noiseSchema>, string>

/** Settings of a plant's noise, complete: what `noiseOf` reads is the same noise. */
export function noiseFileOf(noise: PlantNoise): NoiseSettings {
  return {
    preset: 'quiet',
    memorySigma: noise.memorySigmaMiB,
    deviceEffect: 100 * noise.deviceEffect,
    errorsPerDeviceHour: noise.errorsPerDeviceHour,
    connectionFailures: 100 * noise.connectionFailureShare,
    lineEffect: 100 * noise.lineEffect,
    cycleSpread: 100 * noise.cycleSigma,
    ...cycleGroupsOf(noise),
    trend: 100 * noise.trendPerDay,
    errorDispersion: noise.errorDispersion,
    errorBursts: scopes(noise.errorBursts, burst),
    connectionBursts: scopes(noise.connectionBursts, connectionBurst),
    memoryWarmUp: or(noise.memoryWarmUp, ({ mebibytes, timeConstantMs }) => ({
      by: mebibytes,
      timeConstant: timeConstantMs,
    })),
    garbageCollection: or(noise.garbageCollection, ({ mebibytes, periodMs, inPhase }) => ({
      amplitude: mebibytes,
      period: periodMs,
      inPhase,
    })),
    outages: scopes(noise.outages, episode),
    sampleLoss: or(noise.sampleLoss, ({ share, burstMs }) => ({ share: 100 * share, burst: burstMs })),
    rounding: {
      memory: noise.rounding.memoryMiB,
      cycleTime: noise.rounding.cycleTimeMs,
      cpu: noise.rounding.cpuPct,
    },
  }
}

const cycleGroupsOf = (noise: PlantNoise): NoiseSettings => ({
  wander: or(noise.wander, ({ sigma, timeConstantMs }) => ({ spread: 100 * sigma, timeConstant: timeConstantMs })),
  stoppages: or(noise.stoppages, ({ share, medianMs, spread }) => ({ share: 100 * share, median: medianMs, spread })),
  handover: or(noise.handover, ({ slower, lastsMs }) => ({ slower: 100 * slower, for: lastsMs })),
  changeovers: or(noise.changeovers, ({ everyMs, sigma, standstillMs }) => ({
    every: everyMs,
    spread: 100 * sigma,
    standstill: standstillMs,
  })),
  days: or(noise.days, ({ line, plant }) => ({ line: 100 * line, plant: 100 * plant })),
  toolWear: or(noise.toolWear, ({ rise, lifeMs }) => ({ rise: 100 * rise, life: lifeMs })),
})

/** `none` where a plant has nothing of the kind. */
const or = <Group, File>(group: Group | null, write: (group: Group) => File): File | 'none' =>
  group === null ? 'none' : write(group)

const episode = ({ everyMs, medianMs, spread }: Episodic) => ({ every: everyMs, median: medianMs, spread })
const burst = ({ factor, ...one }: ErrorBursts) => ({ ...episode(one), factor })
const connectionBurst = ({ failureShare, ...one }: ConnectionBursts) => ({
  ...episode(one),
  failures: 100 * failureShare,
})

const scopes = <Group, File>({ device, line, plant }: ByScope<Group>, write: (group: Group) => File) => ({
  device: or(device, write),
  line: or(line, write),
  plant: or(plant, write),
})
