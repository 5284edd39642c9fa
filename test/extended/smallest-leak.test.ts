import seedrandom from 'seedrandom'
import { describe, expect, it } from 'vitest'
import { NO_EVIDENCE } from '../../controller/evidence/evidence.ts'
import { NO_PEAKS, peaksAfter, peaksOf } from '../../controller/evidence/memory-peaks.ts'
import { type MemorySeries, newSeries, usualMemory, withGauge } from '../../controller/evidence/memory-series.ts'
import { smallestLeak } from '../../controller/judge/detectable-leak.ts'
import { judgeMemory } from '../../controller/judge/memory-leak.ts'
import type { Finding } from '../../controller/judge/verdict.ts'
import { HOUR_MS, MINUTE_MS, policyWith, START_MS, sample } from '../controller/fixtures.ts'

/** Gauges of one mean and one scatter, read every five minutes as the controller does. */
interface Case {
  readonly hours: number
  readonly members: number
  readonly controls: number
  readonly sigmaMiB: number
}

const MEAN_MIB = 150
const LIMIT_MIB = 512
const TICK_MS = 5 * MINUTE_MS
/** From the deployment to the confirmation of the install, which half hours of the clock do not begin with. */
const INSTALL_MS = 10 * MINUTE_MS

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}-${i}`)

const inputOf = ({ hours, members, controls }: Case) => {
  const things = names('own', members)
  const watch = {
    stage: 'canary' as const,
    version: '2.4.0',
    previousVersion: '2.3.1',
    members: things,
    controls: names('other', controls),
    lineOf: Object.fromEntries(things.map((thing, i) => [thing, 1 + (i % 17)])),
    deployedAtMs: START_MS,
  }
  const baseline = {} as never
  return { watch, baseline, policy: policyWith({ windowMs: hours * HOUR_MS }), nowMs: START_MS, failedDevices: [] }
}

/** Normal, two at a time. */
function gaugesOf({ sigmaMiB }: Case, chance: () => number): () => number {
  let other: number | null = null
  return () => {
    const known = other
    other = null
    if (known !== null) return known
    const [radius, angle] = [sigmaMiB * Math.sqrt(-2 * Math.log(1 - chance())), 2 * Math.PI * chance()]
    other = MEAN_MIB + radius * Math.sin(angle)
    return MEAN_MIB + radius * Math.cos(angle)
  }
}

/** What the rule says of this leak in one draw of the gauges: a breach at one of its looks, or else at the last one. */
function outcomeOf(one: Case, slopeMiBPerHour: number, chance: () => number): Finding['outcome'] {
  const input = inputOf(one)
  const { members, controls } = input.watch
  const gauge = gaugesOf(one, chance)
  let memory: Record<string, MemorySeries> = Object.fromEntries(members.map((thing) => [thing, newSeries(gauge())]))
  let peaks = NO_PEAKS
  let outcome: Finding['outcome'] = 'healthy'
  for (let sinceMs = -INSTALL_MS; sinceMs <= one.hours * HOUR_MS; sinceMs += TICK_MS) {
    const nowMs = START_MS + INSTALL_MS + sinceMs
    const used = new Map(controls.map((thing) => [thing, gauge()]))
    peaks = peaksAfter(peaks, controls, used, nowMs)
    if (sinceMs < 0) continue
    const common = [...used.values()].sort((a, b) => a - b)[used.size >> 1] as number
    const usual = usualMemory(peaksOf(peaks), members.length)
    const before = memory
    memory = Object.fromEntries(
      members.map((thing) => {
        const memoryMiB = gauge() + (slopeMiBPerHour * sinceMs) / HOUR_MS
        const own = sample({ gauges: { ...sample().gauges, memoryMiB, memoryLimitMiB: LIMIT_MIB } })
        return [thing, withGauge(memory[thing] as MemorySeries, own, nowMs, common, usual)]
      }),
    )
    // A minimum is taken in once every half hour.
    const isNew = members.some((thing) => memory[thing]?.minima !== before[thing]?.minima)
    if (isNew) outcome = judgeMemory({ ...input, evidence: { ...NO_EVIDENCE, memory } }).outcome
    if (outcome === 'breach') return outcome
  }
  return outcome
}

function shareOf(outcomes: readonly Finding['outcome'][], one: Case, slope: number, draws: number): number {
  const chance = seedrandom.alea(JSON.stringify(one))
  let found = 0
  for (let i = 0; i < draws; i++) if (outcomes.includes(outcomeOf(one, slope, chance))) found += 1
  return found / draws
}

describe('the smallest leak that is printed', () => {
  it.each([
    [{ hours: 4, members: 17, controls: 323, sigmaMiB: 15 }, 100],
    [{ hours: 4, members: 255, controls: 17, sigmaMiB: 15 }, 30],
    [{ hours: 12, members: 17, controls: 323, sigmaMiB: 15 }, 30],
    [{ hours: 24, members: 17, controls: 323, sigmaMiB: 15 }, 12],
  ] as const)('is found in nine of ten draws, and one that is a fifth smaller in far fewer: %j', (one, draws) => {
    const memory = {
      limitMiB: LIMIT_MIB,
      usedMiB: MEAN_MIB,
      sigmaMiB: one.sigmaMiB,
      p95MiB: MEAN_MIB + 1.645 * one.sigmaMiB,
    }
    const { rolledBack, held } = smallestLeak(inputOf(one), memory, 0.9)
    expect(shareOf(['breach'], one, rolledBack as number, draws)).toBeGreaterThan(0.82)
    expect(shareOf(['breach'], one, (rolledBack as number) * 0.8, draws)).toBeLessThan(0.7)
    expect(shareOf(['breach', 'inconclusive'], one, held as number, draws)).toBeGreaterThan(0.82)
    expect(shareOf(['breach', 'inconclusive'], one, (held as number) * 0.7, draws)).toBeLessThan(0.7)
  })
})
