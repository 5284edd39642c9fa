import type {
  DeleteRuleRequest,
  DescribeRuleRequest,
  ListTargetsByRuleRequest,
  PutEventsRequest,
  PutEventsRequestEntry,
  PutRuleRequest,
  PutTargetsRequest,
  RemoveTargetsRequest,
  Target,
} from '@aws-sdk/client-eventbridge'
import { Priority, type Timer } from '../../kernel/clock.ts'
import type { Stream } from '../../kernel/random.ts'
import { AwsError, NotEmulated } from '../base/aws-error.ts'
import type { CloudContext, Operations } from '../base/cloud-context.ts'
import { type EventPattern, parseEventPattern } from './event-pattern.ts'

/** What one of the emulated services puts on the default bus. */
export interface BusEvent {
  readonly source: string
  readonly detailType: string
  readonly detail: object
  readonly resources: readonly string[]
}

/** One event on its way to the targets of one rule. */
export interface BusDelivery {
  readonly rule: string
  /** What the event is about: its source and resources. */
  readonly origin: string
  readonly detailType: string
}

/** How much later than usual each copy of a delivery comes; none when it is lost. */
export type DeliveryFate = (delivery: BusDelivery) => readonly number[]

const ONCE: DeliveryFate = () => [0]

interface Rule {
  readonly name: string
  readonly pattern: EventPattern | null
  readonly patternText: string | undefined
  readonly schedule: string | undefined
  enabled: boolean
  targets: readonly Target[]
  timer: Timer | null
}

/** Delivery from the bus to a target takes a moment. [eventbridge: typical sub-second to second latency] */
const DELIVERY_MS = { min: 200, max: 1_500 }
const MAX_ENTRIES = 10
const MAX_ENTRY_BYTES = 256 * 1024
const RATE_UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** The default event bus of EventBridge with its rules: patterns and rates, targets that are Lambda functions. */
export class EventBus {
  readonly #ctx: CloudContext
  readonly #invoke: (functionArn: string, event: object) => void
  readonly #fateOf: DeliveryFate
  readonly #rules = new Map<string, Rule>()
  readonly #streams = new Map<string, Stream>()

  /** `invoke` runs a Lambda function and must not throw. */
  constructor(ctx: CloudContext, invoke: (functionArn: string, event: object) => void, fateOf = ONCE) {
    this.#ctx = ctx
    this.#fateOf = fateOf
    this.#invoke = invoke
  }

