import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'
import { STAGES } from '../controller/contract.ts'
import { faultSchema } from '../sim/faults/catalogue.ts'
import { duration } from '../sim/units.ts'

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

const release = z.strictObject({
  version: z.string().min(1),
  replaces: z.string().min(1),
  data: z
    .strictObject({ writes: z.int(), reads: z.array(z.int()) })
    .describe('Versions of the data that the firmware writes and reads'),
  shadow: z
    .strictObject({ writes: z.enum(['1.0', '2.0']), reads: z.array(z.enum(['1.0', '2.0'])) })
    .describe('Versions of the health document that the firmware writes and reads'),
})

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
    fleet: z
      .strictObject({ lines: z.int().positive().default(17), devicesPerLine: z.int().positive().default(20) })
      .default({ lines: 17, devicesPerLine: 20 }),
    release,
    start,
    policy: z
      .strictObject({
        window: duration.optional().describe('Monitoring window of each stage; 24h by default'),
        profile: z.enum(['default', 'seed-literal']).optional(),
        gates: z
          .enum(['plant', 'open'])
          .optional()
          .describe('plant: stages wait for their shift or maintenance window (default); open: they do not'),
      })
      .default({}),
    faults: z.array(faultSchema).default([]),
    timeLimit: duration.default(14 * 86_400_000).describe('Virtual time after which the rehearsal is inconclusive'),
    expect: expectation.default({}),
  })
  .describe('A rehearsal: a firmware release, injected faults, and what must come out')

/** What a scenario file may contain. */
export type ScenarioInput = z.input<typeof scenarioSchema>
/** A scenario that was checked, with its quantities as numbers. */
export type Scenario = z.output<typeof scenarioSchema> & { readonly name: string }
export type Expectation = Scenario['expect']

/** The JSON Schema of scenario files, for editors. */
export const scenarioJsonSchema = (): object => z.toJSONSchema(scenarioSchema, { io: 'input' })
