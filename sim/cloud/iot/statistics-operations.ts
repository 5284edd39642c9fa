import { AwsError, NotEmulated } from '../base/aws-error.ts'
import { invalidRequest } from '../base/iot-errors.ts'
import { defineOperations } from '../base/operations.ts'
import type { FleetIndex } from './fleet-index.ts'
import { type IndexQuery, queryOf } from './fleet-index-operations.ts'
import type { FieldType } from './index-fields.ts'
import type { IotState } from './iot-state.ts'
import { type FieldValue, numberOf } from './query/value-tests.ts'
import { percentileOf, statisticsOf } from './statistics.ts'

const DEFAULT_FIELD = 'registry.version'
const DEFAULT_PERCENTS = [1, 5, 25, 50, 75, 95, 99]
const DEFAULT_BUCKETS = 10
const MAX_BUCKETS = 10_000

interface AggregationQuery extends IndexQuery {
  readonly aggregationField?: string | undefined
}

/** Summaries of one field of the things that match a query. [source: aggregation] */
export const statisticsOperations = defineOperations<'iot', Pick<IotState, 'index'>>()({
  GetStatistics: (input, { index }) => {
    const { type, ofThings } = valuesOf(input, index)
    const numbers = numbersOf(ofThings, type)
    return { statistics: numbers === null ? { count: ofThings.length } : statisticsOf(numbers) }
  },

  GetCardinality: (input, { index }) => {
    const { ofThings } = valuesOf(input, index)
    return { cardinality: new Set(ofThings.flat().map(String)).size }
  },

  GetPercentiles: (input, { index }) => {
    const { field, type, ofThings } = valuesOf(input, index)
    const numbers = type === 'String' || type === 'Boolean' ? null : numbersOf(ofThings, type)
    if (numbers === null) throw invalidAggregation(`the field "${field}" does not hold numbers`)
    const sorted = numbers.toSorted((a, b) => a - b)
    if (sorted.length === 0) return { percentiles: [] }
    const percents = input.percents ?? DEFAULT_PERCENTS
    for (const percent of percents) {
      if (!(percent >= 0 && percent <= 100)) throw invalidRequest(`the percent ${percent} is not within 0 and 100`)
    }
    return { percentiles: percents.map((percent) => ({ percent, value: percentileOf(sorted, percent) })) }
  },

  GetBucketsAggregation: (input, { index }) => {
    const { termsAggregation } = input.bucketsAggregationType ?? {}
    if (termsAggregation === undefined) throw invalidRequest('bucketsAggregationType needs a termsAggregation')
    const { maxBuckets = DEFAULT_BUCKETS } = termsAggregation
    if (!Number.isInteger(maxBuckets) || maxBuckets < 1 || maxBuckets > MAX_BUCKETS) {
      throw invalidRequest(`maxBuckets ${maxBuckets} is not within 1 and ${MAX_BUCKETS}`)
    }
    const { total, ofThings } = valuesOf(input, index)
    return { totalCount: total, buckets: bucketsOf(ofThings).slice(0, maxBuckets) }
  },
})

/** How many things match, and the values of those that have the field. @throws AwsError; NotEmulated */
function valuesOf(input: AggregationQuery, index: FleetIndex) {
  const { aggregationField: field = DEFAULT_FIELD } = input
  const read = readerOf(field, index)
  const { things, view } = index.select(queryOf(input))
  const scalars = (values: readonly FieldValue[]): readonly FieldValue[] =>
    values.filter((value) => typeof value !== 'object')
  const ofThings = things.map((thing) => scalars(read(thing, view))).filter((values) => values.length > 0)
  return { field, type: index.fields.typeOf(field), total: things.length, ofThings }
}

function readerOf(field: string, { fields }: FleetIndex) {
  try {
    return fields.readerOf(field)
  } catch (error) {
    if (error instanceof NotEmulated) throw invalidAggregation(`"${field}" is neither a managed nor a custom field`)
    throw error
  }
}

/**
 * The numbers of a field, one of each thing; null for text. Types of fields that AWS does not set are those of their
 * values: text counts as a number only if all of it is. A truth value is 1 or 0. [source: aggregation]
 */
function numbersOf(ofThings: readonly (readonly FieldValue[])[], type: FieldType | null): readonly number[] | null {
  if (type === 'String') return null
  const numbers = ofThings.flatMap((values) =>
    values.map((value) => (typeof value === 'boolean' ? Number(value) : numberOf(value))),
  )
  return numbers.includes(null) ? null : (numbers as readonly number[])
}

/** Most frequent first. A thing counts once for each of its values. */
function bucketsOf(ofThings: readonly (readonly FieldValue[])[]): { keyValue: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const values of ofThings) {
    for (const key of new Set(values.map(String))) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts]
    .map(([keyValue, count]) => ({ keyValue, count }))
    .sort((a, b) => b.count - a.count || (a.keyValue < b.keyValue ? -1 : 1))
}

const invalidAggregation = (why: string): AwsError =>
  new AwsError('InvalidAggregationException', 400, `The aggregation is not valid: ${why}`)
