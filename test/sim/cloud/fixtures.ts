import type { CloudContext } from '../../../sim/cloud/base/cloud-context.ts'
import type { HttpMessage } from '../../../sim/cloud/base/http-sender.ts'
import type { ServiceName, Services } from '../../../sim/cloud/base/operations.ts'
import { DEFAULT_QUOTAS, type Quotas } from '../../../sim/cloud/base/quotas.ts'
import { RetainedMessages } from '../../../sim/cloud/base/retained-messages.ts'
import { type Cloud, makeCloud } from '../../../sim/cloud/cloud.ts'
import { routePublish } from '../../../sim/cloud/iot/mqtt-router.ts'
import { VirtualClock } from '../../../sim/kernel/clock.ts'
import { Seed } from '../../../sim/kernel/random.ts'
import { Trace } from '../../../sim/kernel/trace.ts'
import { filterMatches } from '../../../sim/wire/topic-filters.ts'

export const REGION = 'eu-central-1'
export const ACCOUNT_ID = '123456789012'

/** The emulated services with a recorder in place of a broker. */
export class CloudBench {
  readonly clock = new VirtualClock(Date.parse('2026-03-02T13:00:00Z'))
  readonly trace = new Trace(this.clock)
  readonly published: { topic: string; payload: Record<string, unknown> }[] = []
  readonly replies: { clientId: string; topic: string; payload: Record<string, unknown> }[] = []
  readonly posted: HttpMessage[] = []
  readonly invoked: { functionArn: string; event: Record<string, unknown> }[] = []
  readonly subscriptions: string[] = ['$aws/things/+/#']
  readonly ctx: CloudContext
  readonly cloud: Cloud

  constructor(seed = 1, quotas: Partial<Quotas> = {}) {
    const root = new Seed(seed)
    this.ctx = {
      clock: this.clock,
      trace: this.trace,
      region: REGION,
      accountId: ACCOUNT_ID,
      quotas: { ...DEFAULT_QUOTAS, ...quotas },
      stream: (label) => root.stream(label),
      http: { ownUrl: 'http://127.0.0.1:1', post: (message) => this.posted.push(message) },
      messaging: {
        publish: (topic, payload) => this.published.push({ topic, payload: JSON.parse(JSON.stringify(payload)) }),
        reply: (clientId, topic, payload) =>
          this.replies.push({ clientId, topic, payload: JSON.parse(JSON.stringify(payload)) }),
        hasSubscribers: (topic) => this.subscriptions.some((filter) => filterMatches(filter, topic)),
        accept: () => null,
        retained: new RetainedMessages({ maxMessages: 10, maxBytes: 1_000 }),
      },
    }
    this.cloud = makeCloud(this.ctx, { indexedShadows: ['health'] }, (functionArn, event) =>
      this.invoked.push({ functionArn, event: event as Record<string, unknown> }),
    )
  }

  /** Calls an operation by its service and name, with any input: valid ones or not. */
  call(service: ServiceName, operation: string, input: object = {}): Record<string, unknown> {
    const run = (this.cloud.services as Services)[service]?.[operation]
    if (run === undefined) throw new Error(`no operation ${operation}`)
    return run(input as never) as Record<string, unknown>
  }

  /** A device's publish. */
  send(thing: string, rest: string, payload: unknown): void {
    routePublish(this.cloud.mqtt, thing, `$aws/things/${thing}/${rest}`, payload)
  }

  /** Things `thing-0`... in the group `canary`. */
  withCanaries(count: number): this {
    this.call('iot', 'CreateThingGroup', { thingGroupName: 'canary' })
    for (let i = 0; i < count; i++) {
      this.call('iot', 'CreateThing', {
        thingName: `thing-${i}`,
        attributePayload: { attributes: { line: String(i) } },
      })
      this.call('iot', 'AddThingToThingGroup', { thingGroupName: 'canary', thingName: `thing-${i}` })
    }
    return this
  }

  runFor(durationMs: number): void {
    const untilMs = this.clock.nowMs() + durationMs
    this.clock.at(untilMs, () => undefined)
    while ((this.clock.nextAtMs() ?? Number.POSITIVE_INFINITY) <= untilMs) this.clock.advance()
  }

  on(ending: string): Record<string, unknown>[] {
    return this.published.filter(({ topic }) => topic.endsWith(ending)).map(({ payload }) => payload)
  }
}
