import { parseJson } from '../base/json.ts'
import { defineOperations } from '../base/operations.ts'
import { page } from '../base/paging.ts'
import { asAwsError, isRejection } from './shadow-request.ts'
import type { ShadowService, ShadowVerb } from './shadow-service.ts'

export interface ShadowState {
  readonly shadows: ShadowService
}

const DEFAULT_PAGE_SIZE = 25

/** The HTTP form of the shadow service. [source: shadow-version-kept] */
export const shadowOperations = defineOperations<'iotdata', ShadowState>()({
  GetThingShadow: ({ thingName, shadowName }, state) => answer(state, thingName, shadowName, 'get', undefined),

  UpdateThingShadow: ({ thingName, shadowName, payload }, state) =>
    answer(state, thingName, shadowName, 'update', parseJson(Buffer.from(payload ?? []).toString())),

  DeleteThingShadow: ({ thingName, shadowName }, state) => answer(state, thingName, shadowName, 'delete', undefined),

  ListNamedShadowsForThing: ({ thingName = '', nextToken, pageSize }, { shadows }) => {
    const request = { maxResults: pageSize ?? DEFAULT_PAGE_SIZE, nextToken }
    const { items, nextToken: next } = page(shadows.namesOf(thingName), request, { max: 100 })
    return { results: items, nextToken: next, timestamp: shadows.nowS() }
  },
})

/** @throws AwsError where the service rejects the request */
function answer(
  { shadows }: ShadowState,
  thing: string | undefined,
  shadow: string | undefined,
  verb: ShadowVerb,
  body: unknown,
): { payload: Uint8Array } {
  const accepted = shadows.request(thing ?? '', shadow ?? null, verb, body)
  if (isRejection(accepted)) throw asAwsError(accepted)
  return { payload: Buffer.from(JSON.stringify(accepted)) }
}
