import { z } from 'zod'
import { FIRMWARE_COMPONENT, HEALTH_COMPONENT } from '../../controller/contract.ts'
import { REFUSAL_MESSAGES } from '../../controller/messages/refusals.ts'
import { policySchema } from '../../controller/policy/schema.ts'
import { stageName } from '../../controller/policy/stages-document.ts'
import { duration } from '../../controller/units/quantity.ts'
import { DEFAULT_QUOTAS } from '../../sim/cloud/base/quotas.ts'
import { faultSchema } from '../../sim/faults/catalogue.ts'
import type { RecordedTrack } from '../../sim/plant/recording.ts'
import { fleetSchema } from './fleet-file.ts'
import { quotasSchema } from './quotas.ts'
import { start } from './start.ts'
import { telemetrySchema } from './telemetry.ts'

/** Faults of one scenario: more than the plant has devices. */
const MOST_FAULTS = 1_000
const MOST_RECORDINGS = 100
/** Prose fits into a notification and an audit line. */
const sentence = z.string().min(1).max(1_000)
/** As Greengrass takes it: numbers without leading zeros, and nothing before or after them. */
const version = z.string().regex(/^(0|[1-9]\d{0,8})(\.(0|[1-9]\d{0,8})){2}$/, {
  error: ({ input }) => `${JSON.stringify(input)} is not major.minor.patch, such as "2.4.0"`,
})
const OWN_COMPONENTS: readonly string[] = [FIRMWARE_COMPONENT, HEALTH_COMPONENT]
const componentName = z
  .string()
  .regex(/^[\w.-]{1,128}$/, { message: 'is not a name of a component, such as com.example.Migration' })
  .refine((name) => !OWN_COMPONENTS.includes(name), { message: 'is a component of the firmware, not of a migration' })

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

/** Versions of the replaced firmware by default: one data version less, and each reads what the other writes. */
const previousOf = (writes: number) => ({
  data: { writes: writes - 1, reads: [writes - 2, writes - 1, writes] },
  shadow: { writes: '2.0' as const, reads: ['1.0' as const, '2.0' as const] },
})

const hotfix = z
  .strictObject({ reason: z.string().min(1) })
  .describe('An urgent fix, and why: not held by maintenance windows, freezes or a change freeze, but by deny windows')

const release = z
  .strictObject({
    version,
    replaces: version,
    ...schemas,
    previous: z
      .strictObject(schemas)
      .optional()
      .describe('The same for the replaced version; by default each reads what the other writes'),
    migration: z
      .strictObject({ component: componentName, version })
      .optional()
      .describe('The component that has to be deployed before a breaking change'),
    hotfix: hotfix.optional(),
  })
  .transform((one) => ({ ...one, previous: one.previous ?? previousOf(one.data.writes) }))

const next = z
  .strictObject({
    version,
    at: duration.describe(
      'Time after the start of the first release; while that one is active it is refused, and started an hour after its end',
    ),
    hotfix: hotfix.optional(),
    faults: z.array(faultSchema).max(MOST_FAULTS).default([]).describe('What is wrong with its firmware'),
  })
  .describe(
    'The release that follows in the same plant, such as the repair of one that was rolled back: it replaces what is ' +
      'deployed by then, and reads and writes what the first one does',
  )

const REFUSAL_CODES = Object.keys(REFUSAL_MESSAGES) as (keyof typeof REFUSAL_MESSAGES)[]

const expectation = z
  .strictObject({
    outcome: z
      .enum(['promoted', 'rolled-back', 'halted', 'inconclusive', 'refused'])
      .describe('refused: by the preflight, so that nothing is deployed'),
    code: z.enum(REFUSAL_CODES).describe('Of the refusal, such as BASELINE_TOO_SHORT; others may stand beside it'),
    caughtIn: stageName.describe('The last stage that the release had come to'),
    falseAlarm: z.boolean(),
    detected: z
      .strictObject({ between, after: z.enum(['install', 'onset']) })
      .describe('When the controller began to roll back'),
    exposed: z.strictObject({ devices: count }).describe('Devices that ran the new firmware'),
    stages: z.record(stageName, count).describe('Devices updated, by stage'),
    leadTime: z.strictObject({ between }).describe('Start of the canary to the last device updated'),
    onsetToAllHealthy: z.strictObject({ between }).describe('First fault to the last device healthy again'),
  })
  .partial()
  .refine(({ code, outcome }) => code === undefined || outcome === 'refused', {
    path: ['code'],
    message: 'is of a refusal; set "outcome: refused" as well',
  })
  .describe('The expected result; checked after the run')

/** A scenario file: the release, its plant and faults, and the expected result. */
export const scenarioSchema = z
  .strictObject({
    story: sentence.describe('One sentence about what this rehearses'),
    fleet: fleetSchema.default({ lines: 17, devicesPerLine: 20 }),
    release,
    start,
    policy: policySchema.default({}),
    faults: z.array(faultSchema).max(MOST_FAULTS).default([]),
    next: next.optional(),
    telemetry: z
      .array(telemetrySchema)
      .max(MOST_RECORDINGS)
      .default([])
      .describe('Recorded vitals in place of synthetic ones'),
    quotas: quotasSchema.default(DEFAULT_QUOTAS),
    seed: count.optional().describe('Seed of every random draw in the run, unless --seed is given; 1 by default'),
    linger: duration
      .optional()
      .describe('Simulated time to continue after the rollout has ended, for devices that reconnect later'),
    timeLimit: duration.default(14 * 86_400_000).describe('Simulated time after which the rehearsal is inconclusive'),
    expect: expectation.default({}),
  })
  .describe('A rehearsal: a firmware release, injected faults, and the expected result')

/** A part of a scenario as its file may hold it: in place, as another file, or as another file with changes. */
const part = <Schema extends typeof fleetSchema | typeof policySchema>(schema: Schema) =>
  z.union([
    z.string().describe('A file of its own; the path is relative to this file'),
    schema.safeExtend({ extends: z.string().optional().describe('A file that the keys here override') }),
  ])

const scenarioFileSchema = scenarioSchema.extend({
  fleet: part(fleetSchema).optional(),
  policy: part(policySchema).optional(),
})

/** What a scenario file may contain. */
export type ScenarioInput = z.input<typeof scenarioFileSchema>
/** A checked scenario, with its quantities as numbers and the content of the files it names. */
export type Scenario = z.output<typeof scenarioSchema> & {
  readonly name: string
  /** Content of the `telemetry` files. It is part of the scenario, also in worker threads. */
  readonly recorded?: readonly RecordedTrack[]
}
export type Expectation = Scenario['expect']

const FILES = { scenario: scenarioFileSchema, fleet: fleetSchema, policy: policySchema } as const
/** The kinds of files that users write. */
export type FileKind = keyof typeof FILES

/** The JSON Schema of a kind of file, for editors. */
export const jsonSchemaOf = (kind: FileKind): object => z.toJSONSchema(FILES[kind], { io: 'input' })