  /** Puts an event on the bus; every matching rule's targets get it a little later. Returns its id. */
  put(event: BusEvent): string {
    const origin = [event.source, ...event.resources].join('/')
    const stream = this.#streamOf(origin)
    const id = stream.uuid()
    this.#ctx.trace.record(`events/${origin}`, {
      kind: 'event-put',
      eventSource: event.source,
      detailType: event.detailType,
    })
    const envelope = {
      version: '0',
      id,
      'detail-type': event.detailType,
      source: event.source,
      account: this.#ctx.accountId,
      time: isoSeconds(this.#ctx.clock.nowMs()),
      region: this.#ctx.region,
      resources: event.resources,
      detail: event.detail,
    }
    for (const rule of this.#rules.values()) {
      if (!rule.enabled || rule.pattern === null || !rule.pattern(envelope)) continue
      const delayMs = Math.round(stream.between(DELIVERY_MS.min, DELIVERY_MS.max))
      for (const moreMs of this.#fateOf({ rule: rule.name, origin, detailType: event.detailType })) {
        this.#ctx.clock.after(delayMs + moreMs, () => this.#deliver(rule, envelope), Priority.delivery)
      }
    }
    return id
  }

  readonly operations: Operations = {
    PutEvents: (input: PutEventsRequest) => this.#putEvents(input),
    PutRule: (input: PutRuleRequest) => this.#putRule(input),
    PutTargets: ({ Rule, Targets = [] }: PutTargetsRequest) => {
      const rule = this.#ruleOrThrow(Rule)
      for (const target of Targets) {
        if (!target.Arn?.includes(':lambda:')) throw new NotEmulated(`the event target ${target.Arn}`)
        if (target.Input !== undefined || target.InputPath !== undefined || target.InputTransformer !== undefined) {
          throw new NotEmulated('input transformation of an event target')
        }
      }
      const replaced = new Set(Targets.map(({ Id }) => Id))
      rule.targets = [...rule.targets.filter(({ Id }) => !replaced.has(Id)), ...Targets]
      return { FailedEntryCount: 0, FailedEntries: [] }
    },
    RemoveTargets: ({ Rule, Ids = [] }: RemoveTargetsRequest) => {
      const rule = this.#ruleOrThrow(Rule)
      rule.targets = rule.targets.filter(({ Id }) => !Ids.includes(Id as string))
      return { FailedEntryCount: 0, FailedEntries: [] }
    },
    DeleteRule: ({ Name }: DeleteRuleRequest) => {
      const rule = this.#rules.get(Name ?? '')
      if (rule !== undefined && rule.targets.length > 0) {
        throw new AwsError('ValidationException', 400, 'Rule can not be deleted since it has targets.')
      }
      rule?.timer?.cancel()
      this.#rules.delete(Name ?? '')
      return {}
    },
    DescribeRule: ({ Name }: DescribeRuleRequest) => this.#describe(this.#ruleOrThrow(Name)),
    ListRules: () => ({ Rules: [...this.#rules.values()].map((rule) => this.#describe(rule)) }),
    ListTargetsByRule: ({ Rule }: ListTargetsByRuleRequest) => ({ Targets: this.#ruleOrThrow(Rule).targets }),
    EnableRule: ({ Name }: DescribeRuleRequest) => this.#setEnabled(Name, true),
    DisableRule: ({ Name }: DescribeRuleRequest) => this.#setEnabled(Name, false),
  }

  #putEvents({ Entries = [] }: PutEventsRequest): object {
    if (Entries.length < 1 || Entries.length > MAX_ENTRIES) {
      throw new AwsError(
        'ValidationException',
        400,
        `PutEvents takes 1 to ${MAX_ENTRIES} entries, got ${Entries.length}`,
      )
    }
    const results = Entries.map((entry) => this.#putEntry(entry))
    return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results }
  }

  #putEntry(entry: PutEventsRequestEntry): object {
    if (entry.EventBusName !== undefined && entry.EventBusName !== 'default') {
      throw new NotEmulated(`the event bus ${entry.EventBusName}`)
    }
    const detail = parseObject(entry.Detail)
    if (entry.Source === undefined || entry.DetailType === undefined || detail === null) {
      return {
        ErrorCode: 'InvalidArgument',
        ErrorMessage: 'Source, DetailType and Detail (a JSON object) are required',
      }
    }
    if (entry.Source.startsWith('aws.')) {
      return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' }
    }
    if (Buffer.byteLength(entry.Detail as string) > MAX_ENTRY_BYTES) {
      return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Total size of the entry exceeds 256 KB' }
    }
    const { Source: source, DetailType: detailType, Resources: resources = [] } = entry
    return { EventId: this.put({ source, detailType, detail, resources }) }
  }

  #putRule(input: PutRuleRequest): object {
    const name = input.Name ?? ''
    if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(name)) throw new AwsError('ValidationException', 400, `rule name "${name}"`)
    if ((input.EventPattern === undefined) === (input.ScheduleExpression === undefined)) {
      if (input.EventPattern !== undefined) throw new NotEmulated('a rule with both a pattern and a schedule')
      throw new AwsError(
        'ValidationException',
        400,
        'Parameter(s) EventPattern or ScheduleExpression must be specified.',
      )
    }
    const known = this.#rules.get(name)
    known?.timer?.cancel()
    const rule: Rule = {
      name,
      pattern: input.EventPattern === undefined ? null : parseEventPattern(input.EventPattern),
      patternText: input.EventPattern,
      schedule: input.ScheduleExpression,
      enabled: input.State !== 'DISABLED',
      targets: known?.targets ?? [],
      timer: null,
    }
    this.#rules.set(name, rule)
    if (rule.schedule !== undefined) this.#schedule(rule, parseRate(rule.schedule))
    return { RuleArn: this.#ruleArn(name) }
  }

  /** Fires at whole multiples of the rate since the rule was made, after everything else of that instant. */
  #schedule(rule: Rule, periodMs: number): void {
    rule.timer = this.#ctx.clock.after(
      periodMs,
      () => {
        this.#schedule(rule, periodMs)
        if (rule.enabled) this.#tick(rule)
      },
      Priority.schedule,
    )
  }

  #tick(rule: Rule): void {
    const event = this.#scheduledEvent(rule.name)
    const origin = `schedule/${rule.name}`
    for (const moreMs of this.#fateOf({ rule: rule.name, origin, detailType: 'Scheduled Event' })) {
      if (moreMs === 0) this.#deliver(rule, event)
      else this.#ctx.clock.after(moreMs, () => this.#deliver(rule, event), Priority.schedule)
    }
  }

  #scheduledEvent(rule: string): object {
    return {
      version: '0',
      id: this.#streamOf(`schedule/${rule}`).uuid(),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: this.#ctx.accountId,
      time: isoSeconds(this.#ctx.clock.nowMs()),
      region: this.#ctx.region,
      resources: [this.#ruleArn(rule)],
      detail: {},
    }
  }

  #deliver(rule: Rule, event: object): void {
    for (const target of rule.targets) this.#invoke(target.Arn as string, event)
  }

  #describe(rule: Rule): object {
    return {
      Name: rule.name,
      Arn: this.#ruleArn(rule.name),
      EventPattern: rule.patternText,
      ScheduleExpression: rule.schedule,
      State: rule.enabled ? 'ENABLED' : 'DISABLED',
      EventBusName: 'default',
    }
  }

  #setEnabled(name: string | undefined, enabled: boolean): object {
    this.#ruleOrThrow(name).enabled = enabled
    return {}
  }

  #ruleOrThrow(name: string | undefined): Rule {
    const rule = this.#rules.get(name ?? '')
    if (rule === undefined) {
      throw new AwsError('ResourceNotFoundException', 400, `Rule ${name} does not exist on EventBus default.`)
    }
    return rule
  }

  #ruleArn(name: string): string {
    return `arn:aws:events:${this.#ctx.region}:${this.#ctx.accountId}:rule/${name}`
  }

  /** One stream for each source and resource, so that what one device causes moves no other's ids and delays. */
  #streamOf(source: string): Stream {
    const stream = this.#streams.get(source) ?? this.#ctx.stream(`event-bus/${source}`)
    this.#streams.set(source, stream)
    return stream
  }
}

/** `2026-03-02T13:05:00Z`, as EventBridge writes times. */
export const isoSeconds = (atMs: number): string => new Date(atMs).toISOString().replace(/\.\d{3}Z$/, 'Z')

function parseRate(expression: string): number {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? []
  if (count === undefined || Number(count) < 1) throw new NotEmulated(`the schedule expression "${expression}"`)
  return Number(count) * (RATE_UNIT_MS[unit as string] as number)
}

function parseObject(text: string | undefined): object | null {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}
