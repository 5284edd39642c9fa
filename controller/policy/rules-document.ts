import { z } from 'zod'
import { nearest } from '../support/schema-problems.ts'
import { decimalText } from '../units/decimal.ts'
import { writtenDuration } from '../units/duration.ts'
import { duration, percent, percentRate, writtenPercent } from '../units/quantity.ts'
import {
  BUILT_IN_NAMES,
  BUILT_IN_RULES,
  CRITICALITIES,
  DIRECTIONS,
  METRIC_TESTS,
  type MetricTest,
  MISSING,
  metricTest,
  ownRule,
  type Rule,
  WARMED,
} from './rules.ts'

/** Names of rules and metrics. */
const RULE_NAME = /^[a-z][a-z0-9-]{0,39}$/
const METRIC_NAME = /^[a-z][A-Za-z0-9]{0,39}$/
/** Each has its part of the false-rollback budget. */
export const MOST_RULES = 30

const metricName = z.string().regex(METRIC_NAME, { message: 'is not a metric such as "torqueNm": letters and digits' })
/** Of a trend in the unit of the metric. */
const PER_HOUR = /^(\d+(?:\.\d+)?)\s*\/h$/
const limit = z.union(
  [
    percent.transform((value) => ({ unit: '%' as const, value })),
    percentRate.transform((value) => ({ unit: '%/h' as const, value })),
    z
      .string()
      .regex(PER_HOUR)
      .transform((given) => ({ unit: '/h' as const, value: Number(PER_HOUR.exec(given)?.[1]) })),
    z
      .number()
      .positive()
      .transform((value) => ({ unit: 'metric' as const, value })),
  ],
  {
    error: ({ input }) =>
      `${JSON.stringify(input)} is neither a percentage such as "3 %" nor a number above 0, nor a rate such as "0.5 %/h" or "2/h"`,
  },
)
/** The units that a limit may have in each kind of test. */
const UNITS: Readonly<Record<MetricTest['kind'], readonly z.output<typeof limit>['unit'][]>> = {
  share: ['%'],
  count: ['%'],
  mean: ['%', 'metric'],
  output: ['%'],
  spread: ['%'],
  trend: ['%/h', '/h'],
}
const UNIT_EXAMPLES = { '%': '"3 %"', metric: '3', '%/h': '"0.5 %/h"', '/h': '"2/h"' }

const ruleSchema = z
  .strictObject({
    test: z
      .enum(METRIC_TESTS)
      .describe(
        'share: events of attempts; count: events per exposure; mean: of a gauge; output: counted per minute, where ' +
          'nothing is the worst; spread: standard deviation of a gauge; trend: a gauge against the age of its process',
      ),
    metric: metricName.describe("A counter or a gauge of the health document, or one of the plant's own"),
    of: metricName.describe('The counter of attempts (share) or of exposure (count, minutes by default)'),
    direction: z
      .enum(DIRECTIONS)
      .describe('Which change is bad; by default either of a mean, a decrease of output, an increase of the others'),
    limit: limit.describe(
      'Change against the baseline that is allowed: in per cent of it, of a share in percentage points; of a mean also ' +
        'a number in the unit of the metric; of a trend per hour, such as 0.5 %/h or 2/h',
    ),
    floor: z
      .number()
      .nonnegative()
      .describe('Events beyond the expected ones below which a change is ignored (share, count); 4 by default'),
    minimum: z
      .number()
      .nonnegative()
      .describe('Attempts, minutes or readings of the stage before the rule may report a breach; 30 by default'),
    strata: z
      .enum(['shift', 'none'])
      .describe('Whether the baseline is of the same shift and kind of day (by default) or of all hours'),
    warmUp: duration.describe('Time after the install of a device that does not count; 15min by default'),
    criticality: z
      .enum(CRITICALITIES)
      .describe('decides: a breach rolls back (default); holds: it keeps from promoting; dry-run: it is only reported'),
    missing: z
      .enum(MISSING)
      .describe(
        'What it means that the stage has no data where the baseline had: breaches, where the controls still have them ' +
          "(the default of the plant's own rules); holds; ignored",
      ),
  })
  .partial()

export type RuleFile = z.output<typeof ruleSchema>
type RuleDocument = z.input<typeof ruleSchema>

const OF_TEST = ['test', 'metric', 'of', 'direction', 'limit', 'floor', 'minimum', 'strata'] as const

/** What is wrong with an entry: the key and the sentence. */
type Problem = readonly [key: keyof RuleFile | null, sentence: string]

/** The entries of the table: settings of the rules that every policy has, and rules of the plant's own. */
export const rulesSchema = z
  .record(z.string(), ruleSchema)
  .superRefine((rules, context) => {
    const own = Object.keys(rules).filter((name) => !BUILT_IN_NAMES.includes(name))
    if (own.length > MOST_RULES)
      context.addIssue({
        code: 'custom',
        path: [],
        message: `has ${own.length} rules of its own, ${MOST_RULES} at most`,
      })
    for (const [name, rule] of Object.entries(rules)) {
      const problems = BUILT_IN_NAMES.includes(name) ? ofBuiltIn(name, rule) : ofOwn(name, rule)
      for (const [key, message] of problems)
        context.addIssue({ code: 'custom', path: key === null ? [name] : [name, key], message })
    }
  })
  .describe("Rules of the plant's own on metrics, by name, and settings of those that every policy has")

