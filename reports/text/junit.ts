import { reportedLine } from '../messages/reported.ts'
import { printable } from '../numbers/printable.ts'
import type { Report } from '../run/report.ts'
import { expectedItems, isUndecided } from '../run/verdict.ts'

interface Case {
  readonly name: string
  /** One sentence per problem; empty when there is none. */
  readonly problems: readonly string[]
}

interface Kind {
  readonly tag: 'failure' | 'error'
  readonly type: string
}

const UNMET: Kind = { tag: 'failure', type: 'expectation' }
const UNDECIDED: Kind = { tag: 'error', type: 'inconclusive' }
const INVARIANT: Kind = { tag: 'failure', type: 'invariant' }

/**
 * The report for CI, as JUnit's XML schema has it: one suite per scenario, one case per expected item and per invariant.
 * What is unmet because the run was inconclusive is an `error`, not a `failure`: nothing was shown to be wrong. It is not
 * `skipped` either, because CI shows that as green, and a rehearsal that proved nothing must not pass.
 * `command` runs the rehearsal again. [source: junit-xml]
 */
export function renderJunit(report: Report, command: string): string {
  const { scenario, seed, level, digest, outcome, invariants, interventions, notStarted = [], wall } = report
  const expected = expectedItems(report).map(
    (item): Case => ({
      name: `${item.what} is ${item.expected}`,
      problems: item.met
        ? []
        : [`${item.what} is ${item.actual}, expected ${item.expected}`, ...notStarted.map(reportedLine)],
    }),
  )
  const checks = invariants.checked.map(
    (invariant): Case => ({
      name: invariant,
      problems: invariants.violated.filter(({ code }) => code === invariant).map(({ text }) => text),
    }),
  )
  const unmet = isUndecided(report) ? UNDECIDED : UNMET
  const count = (cases: readonly Case[]): number => cases.filter(({ problems }) => problems.length > 0).length
  const errors = unmet === UNDECIDED ? count(expected) : 0
  const failures = count([...expected, ...checks]) - errors
  const totals = `tests="${expected.length + checks.length}" failures="${failures}" errors="${errors}"`
  const again = interventions === undefined ? command : `${command} # without the interventions`
  const trail = `seed ${seed}, digest ${digest}\n${again}`
  const cases = [
    ...expected.map((one) => caseXml(`rehearse.${scenario}.expectation`, one, unmet, trail)),
    ...checks.map((one) => caseXml(`rehearse.${scenario}.invariants`, one, INVARIANT, trail)),
  ]
  const properties = Object.entries({ seed, level, digest, outcome, command: again }).map(
    ([name, value]) => `      <property name="${name}" value="${escaped(String(value))}"/>`,
  )
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${totals} time="${wall.seconds}">`,
    `  <testsuite name="${escaped(scenario)}" ${totals} skipped="0" time="${wall.seconds}">`,
    '    <properties>',
    ...properties,
    '    </properties>',
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function caseXml(group: string, { name, problems }: Case, { tag, type }: Kind, trail: string): string {
  const head = `    <testcase classname="${escaped(group)}" name="${escaped(name)}" time="0"`
  if (problems.length === 0) return `${head}/>`
  const message = escaped(problems[0] as string)
  return [
    `${head}>`,
    `      <${tag} type="${type}" message="${message}">${escaped([...problems, trail].join('\n'))}</${tag}>`,
    '    </testcase>',
  ].join('\n')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** For text and attributes; characters that XML 1.0 cannot hold become U+FFFD. [source: xml-characters] */
const escaped = (text: string): string =>
  printable(text)
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(/[&<>"']/g, (one) => ENTITIES[one] as string)
