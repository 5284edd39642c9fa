import type { Target } from '@aws-sdk/client-eventbridge'
import { Priority } from '../../kernel/clock.ts'
import type { Stream } from '../../kernel/random.ts'
import { AwsError } from '../base/aws-error.ts'
import type { CloudContext } from '../base/cloud-context.ts'
import { type Tag, TagStore } from '../base/tags.ts'
import { type EventRule, makeRule, parseRateMs, type RuleSettings } from './event-rule.ts'
import { EVENT_TAG_RULES } from './event-tags.ts'

/** What one of the emulated services puts on the default bus. */
export interface BusEvent {
  readonly source: string
  readonly detailType: string
  readonly detail: object
  readonly resources: readonly string[]
  /** When it happened; the present if absent. */
  readonly atMs?: number | undefined
}

/** One event on its way to the targets of one rule. */
export interface BusDelivery {
  readonly rule: string
  /** What the event is about: its source and resources. */
  readonly origin: string
  readonly detailType: string
}

/** Additional delay in ms of each copy of a delivery; no copy when it is lost. */
export type DeliveryFate = (delivery: BusDelivery) => readonly number[]

const ONCE: DeliveryFate = () => [0]

/** The delay of a delivery from the bus to a target. [source: event-latency] */
const DELIVERY_MS = { min: 200, max: 1_500 }

/** The default event bus of EventBridge with its rules: patterns and rates, targets that are Lambda functions. */
export class EventBus {
  /** Of its rules and of itself, by ARN. */
  readonly tags = new TagStore(EVENT_TAG_RULES)
  readonly #ctx: CloudContext
  readonly #invoke: (functionArn: string, event: object) => void
  readonly #fateOf: DeliveryFate
  readonly #rules = new Map<string, EventRule>()
  readonly #streams = new Map<string, Stream>()

  /** `invoke` runs a Lambda function and must not throw. */
  constructor(ctx: CloudContext, invoke: (functionArn: string, event: object) => void, fateOf = ONCE) {
    this.#ctx = ctx
    this.#fateOf = fateOf
    this.#invoke = invoke
  }

  /**
   * Puts an event on the bus; the targets of every matching rule get it after the delivery delay, also if the rule is
   * disabled meanwhile. Returns its id. [source: rule-changes]
   */
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
      time: isoSeconds(event.atMs ?? this.#ctx.clock.nowMs()),
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

  /**
   * Makes the rule, or replaces the one of this name, which keeps its targets and its own tags. [source: event-tags]
   * @throws AwsError, NotEmulated
   */
  putRule(settings: RuleSettings, tags?: readonly Tag[]): void {
    const known = this.#rules.get(settings.name)
    if (known === undefined) {
      this.#checkRoom()
      this.tags.check(tags)
    }
    const rule = makeRule(settings, known?.targets ?? [])
    const periodMs = rule.schedule === undefined ? null : parseRateMs(rule.schedule)
    known?.timer?.cancel()
    this.#rules.set(rule.name, rule)
    if (known === undefined) this.tags.set(this.ruleArn(rule.name), tags)
    if (periodMs !== null) this.#schedule(rule, periodMs)
  }

  #checkRoom(): void {
    if (this.#rules.size >= this.#ctx.quotas.rulesPerEventBus) {
      throw limitExceeded(`event bus default has ${this.#rules.size} rules`)
    }
  }

  /** Puts targets of a rule in place of those of the same ids. @throws AwsError LimitExceededException */
  putTargets(rule: EventRule, targets: readonly Target[]): void {
    const replaced = new Set(targets.map(({ Id }) => Id))
    const all = [...rule.targets.filter(({ Id }) => !replaced.has(Id)), ...targets]
    const { targetsPerRule } = this.#ctx.quotas
    if (all.length > targetsPerRule) throw limitExceeded(`a rule has at most ${targetsPerRule} targets`)
    rule.targets = all
  }

  deleteRule(name: string): void {
    this.#rules.get(name)?.timer?.cancel()
    this.#rules.delete(name)
    this.tags.forget(this.ruleArn(name))
  }

  /** Every rule, in order of creation. */
  rules(): readonly EventRule[] {
    return [...this.#rules.values()]
  }

  rule(name: string): EventRule | undefined {
    return this.#rules.get(name)
  }

  /** @throws AwsError ResourceNotFoundException */
  ruleOrThrow(name: string | undefined): EventRule {
    const rule = this.#rules.get(name ?? '')
    if (rule === undefined) {
      throw new AwsError('ResourceNotFoundException', 400, `Rule ${name} does not exist on EventBus default.`)
    }
    return rule
  }

  /** The bus's own. */
  get arn(): string {
    return `arn:aws:events:${this.#ctx.region}:${this.#ctx.accountId}:event-bus/default`
  }

  ruleArn(name: string): string {
    return `arn:aws:events:${this.#ctx.region}:${this.#ctx.accountId}:rule/${name}`
  }

  /** Fires at whole multiples of the rate since the rule was made, after everything else at that instant. */
  #schedule(rule: EventRule, periodMs: number): void {
    rule.timer = this.#ctx.clock.after(
      periodMs,
      () => {
        this.#schedule(rule, periodMs)
        if (rule.enabled) this.#tick(rule)
      },
      Priority.schedule,
    )
  }

  #tick(rule: EventRule): void {
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
      resources: [this.ruleArn(rule)],
      detail: {},
    }
  }

  #deliver(rule: EventRule, event: object): void {
    for (const target of rule.targets) this.#invoke(target.Arn as string, event)
  }

  /** One stream per source and resource, so that events of one device do not change ids and delays of another's. */
  #streamOf(source: string): Stream {
    const stream = this.#streams.get(source) ?? this.#ctx.stream(`event-bus/${source}`)
    this.#streams.set(source, stream)
    return stream
  }
}

/** [source: event-bus-quotas] */
const limitExceeded = (what: string): AwsError =>
  new AwsError('LimitExceededException', 400, `The requested resource exceeds the maximum number allowed: ${what}.`)

/** `2026-03-02T13:05:00Z`, as EventBridge writes times. */
export const isoSeconds = (atMs: number): string => new Date(atMs).toISOString().replace(/\.\d{3}Z$/, 'Z')
