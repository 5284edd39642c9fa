import { faultSchema } from '../../../sim/faults/catalogue.ts'

/** Every kind that the catalogue knows, read off its schema. */
export const FAULT_KINDS: readonly string[] = faultSchema.options.map(({ shape }) => shape.kind.value)
