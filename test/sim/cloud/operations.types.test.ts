import { expect, it } from 'vitest'
import { bindOperations, defineOperations, type OutputOf } from '../../../sim/cloud/base/operations.ts'
import type { CloudServices } from '../../../sim/cloud/operations.ts'
import { OPERATIONS } from '../../../sim/cloud/operations.ts'
import { loadServiceModel, SERVICES } from '../../../sim/protocol/service-model.ts'

/** What must not compile: `npm run check` fails where the line below an expected error compiles. */

const iot = defineOperations<'iot', { readonly names: readonly string[] }>()
const untyped: object = { thingName: 'a' }

/** Correct. */
const correct = iot({
  DescribeThing: ({ thingName }) => ({ thingName, version: 1 }),
  DescribeJob: ({ jobId }) => ({ job: { jobId, ...(jobId === 'j1' && { comment: 'first' }) } }),
  ListThings: ({ nextToken }, { names }) => ({ things: names.map((thingName) => ({ thingName })), nextToken }),
  DeleteThing: () => ({}),
})

iot({
  // @ts-expect-error a misspelt operation
  DescribeThin: () => ({}),
})
iot({
  // @ts-expect-error an operation of another service
  CreateDeployment: () => ({}),
})
iot({
  // @ts-expect-error a misspelt input member
  DescribeThing: ({ thingNam }) => ({ thingName: thingNam }),
})
iot({
  // @ts-expect-error a misspelt output member
  DescribeThing: ({ thingName }) => ({ thingNam: thingName }),
})
iot({
  // @ts-expect-error an output member too many, which TypeScript does not check in a lambda of a declared type
  DescribeThing: ({ thingName }) => ({ thingName, versoin: 1 }),
})
iot({
  // @ts-expect-error a misspelt member inside an output
  DescribeJob: ({ jobId }) => ({ job: { jobId, forceCancelled: true } }),
})
iot({
  // @ts-expect-error a misspelt member of a list's items
  ListThings: (_, { names }) => ({ things: names.map((name) => ({ thingNam: name })) }),
})
iot({
  // @ts-expect-error an output member of the wrong type
  DescribeThing: () => ({ version: '1' }),
})
iot({
  // @ts-expect-error a status that the SDK does not know
  DescribeJob: () => ({ job: { status: 'FINISHED' } }),
})
iot({
  // @ts-expect-error an answer that could be anything
  DescribeThing: () => untyped,
})
iot({
  // @ts-expect-error state that the operations do not have
  ListThings: (_, { things }) => ({ things }),
})

// @ts-expect-error a misspelt output member where the type is declared
const declared: OutputOf<'iot', 'DescribeThing'> = { thingNam: 'a' }

/** Callers are checked alike. */
const callers = (services: CloudServices): unknown[] => [
  services.iot.CreateThing({ thingName: 'a' }).thingArn,
  // @ts-expect-error an operation that is not emulated
  services.iot.CreateBillingGroup,
  // @ts-expect-error a misspelt input member
  services.iot.CreateThing({ thingNam: 'a' }),
  // @ts-expect-error a misspelt output member
  services.iot.CreateThing({ thingName: 'a' }).thingAr,
  // @ts-expect-error the payload of a shadow is bytes, though clients accept text
  services.iotdata.UpdateThingShadow({ thingName: 'a', payload: '{}' }),
  // @ts-expect-error state that the operations need
  bindOperations(correct, {}),
]

it('gives operations their state', () => {
  const { DescribeThing, ListThings } = bindOperations(correct, { names: ['a', 'b'] })
  expect(DescribeThing({ thingName: 'a' })).toEqual({ thingName: 'a', version: 1 })
  expect(ListThings({ nextToken: 'next' })).toEqual({
    things: [{ thingName: 'a' }, { thingName: 'b' }],
    nextToken: 'next',
  })
  expect([declared, callers]).toHaveLength(2)
})

it.each(SERVICES)('emulates operations of %s that its SDK package describes', async (service) => {
  const { operations } = await loadServiceModel(service)
  const names = Object.keys(OPERATIONS[service])
  expect(names.length).toBeGreaterThan(0)
  expect(names.filter((name) => !operations.has(name))).toEqual([])
})
