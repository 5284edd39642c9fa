import { z } from 'zod'

const time = z.iso.datetime()
const spread = z.strictObject({ p50: z.number(), p90: z.number(), max: z.number() })
const count = z.int().nonnegative()
/** A message with its sentence. */
export const reportedSchema = z.strictObject({ code: z.string(), data: z.looseObject({}), text: z.string() })
/** Something that a client from outside did. */
const deed = z.strictObject({ request: z.string(), count, firstAt: time, lastAt: time })
const stageName = z.string()

const outcome = z.enum(['promoted', 'rolled-back', 'halted', 'inconclusive', 'refused'])

/** The schema of report.json; every field of schemaVersion 2 is required, except those marked as optional. */
export const reportSchema = z.strictObject({
  schemaVersion: z.literal(2),
  scenario: z.string(),
  seed: z.int(),
  level: z.enum(['wire', 'model']),
  connections: z.enum(['per-device', 'multiplexed', 'direct']),
  profile: z.string(),
  windowHours: z.number(),
  fleet: z.strictObject({ devices: count, lines: count }),
  outcome,
  notStarted: z.array(reportedSchema).optional(),
  next: z
    .strictObject({
      version: z.string(),
      replaces: z.string(),
      outcome,
      notStarted: z.array(reportedSchema).optional(),
      digest: z.string(),
    })
    .optional(),
  caughtIn: stageName.nullable(),
  stages: z.array(
    z.strictObject({
      name: stageName,
      devices: count,
      updated: count,
      startedAt: time.nullable(),
      installedAt: time.nullable(),
      promotedAt: time.nullable(),
      rolledBackAt: time.nullable(),
    }),
  ),
  leadTimeHours: z.number().nullable(),
  holdback: z
    .strictObject({
      devices: count,
      lines: count,
      followedAt: time.nullable(),
      heldHours: z.number().nullable(),
      leadTimeHours: z.number().nullable(),
    })
    .optional(),
  faults: z.array(
    z.strictObject({
      kind: z.string(),
      onsetAt: time,
      ofRelease: z.boolean(),
      devices: count,
      target: z.string().optional(),
    }),
  ),
  smallestEffects: z.array(
    z.strictObject({
      metric: z.string(),
      observed: z.number().nullable(),
      reason: reportedSchema.optional(),
    }),
  ),
  detection: z.strictObject({
    detected: z.boolean(),
    at: time.nullable(),
    latencyMinutes: z.number().nullable(),
    firstBadEvaluationAt: time.nullable(),
    legsMinutes: z.strictObject({
      onsetToFirstBadEvaluation: z.number().nullable(),
      firstBadEvaluationToDecision: z.number().nullable(),
    }),
    by: z.string().nullable(),
    finding: z
      .strictObject({
        metric: z.string(),
        observed: z.number().nullable(),
        baseline: z.number().nullable(),
        limit: z.number(),
        interval: z.strictObject({ low: z.number().nullable(), high: z.number().nullable() }).optional(),
        line: z.int().optional(),
        lines: z.strictObject({ count: z.int(), first: z.array(z.int()) }).optional(),
        things: z.strictObject({ count: z.int(), first: z.array(z.string()) }).optional(),
        reason: reportedSchema.optional(),
      })
      .nullable(),
  }),
  rollback: z
    .strictObject({
      legsMinutes: z.strictObject({
        onsetToDetected: z.number().nullable(),
        detectedToReceived: spread.nullable(),
        receivedToReverted: spread.nullable(),
        onsetToAllHealthy: z.number().nullable(),
      }),
      devices: count,
      failed: count,
    })
    .nullable(),
  exposure: z.strictObject({ devices: count, deviceHours: z.number(), lines: count }),
  plantMetrics: z
    .array(
      z.strictObject({
        metric: z.string(),
        unit: z.string(),
        versions: z.array(z.strictObject({ version: z.string(), devices: count, mean: z.number() })),
      }),
    )
    .optional(),
  falseAlarm: z.boolean().nullable(),
  expectation: z.strictObject({
    met: z.boolean(),
    failures: z.array(reportedSchema),
    checked: z.array(z.strictObject({ what: z.string(), expected: z.string(), actual: z.string(), met: z.boolean() })),
  }),
  invariants: z.strictObject({
    checked: z.array(z.string()),
    violated: z.array(reportedSchema),
    undecided: z.array(reportedSchema),
  }),
  interventions: z.array(reportedSchema.extend({ at: time })).optional(),
  clients: z
    .array(
      z.strictObject({
        client: z.strictObject({ by: z.enum(['access-key', 'client-id', 'address']), id: z.string() }),
        changes: z.array(deed),
        reads: z.record(z.string(), count),
        errors: z.array(deed.extend({ error: z.string(), message: z.string() })),
      }),
    )
    .optional(),
  notifications: z
    .array(z.strictObject({ at: time, code: z.string(), data: z.looseObject({}).nullable(), text: z.string() }))
    .optional(),
  simulated: z.strictObject({ startedAt: time, endedAt: time, hours: z.number() }),
  wall: z.strictObject({ seconds: z.number(), speedup: z.number(), controllerMsPerSimulatedHour: z.number() }),
  controller: z.strictObject({ evaluations: count, awsCallsPerEvaluation: z.number() }),
  awsCalls: z.record(z.string(), count),
  messages: z.strictObject({ published: count, delivered: count }),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  digestsByHour: z.array(z.string().regex(/^[0-9a-f]{64}$/)),
})
