import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'
import { STAGES } from '../../controller/contract.ts'
import { policySchema } from '../../controller/policy/schema.ts'
import { duration } from '../../controller/units/quantity.ts'
import { faultSchema } from '../../sim/faults/catalogue.ts'
import type { RecordedTrack } from '../../sim/plant/recording.ts'
import { fleetSchema } from './fleet-file.ts'
import { telemetrySchema } from './telemetry.ts'

/** `2026-03-02T14:00[Europe/Berlin]` -> the instant and the zone. */
const start = z
  .string()
  .transform((text, context) => {
    try {
      const zoned = Temporal.ZonedDateTime.from(text)
      return { atMs: zoned.epochMilliseconds, zone: zoned.timeZoneId }
    } catch {
      const message = `"${text}" is not a local time with its zone, such as "2026-03-02T14:00[Europe/Berlin]"`
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
  })
  .describe('Site-local time at which the rollout is started, with its IANA zone')

const between = z.tuple([duration, duration]).describe('Shortest and longest')
const count = z.int().nonnegative()

const schemas = {
  data: z
    .strictObject({ writes: z.int(), reads: z.array(z.int()) })
    .describe('Versions of the data that the firmware writes and reads'),
  shadow: z
    .strictObject({ writes: z.enum(['1.0', '2.0']), reads: z.array(z.enum(['1.0', '2.0'])) })
    .describe('Versions of the health document that the firmware writes and reads'),
}

/** What the version before wrote and read, unless a scenario says otherwise: one data version less, both ways readable. */
const previousOf = (writes: number) => ({
  data: { writes: writes - 1, reads: [writes - 2, writes - 1, writes] },
  shadow: { writes: '2.0' as const, reads: ['1.0' as const, '2.0' as const] },
})

const release = z
  .strictObject({
    version: z.string().min(1),
    replaces: z.string().min(1),
    ...schemas,
    previous: z
      .strictObject(schemas)
      .optional()
      .describe('The same of the version that is replaced; by default each reads what the other writes'),
    migration: z
      .strictObject({ component: z.string().min(1), version: z.string().min(1) })
      .optional()
      .describe('The component that has to be deployed before a breaking change'),
    hotfix: z
      .strictObject({ reason: z.string().min(1) })
      .optional()
      .describe('An urgent repair, and why: passes maintenance windows, freezes and a stopped line, no deny window'),
  })
  .transform((one) => ({ ...one, previous: one.previous ?? previousOf(one.data.writes) }))

const expectation = z
  .strictObject({
    outcome: z.enum(['promoted', 'rolled-back', 'halted', 'inconclusive']),
    caughtIn: z.enum(STAGES),
    falseAlarm: z.boolean(),
    detected: z
      .strictObject({ between, after: z.enum(['install', 'onset']) })
      .describe('When the controller began to roll back'),
    exposed: z.strictObject({ devices: count }).describe('Devices that ran the new firmware'),
    stages: z.strictObject({ canary: count, early: count, production: count }).partial().describe('Devices updated'),
    leadTime: z.strictObject({ between }).describe('Start of the canary to the last device updated'),
    onsetToAllHealthy: z.strictObject({ between }).describe('First fault to the last device healthy again'),
  })
  .partial()
  .describe('What must come out; checked after the run')

/** A scenario file: the release, the world it meets, and what must come out. */
export const scenarioSchema = z
  .strictObject({
    story: z.string().min(1).describe('One sentence for people'),
    fleet: fleetSchema.default({ lines: 17, devicesPerLine: 20 }),
    release,
    start,
    policy: policySchema.default({}),
    faults: z.array(faultSchema).default([]),
    telemetry: z.array(telemetrySchema).default([]).describe('Recorded vitals in place of synthetic ones'),
    seed: count.optional().describe('Seed of all chance in the run where the command gives none; 1 by default'),
    linger: duration.optional().describe('Virtual time to go on after the rollout has ended, to see who comes back'),
    timeLimit: duration.default(14 * 86_400_000).describe('Virtual time after which the rehearsal is inconclusive'),
    expect: expectation.default({}),
  })
  .describe('A rehearsal: a firmware release, injected faults, and what must come out')

/** A part of a scenario as its file has it: there, in a file of its own, or in a file with changes. */
const part = <Schema extends typeof fleetSchema | typeof policySchema>(schema: Schema) =>
  z.union([
    z.string().describe('A file of its own; the path is relative to this file'),
    schema.safeExtend({ extends: z.string().optional().describe('A file that what stands here is laid over') }),
  ])

const scenarioFileSchema = scenarioSchema.extend({
  fleet: part(fleetSchema).optional(),
  policy: part(policySchema).optional(),
})

/** What a scenario file may contain. */
export type ScenarioInput = z.input<typeof scenarioFileSchema>
/** A scenario that was checked, with its quantities as numbers and the files it names read. */
export type Scenario = z.output<typeof scenarioSchema> & {
  readonly name: string
  /** What the files of `telemetry` hold. It travels with the scenario, into threads as well. */
  readonly recorded?: readonly RecordedTrack[]
}
export type Expectation = Scenario['expect']

const FILES = { scenario: scenarioFileSchema, fleet: fleetSchema, policy: policySchema } as const
/** The kinds of files that people write. */
export type FileKind = keyof typeof FILES

/** The JSON Schema of a kind of file, for editors. */
export const jsonSchemaOf = (kind: FileKind): object => z.toJSONSchema(FILES[kind], { io: 'input' })
