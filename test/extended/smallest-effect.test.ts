import { describe, expect, it } from 'vitest'
import { foldPower } from '../../reports/campaign/power.ts'
import { meanOf } from '../../reports/numbers/statistics.ts'
import { smallestEffects } from '../../reports/run/smallest-effects.ts'
import { sizedFault } from '../../scenarios/files/sized-fault.ts'
import { findScenario } from '../../scenarios/library/catalogue.ts'
import { runPower } from '../../scenarios/sweep/power.ts'
import { rehearse } from '../../scenarios/world/rehearse.ts'

/**
 * A measurement of a quarter of an hour: it is skipped unless SMALLEST_EFFECT_SEEDS says of how many runs each power is
 * measured, such as 40. SMALLEST_EFFECT_NOISE is a preset of noise.
 */
const SEEDS = Number(process.env.SMALLEST_EFFECT_SEEDS ?? 0)
const NOISE = process.env.SMALLEST_EFFECT_NOISE as 'quiet' | 'typical' | 'rough' | undefined
const HOUR_MS = 3_600_000
const PRINTED_BY = 5

const healthy = findScenario('healthy')
const scenario = { ...healthy, fleet: { ...healthy.fleet, ...(NOISE !== undefined && { noise: NOISE }) } }

interface Printed {
  readonly size: number
  readonly line?: number
}

/** What the controller prints of canary at the start, on the average of a few seeds: their weeks differ. */
async function printed(windowMs: number, { code, key, rule }: Case, isOneLine: boolean): Promise<Printed> {
  const found: Printed[] = []
  for (let seed = 1; seed <= PRINTED_BY; seed++) {
    const one = { ...scenario, expect: {}, policy: { ...scenario.policy, window: windowMs, gates: 'open' as const } }
    const { records } = await rehearse(one, { seed, level: 'model', untilMs: HOUR_MS / 6 })
    const effect = smallestEffects(records).find(({ reason, line }) => {
      const data = reason?.data as { readonly stage: string; readonly rule?: string } | undefined
      return (
        reason?.code === code && data?.stage === 'canary' && data.rule === rule && (line !== undefined) === isOneLine
      )
    })
    const size = (effect?.reason?.data as Readonly<Record<string, unknown>> | undefined)?.[key] as number
    found.push({ size, ...(effect?.line !== undefined && { line: effect.line }) })
  }
  return {
    size: meanOf(found.map(({ size }) => size)) as number,
    ...(found[0]?.line !== undefined && { line: found[0].line }),
  }
}

/** Failed attempts that the twin makes by itself, in per cent. */
const NORMAL_FAILURES_PCT = 0.5

interface Case {
  readonly name: string
  readonly code: string
  /** Of the rule on one metric. */
  readonly rule?: string
  /** Where the size stands. */
  readonly key: string
  readonly kind: string
  readonly parameter?: string
  readonly isOneLine?: boolean
  readonly text: (size: number) => string
}

const CASES: readonly Case[] = [
  {
    name: 'errors',
    code: 'SMALLEST_ERROR_INCREASE',
    key: 'increasePct',
    kind: 'error-rise',
    text: (size: number) => `${size}%`,
  },
  {
    name: 'failed connections',
    code: 'SMALLEST_FAILED_SHARE',
    key: 'failedPct',
    kind: 'noisy-network',
    text: (size: number) => `${size - NORMAL_FAILURES_PCT}%`,
  },
  {
    name: 'cycle time',
    code: 'SMALLEST_CYCLE_TIME_INCREASE',
    key: 'increasePct',
    kind: 'cycle-drift',
    text: (size: number) => `${size}%`,
  },
  {
    name: 'memory',
    code: 'SMALLEST_LEAK',
    key: 'slopeMiBPerHour',
    kind: 'memory-leak',
    text: (size: number) => `${size} MiB/h`,
  },
  {
    name: 'drift',
    code: 'SMALLEST_CYCLE_TIME_DRIFT',
    key: 'ratePctPerHour',
    kind: 'cycle-drift',
    parameter: 'rate',
    text: (size: number) => `${size}%/h`,
  },
  {
    name: 'errors on one line',
    code: 'SMALLEST_ERROR_INCREASE_ON_LINE',
    key: 'increasePct',
    kind: 'error-rise',
    isOneLine: true,
    text: (size: number) => `${size}%`,
  },
  {
    name: 'cycle time on one line',
    code: 'SMALLEST_CYCLE_TIME_INCREASE',
    key: 'increasePct',
    kind: 'cycle-drift',
    isOneLine: true,
    text: (size: number) => `${size}%`,
  },
  {
    name: 'the spread of cycle times',
    code: 'SMALLEST_METRIC_CHANGE',
    rule: 'cycle-time-spread',
    key: 'change',
    kind: 'cycle-time-jitter',
    text: (size: number) => `${size}%`,
  },
]

describe.skipIf(SEEDS === 0).each(CASES)('the printed smallest effect on $name', (one) => {
  it.each([4, 24])(
    'is found in 90 % of windows of %i h',
    async (hours) => {
      const windowMs = hours * HOUR_MS
      const { size, line } = await printed(windowMs, one, one.isOneLine ?? false)
      const fault = sizedFault(one.kind, one.parameter === undefined ? {} : { parameter: one.parameter })
      const sizes = [fault.sizeOf(one.text(Number(size.toFixed(4))))]
      const seeds = Array.from({ length: SEEDS }, (_, i) => i + 1)
      const plan = {
        scenario,
        fault,
        sizes,
        windowsMs: [windowMs],
        stage: 'canary' as const,
        seeds,
        withoutFault: false,
      }
      const [curve] = foldPower(await runPower({ ...plan, ...(line !== undefined && { line }) }))
      const caught = curve?.points[0]?.caught
      console.log(
        `${one.name}, ${hours} h: ${one.text(Number(size.toFixed(2)))} found in ${caught?.count} of ${caught?.of}`,
      )
      expect(caught?.low).toBeLessThan(0.9)
      expect(caught?.high).toBeGreaterThan(0.9)
    },
    3_600_000,
  )
})
