import fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { documentOf } from '../../../controller/policy/document.ts'
import { parsePolicy } from '../../../controller/policy/parse.ts'
import { DEFAULT_POLICY } from '../../../controller/policy/policy.ts'
import { policySchema } from '../../../controller/policy/schema.ts'
import { arbitraryPolicy } from './arbitrary-policy.ts'

it('writes every quantity with its unit', () => {
  expect(documentOf(DEFAULT_POLICY)).toMatchObject({
    window: '1d',
    tick: '5min',
    gates: { production: [{ days: ['wed', 'sun'], from: '02:00', to: '06:00' }] },
    stages: [
      { name: 'canary', members: { perLine: 1 } },
      { name: 'early', members: { ofLine: '20 %' } },
      { name: 'production', members: 'rest' },
    ],
    preflight: { shareTolerance: 1, freeDisk: '20 MiB', baselineCoverage: '70 %' },
    limits: { connectionFailures: '2 %' },
    quorum: '88 %',
  })
})

it('leaves out no key of the schema, so that nothing of the policy is implicit', () => {
  const keysOf = (node: object, path = ''): string[] =>
    Object.entries((node as { properties?: Record<string, object> }).properties ?? {}).flatMap(([key, inner]) => [
      `${path}${key}`,
      ...keysOf(inner, `${path}${key}.`),
    ])
  const schema = z.toJSONSchema(policySchema, { io: 'input' })
  const document = documentOf(DEFAULT_POLICY)
  const missing = keysOf(schema)
    // The stages are written as a list, which says more than the numbers of the usual three.
    .filter((path) => !path.startsWith('stages.'))
    .filter((path) => path.split('.').reduce<unknown>((at, key) => (at as never)?.[key], document) === undefined)
  expect(missing).toEqual([])
  expect(keysOf(schema).length).toBeGreaterThan(40)
})

it('is read back as the same policy, whatever the policy and the site', () => {
  const elsewhere = { zone: 'America/Chicago', shifts: [{ name: 'all', from: '00:00', to: '00:00' }] }
  fc.assert(
    fc.property(arbitraryPolicy, (policy) => {
      expect(parsePolicy(documentOf(policy), elsewhere)).toEqual(policy)
      expect(parsePolicy(JSON.parse(JSON.stringify(documentOf(policy))))).toEqual(policy)
    }),
  )
})

it('says in the schema what holds where a key is left out, as the default policy has it', () => {
  const { properties } = z.toJSONSchema(policySchema, { io: 'input' }) as {
    properties: Record<string, { description?: string; properties?: Record<string, { description?: string }> }>
  }
  expect(properties.window?.description).toBe('Monitoring window of each stage; 1d by default')
  expect(properties.preflight?.properties?.freeDisk?.description).toBe(
    'Free disk that every device needs; 20 MiB by default',
  )
  const silent = Object.entries(properties).filter(([, { description }]) => description === undefined)
  expect(silent.map(([key]) => key)).toEqual([])
})
