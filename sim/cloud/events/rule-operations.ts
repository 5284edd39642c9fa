import type { Target } from '@aws-sdk/client-eventbridge'
import { parseArn } from '../base/arns.ts'
import { AwsError, NotEmulated } from '../base/aws-error.ts'
import { defineOperations } from '../base/operations.ts'
import { page } from '../base/paging.ts'
import { DEFAULT_BUS, requireDefaultBus } from './bus-name.ts'
import type { EventBus } from './event-bus.ts'
import type { EventRule } from './event-rule.ts'

const PAGES = { max: 100, errorName: 'ValidationException' }
const STATES: readonly string[] = ['ENABLED', 'DISABLED']
const RULE_NAME = /^[.\-_A-Za-z0-9]{1,64}$/

/** Rules of the default event bus and their targets. */
export const ruleOperations = defineOperations<'events', { readonly events: EventBus }>()({
  PutRule: ({ Name: name = '', EventPattern, ScheduleExpression, State, ...more }, { events }) => {
    const { EventBusName, Description: description, RoleArn: roleArn, Tags } = more
    requireDefaultBus(EventBusName, events)
    if (State !== undefined && !STATES.includes(State)) throw new NotEmulated(`the state ${State} of a rule`)
    if (!RULE_NAME.test(name)) throw validationError(`rule name "${name}"`)
    if (EventPattern !== undefined && ScheduleExpression !== undefined) {
      throw new NotEmulated('a rule with both a pattern and a schedule')
    }
    if (EventPattern === undefined && ScheduleExpression === undefined) {
      throw validationError('Parameter(s) EventPattern or ScheduleExpression must be specified.')
    }
    const enabled = State !== 'DISABLED'
    const settings = { name, patternText: EventPattern, schedule: ScheduleExpression, description, roleArn, enabled }
    events.putRule(settings, Tags)
    return { RuleArn: events.ruleArn(name) }
  },

  PutTargets: ({ Rule, Targets = [], EventBusName }, { events }) => {
    requireDefaultBus(EventBusName, events)
    const rule = events.ruleOrThrow(Rule)
    for (const target of Targets) requireEmulated(target)
    events.putTargets(rule, Targets)
    return { FailedEntryCount: 0, FailedEntries: [] }
  },

  RemoveTargets: ({ Rule, Ids = [], EventBusName }, { events }) => {
    requireDefaultBus(EventBusName, events)
    const rule = events.ruleOrThrow(Rule)
    rule.targets = rule.targets.filter(({ Id }) => !Ids.includes(Id as string))
    return { FailedEntryCount: 0, FailedEntries: [] }
  },

  DeleteRule: ({ Name = '', EventBusName }, { events }) => {
    requireDefaultBus(EventBusName, events)
    if ((events.rule(Name)?.targets.length ?? 0) > 0) {
      throw validationError('Rule can not be deleted since it has targets.')
    }
    events.deleteRule(Name)
    return {}
  },

  DescribeRule: ({ Name, EventBusName }, { events }) => {
    requireDefaultBus(EventBusName, events)
    return described(events.ruleOrThrow(Name), events)
  },

  ListRules: ({ NamePrefix = '', EventBusName, Limit, NextToken }, { events }) => {
    requireDefaultBus(EventBusName, events)
    const rules = events.rules().filter(({ name }) => name.startsWith(NamePrefix))
    const { items, nextToken } = page(rules, { maxResults: Limit, nextToken: NextToken }, PAGES)
    return { Rules: items.map((rule) => described(rule, events)), NextToken: nextToken }
  },

  ListRuleNamesByTarget: ({ TargetArn, EventBusName, Limit, NextToken }, { events }) => {
    requireDefaultBus(EventBusName, events)
    const rules = events.rules().filter(({ targets }) => targets.some(({ Arn }) => Arn === TargetArn))
    const { items, nextToken } = page(rules, { maxResults: Limit, nextToken: NextToken }, PAGES)
    return { RuleNames: items.map(({ name }) => name), NextToken: nextToken }
  },

  ListTargetsByRule: ({ Rule, EventBusName, Limit, NextToken }, { events }) => {
    requireDefaultBus(EventBusName, events)
    const { targets } = events.ruleOrThrow(Rule)
    const { items, nextToken } = page(targets, { maxResults: Limit, nextToken: NextToken }, PAGES)
    return { Targets: items, NextToken: nextToken }
  },

  EnableRule: ({ Name, EventBusName }, { events }) => {
    requireDefaultBus(EventBusName, events)
    events.ruleOrThrow(Name).enabled = true
    return {}
  },

  DisableRule: ({ Name, EventBusName }, { events }) => {
    requireDefaultBus(EventBusName, events)
    events.ruleOrThrow(Name).enabled = false
    return {}
  },
})

/** A function need not exist, as in AWS: then its invocation fails. @throws NotEmulated */
function requireEmulated({ Id: _, Arn = '', ...more }: Target): void {
  if (parseArn(Arn)?.service !== 'lambda') throw new NotEmulated(`the event target ${Arn}`)
  const [member] = Object.entries(more).find(([, value]) => value !== undefined) ?? []
  if (member !== undefined) throw new NotEmulated(`${member} of an event target`)
}

const validationError = (message: string): AwsError => new AwsError('ValidationException', 400, message)

const described = (rule: EventRule, events: EventBus) => ({
  Name: rule.name,
  Arn: events.ruleArn(rule.name),
  EventPattern: rule.patternText,
  ScheduleExpression: rule.schedule,
  State: rule.enabled ? ('ENABLED' as const) : ('DISABLED' as const),
  Description: rule.description,
  RoleArn: rule.roleArn,
  EventBusName: DEFAULT_BUS,
})
