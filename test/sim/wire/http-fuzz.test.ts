import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Services } from '../../../sim/cloud/base/operations.ts'
import { OPERATIONS } from '../../../sim/cloud/operations.ts'
import { loadServiceModel, type OperationModel } from '../../../sim/protocol/service-model.ts'
import { CloudBench } from '../cloud/fixtures.ts'
import { mutated, validInput } from '../protocol/inputs.ts'
import { bytesOf, partsOf } from '../protocol/messages.ts'
import { exchange, type OpenEndpoint, openEndpoint, requestText, signed, statusOf } from './endpoint.ts'

/** Bytes at the endpoint, of which some are requests: none kills it, and none leaves its client without an end. */

const RUNS = Number(process.env.FUZZ_RUNS ?? 20) * 10

let open: OpenEndpoint
let host: string

beforeAll(async () => {
  open = await openEndpoint({ services: new CloudBench().withCanaries(2).cloud.services as Services })
  host = new URL(open.endpoint.url).host
})

afterAll(() => open.endpoint.close())

const models = await Promise.all((Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[]).map(loadServiceModel))
const messages = fc.oneof(
  ...models.flatMap((model) =>
    Object.keys(OPERATIONS[model.service as keyof typeof OPERATIONS]).map((name) => {
      const operation = model.operations.get(name) as OperationModel
      return validInput(operation, model.constraints).chain((input) => {
        const parts = partsOf(model, operation, input)
        return mutated(parts.body).map((body) => ({ ...parts, service: model.service, body }))
      })
    }),
  ),
)

const requests = messages.map(({ service, method, path, query, headers, body }) => {
  const bytes = bytesOf(body, service === 'sns')
  const line = `${method} ${path}${query.length === 0 ? '' : `?${new URLSearchParams(query.map(([a, b]) => [a, b]))}`}`
  const safe = Object.entries(headers).filter(([, value]) => /^[\x20-\x7e]*$/.test(value))
  const all = { ...Object.fromEntries(safe), host, ...signed(service), 'content-length': String(bytes.length) }
  return Buffer.concat([Buffer.from(requestText(line, all)), bytes])
})

/** A request, cut off, damaged at one place, or whole. */
const bytes = fc
  .tuple(requests, fc.constantFrom('whole', 'cut', 'damaged'), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255))
  .map(([request, how, where, byte]) => {
    const at = Math.floor(where * (request.length - 1))
    if (how === 'cut') return request.subarray(0, at)
    if (how === 'damaged') request[at] = byte
    return request
  })

it('answers or ends every connection', async () => {
  let tried = 0
  const property = fc.asyncProperty(bytes, async (sent) => {
    tried += 1
    const response = await exchange(open.endpoint.url, sent, (socket) => socket.end())
    if (open.bugs.length > 0) throw new Error('a bug of the twin', { cause: open.bugs[0] })
    if (response !== '') expect(statusOf(response)).toBeGreaterThanOrEqual(100)
  })
  await fc.assert(property, { numRuns: RUNS, seed: 17 })
  console.info(`fuzz: ${models.length} services over sockets, ${tried} connections, 0 deaths, 0 hangs`)
  expect(statusOf(await exchange(open.endpoint.url, requestText('GET /things', { host, ...signed('iot') })))).toBe(200)
})
