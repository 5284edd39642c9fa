import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type MisconfiguredFunction, StaleRollout } from '../../../controller/errors.ts'
import { loadPolicy } from '../../../controller/lambda/policy-source.ts'
import { documentOf } from '../../../controller/policy/document.ts'
import { DEFAULT_POLICY } from '../../../controller/policy/policy.ts'
import { MemoryStore } from '../../../scenarios/world/memory-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'policy-'))
afterAll(() => rmSync(folder, { recursive: true }))
const withFile = join(folder, 'policy.json')
const places = { tableName: 'firmware-rollouts', folder: join(folder, 'empty') }

const storeWith = async (document: unknown): Promise<MemoryStore> => {
  const store = new MemoryStore()
  await store.put('policy', document)
  return store
}
const failing = (error: Error) => ({ get: () => Promise.reject(error) })
const problemsOf = async (load: Promise<unknown>): Promise<readonly string[]> => {
  const error = (await load.catch((reason: unknown) => reason)) as MisconfiguredFunction
  expect(error).toMatchObject({ name: 'MisconfiguredFunction' })
  return error.problems
}

describe('a function takes its policy', () => {
  it('from its table before any file', async () => {
    writeFileSync(withFile, '{"window":"2h"}')
    const store = await storeWith({ ...documentOf(DEFAULT_POLICY), window: '4h' })
    expect(await loadPolicy(store, { ...places, folder })).toEqual({ ...DEFAULT_POLICY, windowMs: 4 * 3_600_000 })
  })

  it('from the file beside it where the table has none, or from the file that it is given', async () => {
    writeFileSync(withFile, '{"window":"2h"}')
    writeFileSync(join(folder, 'plant.json'), '{"window":"3h"}')
    const loaded = await loadPolicy(new MemoryStore(), { ...places, folder })
    expect(loaded).toEqual({ ...DEFAULT_POLICY, windowMs: 2 * 3_600_000 })
    const given = await loadPolicy(new MemoryStore(), { ...places, folder, file: 'plant.json' })
    expect(given.windowMs).toBe(3 * 3_600_000)
  })

  it('from the defaults where there is neither', async () => {
    expect(await loadPolicy(new MemoryStore(), places)).toEqual(DEFAULT_POLICY)
  })
})

describe('a function refuses, with source, path and nearest name', () => {
  it('an item that is invalid, with every problem', async () => {
    const store = await storeWith({ window: 24, limits: { crash: 1 } })
    expect(await problemsOf(loadPolicy(store, places))).toEqual([
      'item "policy" of table firmware-rollouts: window: 24 is not a duration (ms, s, min, h, d); ' +
        'write it with its unit, such as "24h"',
      'item "policy" of table firmware-rollouts: limits.crash: unknown key; did you mean "crashes"?',
    ])
  })

  it('an item whose body is missing or no JSON', async () => {
    expect(await problemsOf(loadPolicy(failing(new StaleRollout('policy')), places))).toEqual([
      'item "policy" of table firmware-rollouts: no attribute "body" that holds the document',
    ])
    expect(await problemsOf(loadPolicy(failing(new SyntaxError('Unexpected end')), places))).toEqual([
      'item "policy" of table firmware-rollouts: is not JSON: Unexpected end',
    ])
  })

  it('a file that is invalid, no JSON, or not there', async () => {
    writeFileSync(withFile, '{"windo":"4h"}')
    expect(await problemsOf(loadPolicy(new MemoryStore(), { ...places, folder }))).toEqual([
      `file ${withFile}: windo: unknown key; did you mean "window"?`,
    ])
    writeFileSync(withFile, 'window: 4h')
    expect(await problemsOf(loadPolicy(new MemoryStore(), { ...places, folder }))).toEqual([
      expect.stringContaining(`file ${withFile}: is not JSON: `),
    ])
    expect(await problemsOf(loadPolicy(new MemoryStore(), { ...places, file: 'lost.json' }))).toEqual([
      `file ${join(places.folder, 'lost.json')}: cannot be read (ENOENT)`,
    ])
  })

  it('nothing while its table cannot be read: that failure is its own', async () => {
    const denied = new Error('AccessDeniedException')
    await expect(loadPolicy(failing(denied), places)).rejects.toBe(denied)
  })
})
