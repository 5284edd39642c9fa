import type { z } from 'zod'
import { writtenDuration } from '../../controller/units/duration.ts'
import { memoryRate, percent, percentRate } from '../../controller/units/quantity.ts'
import { type FaultSpec, faultSchema, isDeviceFault } from '../../sim/faults/catalogue.ts'
import { isDuration } from '../../sim/faults/families/times.ts'
import { type MetricChange, metricChange, writtenChange } from '../../sim/plant/metric-change.ts'

/** Unit suffixes by schema definition, which a schema shares with copies that differ only in their description. */
const SUFFIXES = new Map<unknown, string>([
  [memoryRate._zod.def, ' MiB/h'],
  [percent._zod.def, ' %'],
  [percentRate._zod.def, ' %/h'],
])

/** A fault's parameters with their units, as in a scenario file: `rate 26 MiB/h`, `every 2d, line 7`. */
export function faultSize(spec: FaultSpec): string {
  const shape = faultSchema.options.find(({ shape: { kind } }) => kind.value === spec.kind)?.shape
  const sizes = Object.entries(spec).flatMap(([key, value]) => {
    if (key === 'kind' || key === 'in' || value === undefined) return []
    return [`${key} ${quantity(value, definitionAt(shape, key))}`]
  })
  const { line = undefined, device = undefined } = isDeviceFault(spec) ? spec.in : {}
  return [...sizes, ...(line === undefined ? [] : [`line ${line}`]), ...(device === undefined ? [] : [device])].join(
    ', ',
  )
}

/** `%`, `MiB/h`, `%/h`, `duration`; null for what is no quantity with a unit. */
export const unitOf = (definition: unknown): string | null =>
  isDuration(definition) ? 'duration' : (SUFFIXES.get(definition)?.trim() ?? null)

/** The definition of an option inside `optional` and `default`. */
export function definitionAt(shape: object | undefined, key: string): unknown {
  let definition = (shape as Readonly<Record<string, z.core.$ZodType>> | undefined)?.[key]?._zod.def
  while (definition !== undefined && 'innerType' in definition) {
    definition = (definition.innerType as z.core.$ZodType)._zod.def
  }
  return definition
}

function quantity(value: unknown, definition: unknown): string {
  if (isDuration(definition)) return writtenDuration(value as number)
  if (definition === metricChange._zod.def) return writtenChange(value as MetricChange)
  return typeof value === 'object' ? JSON.stringify(value) : `${value}${SUFFIXES.get(definition) ?? ''}`
}
