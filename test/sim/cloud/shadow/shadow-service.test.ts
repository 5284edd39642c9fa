import { beforeEach, describe, expect, it } from 'vitest'
import { CloudBench } from '../fixtures.ts'

let bench: CloudBench

beforeEach(() => {
  bench = new CloudBench().withCanaries(1)
})

const update = (payload: unknown): void => bench.send('thing-0', 'shadow/update', payload)
const last = (ending: string): Record<string, unknown> | undefined => bench.on(ending).at(-1)
const get = (): Record<string, unknown> => {
  bench.send('thing-0', 'shadow/get', {})
  return last('shadow/get/accepted') as Record<string, unknown>
}
const S = Date.parse('2026-03-02T13:00:00Z') / 1000

describe('updates', () => {
  it('merge key by key, delete by null, and raise the version even when nothing changes', () => {
    update({ state: { reported: { a: 1, b: { c: 2, d: 3 } } } })
    update({ state: { reported: { b: { c: null }, e: [1, 2] } } })
    update({ state: { reported: { a: 1 } } })
    expect(get()).toMatchObject({ state: { reported: { a: 1, b: { d: 3 }, e: [1, 2] } }, version: 3 })
  })

  it('answer with what was sent and metadata of the sent leaves, nulls included', () => {
    update({ state: { reported: { a: null, b: 1 } }, clientToken: 't' })
    expect(last('update/accepted')).toEqual({
      state: { reported: { a: null, b: 1 } },
      metadata: { reported: { a: { timestamp: S }, b: { timestamp: S } } },
      version: 1,
      timestamp: S,
      clientToken: 't',
    })
  })

  // Recorded from AWS by moto's aws_verified tests.
  it.each([
    ['an empty state creates the shadow', [{ state: {} }], { state: {}, metadata: {}, version: 1 }],
    ['an empty section vanishes', [{ state: { desired: {} } }], { state: {}, metadata: {}, version: 1 }],
    ['null state drops both sections', [{ state: { desired: { a: 1 } } }, { state: null }], { state: {}, version: 2 }],
    [
      'null section drops it',
      [{ state: { desired: { a: 1 }, reported: { b: 1 } } }, { state: { desired: null } }],
      { state: { reported: { b: 1 } } },
    ],
    [
      'an object may replace a scalar',
      [{ state: { desired: { c: 3 } } }, { state: { desired: { c: {} } } }],
      { state: { desired: { c: {} } } },
    ],
    [
      'the last key removes its section',
      [{ state: { desired: { a: 1 } } }, { state: { desired: { a: null } } }],
      { state: {}, version: 2 },
    ],
  ])('%s', (_, requests, expected) => {
    for (const request of requests) update(request)
    const { state, metadata, version } = get()
    expect({ state, metadata, version }).toMatchObject(expected)
    if ('state' in expected)
      expect(state).toEqual({ ...(expected.state as object), ...deltaOf(expected.state as object) })
  })

  const deltaOf = (state: object): object =>
    'desired' in state && !('reported' in state) ? { delta: { ...(state.desired as object) } } : {}

  it('stamp only the leaves they touch', () => {
    update({ state: { reported: { a: 1, b: 1 } } })
    bench.runFor(10_000)
    update({ state: { reported: { b: 2 } } })
    expect(get().metadata).toEqual({ reported: { a: { timestamp: S }, b: { timestamp: S + 10 } } })
  })

  it('publish documents with before and after', () => {
    update({ state: { reported: { a: 1 } } })
    update({ state: { reported: { a: 2 } } })
    expect(last('update/documents')).toMatchObject({
      previous: { state: { reported: { a: 1 } }, version: 1 },
      current: { state: { reported: { a: 2 } }, version: 2 },
    })
  })
})

it('keeps attributes whose names every object has, in the state, its metadata and the delta', () => {
  update({ state: { reported: { a: 1 } } })
  update({ state: { reported: { constructor: 1 } } })
  const patch = '{"state":{"desired":{"__proto__":{"b":{}},"toString":"x"}}}'
  update(JSON.parse(patch))
  const { state, metadata } = get()
  const nested = '"__proto__":{"b":{}},"toString":"x"'
  expect(JSON.stringify(state)).toBe(`{"desired":{${nested}},"reported":{"a":1,"constructor":1},"delta":{${nested}}}`)
  expect(JSON.stringify(metadata)).toContain(`"desired":{"__proto__":{"b":{}},"toString":{"timestamp":${S}}}`)
})

