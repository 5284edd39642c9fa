import { expect, it } from 'vitest'
import { openEndpoint, signed } from './endpoint.ts'

it('is whoever signs, a user of the twin’s account; any other operation of STS is refused in XML', async () => {
  const { endpoint, outside } = await openEndpoint()
  const call = (body: string) => fetch(endpoint.url, { method: 'POST', headers: signed('sts', 'AKID&1'), body })
  const text = await (await call('Action=GetCallerIdentity&Version=2011-06-15')).text()
  expect(text).toContain('<Arn>arn:aws:iam::123456789012:user/AKID&amp;1</Arn>')
  expect(text).toContain('<Account>123456789012</Account>')
  expect(text).toMatch(/<RequestId>[0-9a-f-]{36}<\/RequestId>/)
  for (const [body, status] of [
    ['Action=AssumeRole&RoleArn=x', 501],
    ['Action=GetCallerIdentity&X=1', 400],
  ] as const) {
    const refused = await call(body)
    expect([refused.status, refused.headers.get('content-type')]).toEqual([status, 'text/xml'])
  }
  await endpoint.close()
  expect(outside.activity()).toMatchObject([{ reads: { 'sts GetCallerIdentity': 1 }, errors: [{}, {}] }])
})
