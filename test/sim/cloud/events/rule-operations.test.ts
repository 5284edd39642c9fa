import { beforeEach, describe, expect, it } from 'vitest'
import { loadServiceModel } from '../../../../sim/protocol/service-model.ts'
import { ACCOUNT_ID, CloudBench, REGION } from '../fixtures.ts'

const LAMBDA = `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:f`
const BUS = `arn:aws:events:${REGION}:${ACCOUNT_ID}:event-bus/default`
const EventPattern = '{"source":["plant"]}'
let bench: CloudBench

beforeEach(() => {
  bench = new CloudBench()
  bench.call('events', 'PutRule', { Name: 'a-1', ScheduleExpression: 'rate(1 minute)', Description: 'd' })
  bench.call('events', 'PutRule', { Name: 'a-2', EventPattern, EventBusName: BUS })
  bench.call('events', 'PutTargets', { Rule: 'a-1', Targets: [{ Id: '1', Arn: LAMBDA }] })
})

/** An input of every operation with which it reads all it can. */
const INPUTS: Readonly<Record<string, object>> = {
  PutRule: { Name: 'new', EventPattern },
  PutTargets: { Rule: 'a-1', Targets: [] },
  RemoveTargets: { Rule: 'a-1', Ids: [] },
  DeleteRule: { Name: 'a-2' },
  DescribeRule: { Name: 'a-1' },
  ListRules: {},
  ListRuleNamesByTarget: { TargetArn: LAMBDA },
  ListTargetsByRule: { Rule: 'a-1' },
  EnableRule: { Name: 'a-1' },
  DisableRule: { Name: 'a-1' },
  DescribeEventBus: {},
  ListEventBuses: {},
  TagResource: { ResourceARN: BUS, Tags: [] },
  UntagResource: { ResourceARN: BUS },
  ListTagsForResource: { ResourceARN: BUS },
  TestEventPattern: { EventPattern, Event: '{}' },
  PutEvents: { Entries: [{ Source: 'plant', DetailType: 't', Detail: '{}' }] },
}

it.each(Object.keys(INPUTS))('%s ignores no member of its input', async (operation) => {
  const { operations } = await loadServiceModel('events')
  const read = new Set<string>()
  const get = (target: object, key: string) => {
    read.add(key)
    return Reflect.get(target, key)
  }
  const ownKeys = (target: object) => Reflect.ownKeys(target)
  const members = [...(operations.get(operation)?.input.structIterator() ?? [])].map(([name]) => name)
  const all = Object.fromEntries(members.map((name) => [name, undefined]))
  bench.call('events', operation, new Proxy({ ...all, ...INPUTS[operation] }, { get: get as never, ownKeys }))
  // Force concerns the rules of other services, and there are none.
  expect(members.filter((name) => !read.has(name) && name !== 'Force')).toEqual([])
})

it.each(['RoleArn', 'Input', 'InputPath', 'InputTransformer', 'DeadLetterConfig', 'RetryPolicy', 'SqsParameters'])(
  'a target with %s is refused by name',
  (member) => {
    const Targets = [{ Id: '1', Arn: LAMBDA, [member]: 'x' }]
    expect(() => bench.call('events', 'PutTargets', { Rule: 'a-1', Targets })).toThrow(`${member} of an event target`)
  },
)

it.each(['other', BUS.replace('default', 'other'), BUS.replace(REGION, 'us-east-1'), BUS.replace('aws', 'aws-cn')])(
  'there is no event bus %s',
  (EventBusName) => {
    const refused = expect.objectContaining({ name: 'ResourceNotFoundException' })
    expect(() => bench.call('events', 'ListRules', { EventBusName })).toThrow(refused)
    const Entries = [{ Source: 'plant', DetailType: 't', Detail: '{}', EventBusName }]
    expect(() => bench.call('events', 'PutEvents', { Entries })).toThrow(refused)
  },
)

it('lists rules by prefix, in pages, and by target', () => {
  const first = bench.call('events', 'ListRules', { NamePrefix: 'a-', Limit: 1 })
  expect(first).toMatchObject({ Rules: [{ Name: 'a-1', Description: 'd' }], NextToken: expect.any(String) })
  const second = bench.call('events', 'ListRules', { NamePrefix: 'a-', NextToken: first.NextToken })
  expect(second).toMatchObject({ Rules: [{ Name: 'a-2' }], NextToken: undefined })
  expect(bench.call('events', 'ListRules', { NamePrefix: 'b' }).Rules).toEqual([])
  expect(bench.call('events', 'ListRuleNamesByTarget', { TargetArn: LAMBDA }).RuleNames).toEqual(['a-1'])
})

it('describes the default bus, and tests a pattern', () => {
  expect(bench.call('events', 'DescribeEventBus', {})).toEqual({ Name: 'default', Arn: BUS })
  expect(bench.call('events', 'ListEventBuses', { NamePrefix: 'x' }).EventBuses).toEqual([])
  const test = (source: string) =>
    bench.call('events', 'TestEventPattern', { EventPattern, Event: JSON.stringify({ source }) }).Result
  expect([test('plant'), test('other')]).toEqual([true, false])
})

