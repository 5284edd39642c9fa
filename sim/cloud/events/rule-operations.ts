import { AwsError, NotEmulated } from '../base/aws-error.ts'
import { defineOperations } from '../base/operations.ts'
import type { EventBus } from './event-bus.ts'
import type { EventRule } from './event-rule.ts'

const RULE_NAME = /^[.\-_A-Za-z0-9]{1,64}$/

/** Rules of the default event bus and their targets. */
export const ruleOperations = defineOperations<'events', { readonly events: EventBus }>()({
  PutRule: ({ Name: name = '', EventPattern, ScheduleExpression, State }, { events }) => {
    if (!RULE_NAME.test(name)) throw validationError(`rule name "${name}"`)
    if (EventPattern !== undefined && ScheduleExpression !== undefined) {
      throw new NotEmulated('a rule with both a pattern and a schedule')
    }
    if (EventPattern === undefined && ScheduleExpression === undefined) {
      throw validationError('Parameter(s) EventPattern or ScheduleExpression must be specified.')
    }
    const enabled = State !== 'DISABLED'
    events.putRule({ name, patternText: EventPattern, schedule: ScheduleExpression, enabled })
    return { RuleArn: events.ruleArn(name) }
  },

  PutTargets: ({ Rule, Targets = [] }, { events }) => {
    const rule = events.ruleOrThrow(Rule)
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

  RemoveTargets: ({ Rule, Ids = [] }, { events }) => {
    const rule = events.ruleOrThrow(Rule)
    rule.targets = rule.targets.filter(({ Id }) => !Ids.includes(Id as string))
    return { FailedEntryCount: 0, FailedEntries: [] }
  },

  DeleteRule: ({ Name = '' }, { events }) => {
    if ((events.rule(Name)?.targets.length ?? 0) > 0) {
      throw validationError('Rule can not be deleted since it has targets.')
    }
    events.deleteRule(Name)
    return {}
  },

  DescribeRule: ({ Name }, { events }) => described(events.ruleOrThrow(Name), events),

  ListRules: (_, { events }) => ({ Rules: events.rules().map((rule) => described(rule, events)) }),

  ListTargetsByRule: ({ Rule }, { events }) => ({ Targets: events.ruleOrThrow(Rule).targets }),

  EnableRule: ({ Name }, { events }) => {
    events.ruleOrThrow(Name).enabled = true
    return {}
  },

  DisableRule: ({ Name }, { events }) => {
    events.ruleOrThrow(Name).enabled = false
    return {}
  },
})

const validationError = (message: string): AwsError => new AwsError('ValidationException', 400, message)

const described = (rule: EventRule, events: EventBus) => ({
  Name: rule.name,
  Arn: events.ruleArn(rule.name),
  EventPattern: rule.patternText,
  ScheduleExpression: rule.schedule,
  State: rule.enabled ? ('ENABLED' as const) : ('DISABLED' as const),
  EventBusName: 'default',
})
