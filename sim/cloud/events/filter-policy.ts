import { AwsError } from '../base/aws-error.ts'
import { parseJson, parseObject } from '../base/json.ts'
import { parseEventPattern } from './event-pattern.ts'
import { invalid } from './sns-errors.ts'
import type { MessageAttributes } from './topic-message.ts'

/** Whether a subscription accepts a message with these attributes. */
export type FilterPolicy = (attributes: MessageAttributes) => boolean

/** [source: sns-filter-policy] */
const MAX_KEYS = 5
const MAX_COMBINATIONS = 150

/**
 * A policy over message attributes: each name in it must match by one of its values. Its matchers are those of event
 * patterns. @throws AwsError InvalidParameterException; NotEmulated for other matchers
 */
export function parseFilterPolicy(text: string): FilterPolicy {
  const policy = parseObject(text)
  if (policy === null) throw invalid('FilterPolicy: failed to parse JSON.')
  const rules = Object.entries(policy)
  const noList = rules.find(([name, wanted]) => !name.startsWith('$') && !Array.isArray(wanted))
  if (noList !== undefined) throw invalid(`FilterPolicy: "${noList[0]}" must be an object or an array`)
  if (rules.length > MAX_KEYS) throw invalid('FilterPolicy: Filter policy can not have more than 5 keys')
  const combinations = rules.reduce((product, [, wanted]) => product * (wanted as unknown[]).length, 1)
  if (combinations > MAX_COMBINATIONS) throw invalid('FilterPolicy: Filter policy is too complex')
  const matches = asPattern(text)
  return (attributes) => matches(valuesOf(attributes))
}

function asPattern(text: string): (values: object) => boolean {
  try {
    return parseEventPattern(text)
  } catch (error) {
    const isOfPattern = error instanceof AwsError && error.name === 'InvalidEventPatternException'
    throw isOfPattern ? invalid(`FilterPolicy: ${error.message}`) : error
  }
}

/** The values that a policy sees, by name; binary ones are not looked at. [source: sns-filter-policy] */
const valuesOf = (attributes: MessageAttributes): object =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, { DataType = '', StringValue = '' }]) => {
      if (DataType.startsWith('Binary')) return []
      const isText = !/^(Number|String\.Array)/.test(DataType)
      return [[name, isText ? StringValue : (parseJson(StringValue) ?? StringValue)]]
    }),
  )