function ofBuiltIn(name: string, rule: RuleFile): Problem[] {
  const problems: Problem[] = OF_TEST.filter((key) => rule[key] !== undefined).map((key) => [
    key,
    `the test of the rule "${name}" is given; its limits stand under "limits", "memory" and "evidence"`,
  ])
  if (rule.warmUp !== undefined && !WARMED.has(name)) problems.push(['warmUp', `the rule "${name}" has no warm-up`])
  const hasData = BUILT_IN_RULES.some((one) => one.name === name && one.metricTest !== undefined)
  if (rule.missing !== undefined && !hasData)
    problems.push(['missing', `what missing data means to the rule "${name}" is given`])
  return problems
}

function ofOwn(name: string, rule: RuleFile): Problem[] {
  if (!RULE_NAME.test(name)) return [[null, 'is not a name such as "torque-drift": small letters, digits and hyphens']]
  if (rule.metric === undefined && rule.test === undefined) {
    const hint = nearest(name, BUILT_IN_NAMES)
    return [[null, `is no rule that every policy has, and one of the plant's own needs test, metric and limit${hint}`]]
  }
  const missing = (['test', 'metric', 'limit'] as const).filter((key) => rule[key] === undefined)
  if (missing.length > 0) return missing.map((key) => [key, 'is missing'])
  const problems: Problem[] = []
  if (rule.test === 'share' && rule.of === undefined) problems.push(['of', 'is missing: a share is of attempts'])
  if (rule.of !== undefined && rule.test !== 'share' && rule.test !== 'count')
    problems.push(['of', `means nothing to a test of kind ${rule.test}`])
  const units = UNITS[rule.test as MetricTest['kind']]
  if (rule.limit !== undefined && !units.includes(rule.limit.unit)) {
    const examples = units.map((unit) => UNIT_EXAMPLES[unit]).join(' or ')
    problems.push(['limit', `is written as ${examples} in a test of kind ${rule.test}`])
  }
  if (rule.floor !== undefined && rule.test !== 'share' && rule.test !== 'count')
    problems.push(['floor', `means nothing to a test of kind ${rule.test}`])
  if (rule.test === 'output' && (rule.direction ?? 'decrease') !== 'decrease')
    problems.push(['direction', 'is a decrease in a test of kind output; use count for an increase'])
  if (rule.test === 'share' && rule.direction === 'either')
    problems.push(['direction', 'is increase or decrease in a test of kind share'])
  if (rule.test === 'count' && rule.direction === 'either')
    problems.push(['direction', 'is increase or decrease in a test of kind count'])
  return problems
}

/** Of an entry that was checked. */
function testOf({ test, metric, of, direction, limit, floor, minimum, strata }: RuleFile): MetricTest {
  const kind = test as MetricTest['kind']
  const allowed = limit as NonNullable<RuleFile['limit']>
  return metricTest(kind, metric as string, {
    ...(of !== undefined && { of }),
    ...(direction !== undefined && { direction }),
    limit: allowed.value,
    isAbsolute: allowed.unit === 'metric' || allowed.unit === '/h',
    ...(floor !== undefined && { floorEvents: floor }),
    ...(minimum !== undefined && { minimum }),
    isStratified: strata !== 'none',
  })
}

/** The table of a policy: those that every policy has, in their order, then its own in the order of the document. */
export function rulesOf(
  given: Readonly<Record<string, RuleFile>> = {},
  dryRun: readonly string[] = [],
): readonly Rule[] {
  const settings = (name: string): RuleFile => given[name] ?? {}
  const common = (name: string, { warmUpMs, criticality, missing }: Rule): Partial<Rule> => ({
    warmUpMs: settings(name).warmUp ?? warmUpMs,
    criticality: settings(name).criticality ?? (dryRun.includes(name) ? 'dry-run' : criticality),
    missing: settings(name).missing ?? missing,
  })
  const builtIn = BUILT_IN_RULES.map((rule): Rule => ({ ...rule, ...common(rule.name, rule) }))
  const own = Object.keys(given)
    .filter((name) => !BUILT_IN_NAMES.includes(name))
    .map((name): Rule => {
      const rule = ownRule(name, testOf(settings(name)))
      return { ...rule, ...common(name, rule) }
    })
  return [...builtIn, ...own]
}

/** What a document says of these rules, with every key written out. */
export function rulesDocumentOf(rules: readonly Rule[]): Record<string, RuleDocument> {
  return Object.fromEntries(
    rules.map(({ name, criticality, warmUpMs, missing, metricTest: test }) => {
      const isOwn = !BUILT_IN_NAMES.includes(name)
      const settings: RuleDocument = {
        ...((isOwn || WARMED.has(name)) && { warmUp: writtenDuration(warmUpMs) }),
        criticality,
        ...(test !== undefined && { missing }),
      }
      return [name, isOwn && test !== undefined ? { ...documentOfTest(test), ...settings } : settings]
    }),
  )
}

const documentOfTest = (test: MetricTest): RuleDocument => ({
  test: test.kind,
  metric: test.metric,
  ...(test.of !== null && { of: test.of }),
  direction: test.direction,
  limit: writtenLimit(test),
  ...((test.kind === 'share' || test.kind === 'count') && { floor: test.floorEvents }),
  minimum: test.minimum,
  strata: test.isStratified ? 'shift' : 'none',
})

function writtenLimit({ kind, limit, isAbsolute }: MetricTest): string | number {
  const value = limit as number
  if (kind === 'trend') return `${isAbsolute ? decimalText(value) : writtenPercent(value)}/h`
  return isAbsolute ? value : writtenPercent(value)
}
