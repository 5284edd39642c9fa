import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../../sim/kernel/clock.ts'
import { OutsideClients } from '../../../sim/kernel/outside-clients.ts'
import { Trace } from '../../../sim/kernel/trace.ts'
import type { LambdaFunctions } from '../../../sim/twin/level.ts'
import { answerLambda } from '../../../sim/wire/lambda-api.ts'
import { Visitor } from '../../../sim/wire/visitor.ts'
import { openEndpoint, signed } from './endpoint.ts'

const clock = new VirtualClock(0)
const outside = new OutsideClients(clock, new Trace(clock))
const called: unknown[] = []
const functions: LambdaFunctions = {
  has: (name) => name === 'operate',
  names: () => ['operate'],
  call: async (_, payload) => {
    called.push(payload)
    if ((payload as { fail?: boolean }).fail) throw new TypeError('broken')
    return { echo: payload }
  },
}

async function invoke(name: string, body: string, headers: Record<string, string> = {}, query = '') {
  called.length = 0
  const request = {
    method: 'POST',
    path: `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`,
    query: new URLSearchParams(query),
    headers,
    body: Buffer.from(body),
    requestId: 'r',
  }
  const response = await answerLambda(functions, request, new Visitor(outside, 'AKIDTEST'))
  const text = response.body.toString()
  return { ...response, body: text === '' ? null : JSON.parse(text) }
}

describe('Invoke', () => {
  it.each(['operate', '123456789012:function:operate', 'arn:aws:lambda:eu-central-1:123456789012:function:operate'])(
    'finds the function by %s and answers with what it returns',
    async (name) => {
      expect(await invoke(name, '{"a":1}')).toMatchObject({
        statusCode: 200,
        headers: { 'x-amz-executed-version': '$LATEST' },
        body: { echo: { a: 1 } },
      })
    },
  )

  it('answers 200 for a function that fails, since the invocation succeeded', async () => {
    expect(await invoke('operate', '{"fail":true}')).toMatchObject({
      statusCode: 200,
      headers: { 'x-amz-function-error': 'Unhandled' },
      body: { errorType: 'TypeError', errorMessage: 'broken' },
    })
  })

  it('as an event answers at once, as a dry run does nothing', async () => {
    expect(await invoke('operate', '{}', { 'x-amz-invocation-type': 'Event' })).toMatchObject({ statusCode: 202 })
    expect(called).toEqual([{}])
    expect(await invoke('operate', '{}', { 'x-amz-invocation-type': 'DryRun' })).toMatchObject({ statusCode: 204 })
    expect(called).toEqual([])
  })

  it.each([
    ['nobody', '{}', {}, '', 404, 'ResourceNotFoundException'],
    ['operate', '{', {}, '', 400, 'InvalidRequestContentException'],
    ['operate', '{}', { 'x-amz-invocation-type': 'Soon' }, '', 400, 'InvalidParameterValueException'],
    ['operate', '{}', { 'x-amz-log-type': 'Tail' }, '', 501, 'NotEmulated'],
    ['operate', '{}', { 'x-amz-client-context': 'e30=' }, '', 501, 'NotEmulated'],
    ['operate', '{}', {}, 'Qualifier=7', 501, 'NotEmulated'],
  ])('of %s with %s %j?%s is refused', async (name, body, headers, query, statusCode, error) => {
    expect(await invoke(name, body, headers, query)).toMatchObject({
      statusCode,
      headers: { 'x-amzn-errortype': error },
    })
    expect(called).toEqual([])
  })
})

it('is reached by the scope lambda of the endpoint, next to the other services', async () => {
  const { endpoint, bugs } = await openEndpoint({ functions })
  const call = (service: string): Promise<Response> =>
    fetch(`${endpoint.url}/2015-03-31/functions/operate/invocations`, {
      method: 'POST',
      headers: signed(service),
      body: '{"b":2}',
    })
  expect(await (await call('lambda')).json()).toEqual({ echo: { b: 2 } })
  const other = await call('logs')
  expect([other.status, ((await other.json()) as { message: string }).message]).toEqual([
    501,
    'the service "logs" (emulated services: lambda, dynamodb, sts) is not emulated by fleet-rehearsal',
  ])
  await endpoint.close()
  expect(bugs).toEqual([])
})

it('lists and describes the functions, and refuses what it does not know', async () => {
  const read = async (path: string, query = '') => {
    const request = { path, query: new URLSearchParams(query), headers: {}, body: Buffer.alloc(0), requestId: 'r' }
    const response = await answerLambda(functions, { method: 'GET', ...request }, new Visitor(outside, 'AKIDTEST'))
    return [response.statusCode, JSON.parse(response.body.toString())]
  }
  const operate = { FunctionName: 'operate', Version: '$LATEST' }
  expect(await read('/2015-03-31/functions/')).toMatchObject([200, { Functions: [operate] }])
  expect(await read('/2015-03-31/functions/operate')).toMatchObject([200, { Configuration: operate }])
  expect(await read('/2015-03-31/functions/operate/configuration')).toMatchObject([200, operate])
  expect(await read('/2015-03-31/functions/nobody')).toMatchObject([404, {}])
  expect(await read('/2015-03-31/functions/', 'Marker=x')).toMatchObject([501, {}])
  expect(await read('/2015-03-31/functions/operate/policy')).toMatchObject([501, {}])
})
