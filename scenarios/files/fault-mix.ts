import { z } from 'zod'
import { duration, share } from '../../controller/units/quantity.ts'
import { InvalidScenario, parseYaml, problemLinesOf, readText } from './yaml-file.ts'

const part = z.strictObject({
  kind: z.string().describe('Kind of the fault'),
  weight: z.number().positive().default(1).describe('How often it is the fault of a faulty release, beside the others'),
  sizes: z.tuple([z.string(), z.string()]).describe('Smallest and largest, with their units; log-uniform between them'),
  vary: z.string().optional().describe('The option that is its size'),
  set: z.record(z.string(), z.string()).optional().describe('Its other options'),
  onset: z
    .strictObject({
      share: share.describe('Share of the faults that begin late; the others begin at once'),
      between: z.tuple([duration, duration]).describe('Earliest and latest onset of them; log-uniform between them'),
    })
    .optional(),
})

/** What faulty releases are like: kinds of faults, how large they are and when they begin. */
export const faultMixSchema = z.array(part).min(1)
export type FaultMix = z.output<typeof faultMixSchema>

const LATE = { share: '50 %', between: ['1h', '48h'] as [string, string] }

/**
 * Nobody knows what the next fault is like. Sizes are log-uniform, which prefers no unit and no order of magnitude
 * [source: jeffreys-prior]; the kinds are those that the plant's rules are about, equally often; half of the faults that
 * can be late begin late, because the plant's owners have met such that appear after more than 12 h
 * [source: release-history].
 */
export const DEFAULT_MIX: FaultMix = faultMixSchema.parse([
  { kind: 'memory-leak', sizes: ['1 MiB/h', '30 MiB/h'], onset: LATE },
  { kind: 'error-rise', sizes: ['5%', '200%'], onset: LATE },
  { kind: 'cycle-drift', sizes: ['5%', '50%'], onset: LATE },
  { kind: 'crash', sizes: ['30d', '6h'] },
])

/** @throws InvalidScenario */
export function loadMix(file: string): FaultMix {
  const { raw, where } = parseYaml(readText(file), file)
  const parsed = faultMixSchema.safeParse(raw)
  if (parsed.success) return parsed.data
  throw new InvalidScenario(problemLinesOf(faultMixSchema, parsed.error, raw, where, 'mix'))
}
