import type { AttributePayload } from '@aws-sdk/client-iot'
import { invalidRequest } from '../base/iot-errors.ts'

export type Attributes = Readonly<Record<string, string>>

/** [source: attribute-values] */
const NAME = /^[a-zA-Z0-9_.,@/:#-]{1,128}$/
const VALUE = /^[a-zA-Z0-9_.,@/:#=[\]-]{0,800}$/
const MAX_ATTRIBUTES = 50

/** The attributes of a new thing or group. @throws AwsError InvalidRequestException */
export function newAttributes(payload: AttributePayload | undefined): Attributes {
  if (payload?.merge) throw invalidRequest('attributePayload.merge is valid only in an update')
  return updatedAttributes({}, payload)
}

/**
 * Attributes after an update: all are replaced unless `merge` is true; an empty value removes its attribute.
 * [source: attribute-merge] @throws AwsError InvalidRequestException
 */
export function updatedAttributes(before: Attributes, payload: AttributePayload | undefined): Attributes {
  if (payload === undefined) return before
  const given = payload.attributes ?? {}
  check(given)
  const merged = payload.merge ? { ...before, ...given } : given
  const after = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''))
  const count = Object.keys(after).length
  if (count > MAX_ATTRIBUTES) throw invalidRequest(`${count} attributes are more than ${MAX_ATTRIBUTES}`)
  return after
}

export const sameAttributes = (a: Attributes, b: Attributes): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([name, value]) => b[name] === value)

function check(attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (!NAME.test(name)) throw invalidRequest(`attribute name "${name}" must match ${NAME.source}`)
    if (!VALUE.test(value)) throw invalidRequest(`attribute ${name}="${value}" must match ${VALUE.source}`)
  }
}
