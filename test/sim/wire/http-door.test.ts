import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { exchange, type OpenEndpoint, openEndpoint, requestText, signed, statusOf } from './endpoint.ts'

/** Raw bytes at the endpoint: who gets in, and what becomes of those who do not. */

let open: OpenEndpoint
let host: string
let described: unknown[]

const describe = (input: never): object => {
  described.push(input)
  return {}
}

beforeAll(async () => {
  const services = { iot: { DescribeThing: describe, CreateThing: () => ({}) } }
  open = await openEndpoint({ services })
  host = new URL(open.endpoint.url).host
})

beforeEach(() => {
  described = []
})

afterAll(() => open.endpoint.close())

const GET = 'GET /things/t'
const send = async (line: string, headers: Readonly<Record<string, string>>, body = ''): Promise<number> =>
  statusOf(await exchange(open.endpoint.url, requestText(line, headers, body)))

it.each(['127.0.0.1', 'localhost', '[::1]', 'data.localhost', 'LOCALHOST'])('lets in who calls it %s', async (name) => {
  const port = host.split(':')[1]
  expect(await send(GET, { host: name, ...signed('iot') })).toBe(200)
  expect(await send(GET, { host: `${name}:${port}`, ...signed('iot') })).toBe(200)
  expect(described).toHaveLength(2)
})

it.each([
  ['another name', GET, { host: 'rebound.example' }, 403],
  ['another name that looks like ours', GET, { host: '127.0.0.1.example' }, 403],
  ['another port', GET, { host: '127.0.0.1:1' }, 403],
  ['the origin of a page', GET, { origin: 'http://127.0.0.1' }, 403],
  ['the origin of a file', GET, { origin: 'null' }, 403],
  ['a page of another site', GET, { 'sec-fetch-site': 'cross-site' }, 403],
  ['a page of the same site', GET, { 'sec-fetch-site': 'same-site' }, 403],
  ['the question of a browser', 'OPTIONS /things/t', { 'access-control-request-method': 'POST' }, 405],
  ['no signature', GET, { authorization: '' }, 403],
  ['another form of signature', GET, { authorization: 'Bearer x' }, 403],
  ['half a signature', GET, { authorization: 'AWS4-HMAC-SHA256 Credential=k/20260302/r/iot/aws4_request' }, 403],
  ['a path that is an address', 'GET http://other/things/t', {}, 400],
  ['a path that is not UTF-8', 'GET /things/%E0%A4%A', {}, 400],
  ['a long body', 'POST /things/t', { 'content-length': String(10 * 1024 * 1024) }, 413],
])('refuses %s', async (_, line, headers, status) => {
  const response = await exchange(
    open.endpoint.url,
    requestText(line, { host, ...signed('iot'), ...headers }),
    // The refusal does not wait for the body.
    (socket) => socket.once('data', () => socket.end()),
  )
  expect(statusOf(response)).toBe(status)
  expect(response.toLowerCase()).not.toContain('access-control')
  expect(response.toLowerCase()).toMatch(/x-amzn-requestid: \S+/)
  expect(described).toEqual([])
})

it.each(['content-length', 'chunked'])(
  'answers a body of 10 MB (%s), and its client can read the answer',
  async (form) => {
    const body = Buffer.alloc(10 * 1024 * 1024, 'x')
    const chunked = { duplex: 'half', body: new Blob([body]).stream() } as unknown as RequestInit
    const response = await fetch(`${open.endpoint.url}/things/t`, {
      method: 'POST',
      headers: signed('iot'),
      ...(form === 'chunked' ? chunked : { body }),
    })
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([413, 'RequestEntityTooLargeException'])
  },
)

it('tells a client that asks first to go on, if it may', async () => {
  const headers = { host, ...signed('iot'), expect: '100-continue', 'content-length': '2' }
  const go = (socket: { write(text: string): void }) => socket.write('{}')
  expect(await exchange(open.endpoint.url, requestText('POST /things/t', headers), go)).toMatch(
    /100 Continue[\s\S]+ 200 OK/,
  )
  const barred = { ...headers, origin: 'http://page.example' }
  const response = await exchange(open.endpoint.url, requestText('POST /things/t', barred), (socket) => socket.end())
  expect([statusOf(response), response.includes('100 Continue')]).toEqual([403, false])
})

const POST = 'POST /things/t'
it.each([
  ['closes amid the body', () => requestText(POST, { host, ...signed('iot'), 'content-length': '100' }, '{"a'), 400],
  ['closes amid the headers', () => 'POST /things/t HTTP/1.1\r\nhost: ', 400],
  ['closes at once', () => '', 0],
  [
    'sends a wrong chunk',
    () => requestText(POST, { host, ...signed('iot'), 'transfer-encoding': 'chunked' }, 'zz\r\n{}'),
    400,
  ],
  ['says two lengths', () => requestText(`${POST}`, { host, 'content-length': '3', 'Content-Length': '4' }, '{}'), 400],
  ['sends no HTTP', () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ['sends MQTT', () => '\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04test', 400],
])('outlives a client that %s', async (_, bytes, status) => {
  const response = await exchange(open.endpoint.url, Buffer.from(bytes(), 'latin1'), (socket) => socket.end())
  expect(statusOf(response)).toBe(status)
  expect(await send(GET, { host, ...signed('iot') })).toBe(200)
  expect(open.bugs).toEqual([])
})

it.each([
  'null',
  '[]',
  '3',
  '"x"',
  '{"attributePayload":{"attributes":{"a":null}}}',
  '{',
  '['.repeat(300_000),
  '\u0000',
])('refuses the body %s', async (body) => {
  const headers = { host, ...signed('iot'), 'content-length': String(Buffer.byteLength(body)) }
  const response = await exchange(open.endpoint.url, requestText(POST, headers, body))
  expect([statusOf(response), response.includes('SerializationException')]).toEqual([400, true])
  expect(open.bugs).toEqual([])
})
