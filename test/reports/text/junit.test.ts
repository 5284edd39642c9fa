import { describe, expect, it } from 'vitest'
import { foldReport, type Report } from '../../../reports/run/report.ts'
import { renderJunit } from '../../../reports/text/junit.ts'
import { header, rolledBack, run } from '../fixtures.ts'

const COMMAND = "rehearse run 'a & b.yaml' --seed 7 --level model"
const report = (over: Partial<Report> = {}): Report => ({
  ...foldReport(header, rolledBack, run),
  expectation: {
    met: false,
    failures: [],
    checked: [
      { what: 'outcome', expected: 'rolled-back', actual: 'rolled-back', met: true },
      { what: 'caughtIn', expected: 'early', actual: 'canary', met: false },
    ],
  },
  invariants: {
    checked: ['STAGES_OUT_OF_ORDER', '<TAG>'],
    violated: [{ code: '<TAG>', data: {}, text: '"a" & \u0007 (event 3)' }],
    undecided: [],
  },
  ...over,
})
const tags = (xml: string, tag: string): string[] => xml.match(new RegExp(`<${tag}[ >][^\\n]*`, 'g')) ?? []

describe('the report for CI', () => {
  it('has one case per expected item and per invariant, and the command that reproduces a failure', async () => {
    await expect(renderJunit(report(), COMMAND)).toMatchFileSnapshot('golden/junit.xml')
  })

  it('counts what it holds', () => {
    const xml = renderJunit(report(), COMMAND)
    expect(xml).toContain('tests="4" failures="2" errors="0"')
    expect([tags(xml, 'testcase').length, tags(xml, 'failure').length]).toEqual([4, 2])
  })

  it('reports what could not be decided as an error, and a violated invariant as a failure all the same', () => {
    const checked = [{ what: 'caughtIn', expected: 'early', actual: 'canary', met: false }]
    const expectation = { met: false, failures: [], checked }
    const xml = renderJunit(report({ outcome: 'inconclusive', expectation }), COMMAND)
    expect(xml).toContain('tests="3" failures="1" errors="1"')
    expect(tags(xml, 'error')[0]).toContain('type="inconclusive" message="caughtIn is canary, expected early"')
    expect(tags(xml, 'failure')[0]).toContain('type="invariant"')
  })

  it('holds no character that XML cannot', () => {
    const xml = renderJunit(report({ scenario: '<&"\'>\u0000\uD800😀' }), COMMAND)
    expect(xml).toContain('<testsuite name="&lt;&amp;&quot;&apos;&gt;\\u0000\uFFFD😀"')
  })
})
