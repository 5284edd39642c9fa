import { beforeEach, describe, expect, it } from 'vitest'
import { parseEventPattern } from '../../../../sim/cloud/events/event-pattern.ts'
import { CloudBench } from '../fixtures.ts'

let bench: CloudBench
const LAMBDA = 'arn:aws:lambda:eu-central-1:123456789012:function:f'

beforeEach(() => {
  bench = new CloudBench()
})

const rule = (over: object): void => {
  bench.call('events', 'PutRule', { Name: 'r', ...over })
  bench.call('events', 'PutTargets', { Rule: 'r', Targets: [{ Id: '1', Arn: LAMBDA }] })
}

describe('a rate', () => {
  it('fires at whole multiples, with the event of a scheduled rule', () => {
    rule({ ScheduleExpression: 'rate(5 minutes)' })
    bench.runFor(15 * 60_000)
    expect(bench.invoked.map(({ event }) => event.time)).toEqual([
      '2026-03-02T13:05:00Z',
      '2026-03-02T13:10:00Z',
      '2026-03-02T13:15:00Z',
    ])
    expect(bench.invoked[0]).toMatchObject({
      functionArn: LAMBDA,
      event: { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {}, region: 'eu-central-1' },
    })
  })

  it('does not fire while the rule is disabled', () => {
    rule({ ScheduleExpression: 'rate(1 minute)' })
    bench.call('events', 'DisableRule', { Name: 'r' })
    bench.runFor(180_000)
    bench.call('events', 'EnableRule', { Name: 'r' })
    bench.runFor(60_000)
    expect(bench.invoked).toHaveLength(1)
  })

  it('that is a cron expression is refused by name', () => {
    expect(() => rule({ ScheduleExpression: 'cron(0 12 * * ? *)' })).toThrow('"cron(0 12 * * ? *)" is not emulated')
  })
})

describe('a pattern', () => {
  it('gets events put on the bus, after the delivery delay', () => {
    rule({ EventPattern: JSON.stringify({ source: ['plant'], detail: { stage: ['canary'] } }) })
    const put = (stage: string): unknown =>
      bench.call('events', 'PutEvents', {
        Entries: [{ Source: 'plant', DetailType: 'Passed', Detail: JSON.stringify({ stage }) }],
      })
    expect(put('canary')).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: expect.any(String) }] })
    put('early')
    expect(bench.invoked).toEqual([])
    bench.runFor(2_000)
    expect(bench.invoked.map(({ event }) => event.detail)).toEqual([{ stage: 'canary' }])
  })

  it('answers for each entry, and refuses sources of AWS', () => {
    const Entries = [
      { Source: 'aws.iot', DetailType: 'x', Detail: '{}' },
      { Source: 'p', DetailType: 'x', Detail: 'no' },
    ]
    expect(bench.call('events', 'PutEvents', { Entries })).toMatchObject({
      FailedEntryCount: 2,
      Entries: [{ ErrorCode: 'NotAuthorizedForSourceException' }, { ErrorCode: 'InvalidArgument' }],
    })
  })

  it.each([
    [{ a: ['x', 'y'] }, { a: 'y' }, true],
    [{ a: ['x'] }, { a: ['z', 'x'] }, true],
    [{ a: [{ prefix: 'ab' }] }, { a: 'abc' }, true],
    [{ a: [{ 'anything-but': ['x'] }] }, { a: 'x' }, false],
    [{ a: [{ exists: false }] }, {}, true],
    [{ a: { b: [1] } }, { a: { b: 2 } }, false],
    [{ constructor: [{ exists: true }] }, {}, false],
    [{ constructor: [{ exists: true }] }, { constructor: 1 }, true],
  ])('%j on %j: %s', (pattern, event, matches) => {
    expect(parseEventPattern(JSON.stringify(pattern))(event)).toBe(matches)
  })

  it('refuses other matchers by name', () => {
    expect(() => parseEventPattern('{"a":[{"numeric":[">",1]}]}')).toThrow('matcher "numeric" is not emulated')
  })
})