it('a rule that is enabled again fires at whole multiples; a deleted one no more', () => {
  bench.runFor(30_000)
  bench.call('events', 'DisableRule', { Name: 'a-1' })
  bench.runFor(60_000)
  bench.call('events', 'EnableRule', { Name: 'a-1' })
  bench.runFor(60_000)
  expect(bench.invoked.map(({ event }) => event.time)).toEqual(['2026-03-02T13:02:00Z'])
  bench.call('events', 'RemoveTargets', { Rule: 'a-1', Ids: ['1'] })
  bench.call('events', 'DeleteRule', { Name: 'a-1' })
  bench.runFor(300_000)
  expect(bench.invoked).toHaveLength(1)
})

it.each([{ ScheduleExpression: 'cron(0 20 * * ? *)' }, { EventPattern: '{"source":' }])(
  'a rule that cannot be %o stays as it was',
  (wrong) => {
    expect(() => bench.call('events', 'PutRule', { Name: 'a-1', ...wrong })).toThrow()
    expect(() => bench.call('events', 'PutRule', { Name: 'new', ...wrong })).toThrow()
    expect(bench.call('events', 'ListRules').Rules).toMatchObject([{ Name: 'a-1' }, { Name: 'a-2' }])
    bench.runFor(60_000)
    expect(bench.invoked).toHaveLength(1)
  },
)

it('an event has the time that its client gives', () => {
  bench.call('events', 'PutTargets', { Rule: 'a-2', Targets: [{ Id: '1', Arn: LAMBDA }] })
  const Time = new Date('2026-01-01T00:00:00Z')
  bench.call('events', 'PutEvents', { Entries: [{ Source: 'plant', DetailType: 't', Detail: '{}', Time }] })
  bench.runFor(2_000)
  expect(bench.invoked.map(({ event }) => event.time)).toContain('2026-01-01T00:00:00Z')
})

it('an event that a rule has matched is delivered after the rule was disabled, a later one is not', () => {
  bench.call('events', 'PutTargets', { Rule: 'a-2', Targets: [{ Id: '1', Arn: LAMBDA }] })
  const put = (Time: Date) =>
    bench.call('events', 'PutEvents', { Entries: [{ Source: 'plant', DetailType: 't', Detail: '{}', Time }] })
  put(new Date('2026-01-01T00:00:00Z'))
  bench.call('events', 'DisableRule', { Name: 'a-2' })
  put(new Date('2026-01-01T00:00:01Z'))
  bench.runFor(2_000)
  expect(bench.invoked.map(({ event }) => event.time)).toEqual(['2026-01-01T00:00:00Z'])
})

describe('tags', () => {
  const rule = (name: string): string => `arn:aws:events:${REGION}:${ACCOUNT_ID}:rule/${name}`
  const of = (ResourceARN: string): unknown => bench.call('events', 'ListTagsForResource', { ResourceARN }).Tags
  const tag = (Key: string, Value = '1') => ({ Key, Value })
  const putRule = (Name: string, Tags: object[]) => bench.call('events', 'PutRule', { Name, EventPattern, Tags })

  it('of a rule are set when it is made, ignored when it is put again, and end with it', () => {
    putRule('new', [tag('a')])
    putRule('new', [tag('b'), tag('aws:wrong')])
    expect(of(rule('new'))).toEqual([tag('a')])
    bench.call('events', 'TagResource', { ResourceARN: rule('new'), Tags: [tag('a', '2'), tag('c')] })
    bench.call('events', 'UntagResource', { ResourceARN: rule('new'), TagKeys: ['c', 'z'] })
    expect(of(rule('new'))).toEqual([tag('a', '2')])
    bench.call('events', 'DeleteRule', { Name: 'new' })
    expect(() => of(rule('new'))).toThrow(expect.objectContaining({ name: 'ResourceNotFoundException' }))
    putRule('new', [])
    expect(of(rule('new'))).toEqual([])
  })

  it('of the bus are its own', () => {
    bench.call('events', 'TagResource', { ResourceARN: BUS, Tags: [tag('a')] })
    expect([of(BUS), of(rule('a-1'))]).toEqual([[tag('a')], []])
  })

  it.each([
    ['a key of AWS', [tag('aws:a')]],
    ['a key of other characters', [tag('a!')]],
    ['a long value', [tag('a', 'x'.repeat(257))]],
    ['51 tags', Array.from({ length: 51 }, (_, i) => tag(`k${i}`))],
  ])('with %s are refused, and the rule is not made', (_, Tags) => {
    expect(() => putRule('new', Tags)).toThrow(expect.objectContaining({ name: 'ValidationException' }))
    expect(() => bench.call('events', 'DescribeRule', { Name: 'new' })).toThrow('does not exist')
    expect(() => bench.call('events', 'TagResource', { ResourceARN: BUS, Tags })).toThrow(
      expect.objectContaining({ name: 'ValidationException' }),
    )
    expect(of(BUS)).toEqual([])
  })

  it.each([
    ['ValidationException', 'a-1'],
    ['ValidationException', `arn:aws:sns:${REGION}:${ACCOUNT_ID}:rule/a-1`],
    ['ResourceNotFoundException', rule('none')],
    ['ResourceNotFoundException', rule('a-1').replace(REGION, 'us-east-1')],
    ['ResourceNotFoundException', BUS.replace('default', 'other')],
  ])('answer %s for %s', (name, ResourceARN) => {
    expect(() => of(ResourceARN)).toThrow(expect.objectContaining({ name, statusCode: 400 }))
  })
})
