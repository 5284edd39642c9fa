import { z } from 'zod'
import type { FaultFamilies, FaultFamily } from './families.ts'

type OptionsSchema = z.ZodObject<z.core.$ZodLooseShape, z.core.$strict>
/** The schema of a fault as a scenario lists it: its options and its kind. */
export type FaultSchema<Kind extends string, Options extends OptionsSchema> = z.ZodObject<
  { kind: z.ZodLiteral<Kind> } & Options['shape'],
  z.core.$strict
>

/** What a file in `kinds/` passes to `defineFault`. */
export interface FaultOptions<Kind extends string, Family extends FaultFamily, Options extends OptionsSchema> {
  /** The name in scenario files, trace and reports. */
  readonly kind: Kind
  /** Decides what `make` is given and what it must return. */
  readonly family: Family
  /** The options without `kind`, each with a description; units and defaults are part of the schema. */
  readonly schema: Options
  /** What the fault does, in one sentence without a full stop: for the catalogue, the JSON Schema and `explain`. */
  readonly meaning: string
  readonly make: (
    spec: z.output<FaultSchema<Kind, Options>>,
    ...context: FaultFamilies[Family]['context']
  ) => FaultFamilies[Family]['fault']
  /**
   * When the fault stops disturbing the rollout, in milliseconds after the start of the rehearsal. By default the end of
   * the fault's window (`from`, `for`), or 0 without one: what is wrong with the firmware itself is no disturbance.
   */
  readonly endMs?: (spec: z.output<FaultSchema<Kind, Options>>) => number
  /** The firmware version that the fault belongs to, where that is not the one it acts on (`in.firmware`). */
  readonly firmwareOf?: (spec: z.output<FaultSchema<Kind, Options>>) => string
  /** Whether it makes deployments fail, so that one on the whole fleet is a fault of what is deployed. */
  readonly failsDeployments?: (spec: z.output<FaultSchema<Kind, Options>>) => boolean
}

/** A fault of the catalogue. */
export interface FaultDefinition<Kind extends string, Family extends FaultFamily, Options extends OptionsSchema>
  extends Omit<FaultOptions<Kind, Family, Options>, 'schema'> {
  readonly schema: FaultSchema<Kind, Options>
}

/** Defines one fault. To add it to the catalogue, list it in `catalogue.ts`. */
export function defineFault<const Kind extends string, Family extends FaultFamily, Options extends OptionsSchema>(
  options: FaultOptions<Kind, Family, Options> & FitsFamily<Family, Options>,
): FaultDefinition<Kind, Family, Options> {
  const { kind, schema, meaning } = options
  return { ...options, schema: withKind(kind, schema).describe(meaning) }
}

/** Does not compile where the options lack what all faults of the family have, such as `in`. */
type FitsFamily<Family extends FaultFamily, Options extends OptionsSchema> =
  z.output<Options> extends FaultFamilies[Family]['spec']
    ? unknown
    : { readonly schema: z.ZodType<FaultFamilies[Family]['spec']> }

/** `kind` first, as in scenario files; the checks of the options are kept. */
function withKind<Kind extends string, Options extends OptionsSchema>(
  kind: Kind,
  options: Options,
): FaultSchema<Kind, Options> {
  const checks = (options._zod.def.checks ?? []) as z.core.$ZodCheck<object>[]
  return z.strictObject({ kind: z.literal(kind), ...options.shape }).check(...checks) as FaultSchema<Kind, Options>
}
