import { AwsError, NotEmulated } from '../base/aws-error.ts'

/** Whether an event matches a rule. */
export type EventPattern = (event: object) => boolean

type Matcher = (value: unknown) => boolean

/**
 * Event patterns as far as they are emulated: exact values, `prefix`, `anything-but`, `exists`, nested objects.
 * @throws AwsError InvalidEventPatternException; NotEmulated for other matchers
 */
export function parseEventPattern(text: string): EventPattern {
  let pattern: unknown
  try {
    pattern = JSON.parse(text)
  } catch {
    throw invalid('it is not JSON')
  }
  return compile(pattern)
}

const invalid = (why: string): AwsError =>
  new AwsError('InvalidEventPatternException', 400, `Event pattern is not valid. Reason: ${why}`)

function compile(pattern: unknown): EventPattern {
  if (typeof pattern !== 'object' || pattern === null || Array.isArray(pattern)) throw invalid('expected an object')
  const parts = Object.entries(pattern).map(([field, wanted]): EventPattern => {
    if (field.startsWith('$')) throw new NotEmulated(`the operator ${field} of an event pattern`)
    const valueIn = (event: object): unknown =>
      Object.hasOwn(event, field) ? (event as Record<string, unknown>)[field] : undefined
    if (!Array.isArray(wanted)) {
      const nested = compile(wanted)
      return (event) => {
        const value = valueIn(event)
        return typeof value === 'object' && value !== null && nested(value)
      }
    }
    const matchers = wanted.map(matcher)
    // A field with several values matches when any of them does. [source: pattern-arrays]
    return (event) => {
      const value = valueIn(event)
      const values = Array.isArray(value) ? value : [value]
      return matchers.some((matches) => values.some(matches))
    }
  })
  return (event) => parts.every((matches) => matches(event))
}

function matcher(wanted: unknown): Matcher {
  if (typeof wanted !== 'object' || wanted === null) return (value) => value === wanted
  const [[name, operand] = []] = Object.entries(wanted)
  if (name === 'prefix') return (value) => typeof value === 'string' && value.startsWith(String(operand))
  if (name === 'exists') return (value) => (value !== undefined) === operand
  if (name === 'anything-but') {
    const excluded = Array.isArray(operand) ? operand : [operand]
    if (excluded.some((one) => typeof one === 'object')) throw new NotEmulated('a nested anything-but matcher')
    return (value) => value !== undefined && !excluded.includes(value)
  }
  throw new NotEmulated(`the event pattern matcher "${name}"`)
}