describe('the delta', () => {
  it('holds every desired attribute that differs, with its path, from the whole document', () => {
    update({ state: { desired: { a: 1, b: { c: 1, d: 1 }, e: [1] } } })
    update({ state: { reported: { b: { c: 1 }, e: [2], z: 9 } } })
    expect(last('update/delta')).toMatchObject({ state: { a: 1, b: { d: 1 }, e: [1] }, version: 2 })
  })

  it('is not published when nothing differs', () => {
    update({ state: { desired: { a: 1 }, reported: { a: 1 } } })
    expect(bench.on('update/delta')).toEqual([])
  })
})

describe('refusals', () => {
  const deep = { a: { b: { c: { d: { e: { f: { g: 1 } } } } } } }
  it.each([
    [undefined, 400, 'Invalid JSON'],
    [{}, 400, 'Missing required node: state'],
    [{ state: 3 }, 400, 'State node must be an object'],
    [{ state: { desired: 3 } }, 400, 'Desired node must be an object'],
    [{ state: { reported: [] } }, 400, 'Reported node must be an object'],
    [{ state: { other: {} } }, 400, 'State contains an invalid node'],
    [{ state: { reported: { a: [1, null] } } }, 400, 'State contains an invalid node'],
    [{ state: { reported: deep } }, 400, 'JSON contains too many levels of nesting; maximum is 6'],
    [{ state: {}, clientToken: 'x'.repeat(65) }, 400, 'Invalid clientToken'],
    [{ state: {}, version: 'one' }, 400, 'Invalid version'],
    [{ state: {}, version: 7 }, 409, 'Version conflict'],
    [{ state: { reported: { a: 'x'.repeat(9000) } } }, 413, 'The payload exceeds the maximum size allowed'],
  ])('%j', (payload, code, message) => {
    update({ state: { reported: { before: 1 } } })
    update(payload)
    expect(last('update/rejected')).toMatchObject({ code, message, timestamp: S })
    expect(get()).toMatchObject({ state: { reported: { before: 1 } }, version: 1 })
  })

  it('measure the size limit in bytes, so that a document just below it passes', () => {
    update({ state: { reported: { a: 'x'.repeat(8 * 1024 - 40) } } })
    expect(last('update/accepted')).toBeDefined()
  })

  it('name the shadow that does not exist', () => {
    bench.send('thing-0', 'shadow/name/health/get', {})
    expect(last('get/rejected')).toMatchObject({ code: 404, message: 'No shadow exists with name: health' })
  })
})

describe('deletion', () => {
  it('keeps the version for 48 hours', () => {
    update({ state: { reported: { a: 1 } } })
    bench.send('thing-0', 'shadow/delete', {})
    expect(last('delete/accepted')).toMatchObject({ version: 1 })
    update({ state: { reported: { b: 1 } } })
    expect(get()).toMatchObject({ state: { reported: { b: 1 } }, version: 2 })
    bench.send('thing-0', 'shadow/delete', {})
    bench.runFor(49 * 3_600_000)
    update({ state: { reported: { c: 1 } } })
    expect(get()).toMatchObject({ version: 1 })
  })
})

describe('over HTTP', () => {
  const call = (operation: string, over: object = {}): unknown => {
    const { payload } = bench.call('iotdata', operation, { thingName: 'thing-0', shadowName: 'health', ...over })
    return JSON.parse(Buffer.from(payload as Uint8Array).toString())
  }

  it('an update is answered in the response, and announced over MQTT too', () => {
    const payload = Buffer.from(JSON.stringify({ state: { reported: { a: 1 } } }))
    expect(call('UpdateThingShadow', { payload })).toMatchObject({ version: 1, state: { reported: { a: 1 } } })
    expect(last('shadow/name/health/update/documents')).toBeDefined()
    expect(bench.call('iotdata', 'ListNamedShadowsForThing', { thingName: 'thing-0' })).toMatchObject({
      results: ['health'],
    })
  })

  it('a failed call is an exception and no MQTT message', () => {
    const payload = Buffer.from('{}')
    expect(() => call('UpdateThingShadow', { payload })).toThrow('Missing required node: state')
    expect(bench.published).toEqual([])
  })
})

it('makes no message without subscribers', () => {
  bench.subscriptions.length = 0
  update({ state: { reported: { a: 1 } } })
  expect(bench.published).toEqual([])
})
