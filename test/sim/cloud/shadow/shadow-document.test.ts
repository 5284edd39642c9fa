import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isObject, type JsonObject, type JsonValue } from '../../../../sim/cloud/base/json.ts'
import { applyUpdate, NO_DOCUMENT, type ShadowDocument } from '../../../../sim/cloud/shadow/shadow-document.ts'
import { metadataOf } from '../../../../sim/cloud/shadow/shadow-metadata.ts'
import { isRejection, type ShadowUpdate } from '../../../../sim/cloud/shadow/shadow-request.ts'

const key = fc.constantFrom('a', 'b', 'constructor')
const scalar = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('x', 'y'), fc.boolean())
const { value } = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, scalar, fc.constant(null), tie('object'), fc.array(scalar, { maxLength: 2 })),
  object: fc.dictionary(key, tie('value'), { maxKeys: 3 }),
}))
const patch = fc.dictionary(key, value, { maxKeys: 3 })

/** The merge of the documentation, leaf by leaf, with a timestamp at each. [source: shadow-merge] */
interface Plain {
  state: JsonObject
  metadata: JsonObject
}

function merge({ state, metadata }: Plain, patch: JsonObject, timestamp: number): Plain {
  const next: Plain = { state: { ...state }, metadata: { ...metadata } }
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) {
      delete next.state[name]
      delete next.metadata[name]
    } else if (isObject(value)) {
      const under = isObject(state[name]) ? (state[name] as JsonObject) : {}
      const known = isObject(state[name]) ? (metadata[name] as JsonObject) : {}
      const merged = merge({ state: under, metadata: known }, value, timestamp)
      next.state[name] = merged.state
      next.metadata[name] = merged.metadata
    } else {
      next.state[name] = value
      next.metadata[name] = Array.isArray(value) ? value.map(() => ({ timestamp })) : { timestamp }
    }
  }
  return next
}

it('has the state and the timestamps of a merge leaf by leaf, whatever is reported in whatever order', () => {
  fc.assert(
    fc.property(fc.array(patch, { minLength: 1, maxLength: 6 }), (patches) => {
      let document: ShadowDocument = NO_DOCUMENT
      let plain: Plain = { state: {}, metadata: {} }
      for (const [index, reported] of patches.entries()) {
        const update: ShadowUpdate = { state: { reported }, version: undefined, clientToken: undefined }
        const next = applyUpdate(document, update, 100 + index, 8 * 1024)
        if (isRejection(next)) throw new Error(next.message)
        document = next
        plain = merge(plain, reported, 100 + index)
        expect(document.version).toBe(index + 1)
        expect(document.reported ?? {}).toEqual(plain.state)
        const stamps = document.reportedStamps
        expect(stamps === undefined ? {} : metadataOf(stamps, document.reported)).toEqual(plain.metadata)
      }
    }),
    { numRuns: 2_000 },
  )
})
