import type { Target } from '@aws-sdk/client-eventbridge'
import type { Timer } from '../../kernel/clock.ts'
import { NotEmulated } from '../base/aws-error.ts'
import { type EventPattern, parseEventPattern } from './event-pattern.ts'

/** A rule of EventBridge: a pattern of events or a schedule, and its targets. */
export interface EventRule {
  readonly name: string
  /** Null for a rule with a schedule. */
  readonly pattern: EventPattern | null
  readonly patternText: string | undefined
  /** `rate(5 minutes)`. */
  readonly schedule: string | undefined
  readonly description: string | undefined
  readonly roleArn: string | undefined
  enabled: boolean
  targets: readonly Target[]
  timer: Timer | null
}

/** What PutRule sets of a rule: exactly one of pattern and schedule. */
export interface RuleSettings {
  readonly name: string
  readonly patternText: string | undefined
  readonly schedule: string | undefined
  readonly description: string | undefined
  /** Kept and shown: no role limits what the bus may do. */
  readonly roleArn: string | undefined
  readonly enabled: boolean
}

/** The rule without a timer; `targets` are kept when a rule is replaced. @throws AwsError InvalidEventPatternException */
export const makeRule = (settings: RuleSettings, targets: readonly Target[]): EventRule => ({
  ...settings,
  pattern: settings.patternText === undefined ? null : parseEventPattern(settings.patternText),
  targets,
  timer: null,
})

const RATE_UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** The period of `rate(5 minutes)`, in milliseconds. @throws NotEmulated for any other schedule expression */
export function parseRateMs(expression: string): number {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? []
  if (count === undefined || Number(count) < 1) throw new NotEmulated(`the schedule expression "${expression}"`)
  return Number(count) * (RATE_UNIT_MS[unit as string] as number)
}
