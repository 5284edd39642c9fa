import { expect, it } from 'vitest'
import { markdownTable } from '../../../reports/numbers/table.ts'
import { foldReport, type Report } from '../../../reports/run/report.ts'
import { foldTimelines } from '../../../reports/run/timeline.ts'
import { renderMarkdown } from '../../../reports/text/markdown.ts'
import { header, rolledBack, run } from '../fixtures.ts'

const page = (records = rolledBack, over: Partial<Report> = {}): string => {
  const report: Report = {
    ...foldReport(header, records, run),
    expectation: {
      met: false,
      failures: [],
      checked: [
        { what: 'outcome', expected: 'rolled-back', actual: 'rolled-back', met: true },
        { what: 'caughtIn', expected: 'early', actual: 'canary', met: false },
      ],
    },
    invariants: { checked: ['stages in order'], violated: [], undecided: [] },
    ...over,
  }
  return renderMarkdown(report, foldTimelines(header, records), header.story, 'rehearse run tiny --seed 7')
}

it('renders a rollback', async () => {
  await expect(page()).toMatchFileSnapshot('golden/report.md')
})

it('leaves out sections without content', () => {
  const nothing = page([])
  expect(nothing).not.toContain('### Rollback')
  expect(nothing).not.toContain('### Devices')
  expect(nothing).toContain('- fault: none acted')
  expect(page(rolledBack, { falseAlarm: true })).toContain('**false alarm**')
})

it('a cell cannot break the table', () => {
  expect(markdownTable(['a|b'], [['c\nd']])).toEqual(['| a\\|b |', '| --- |', '| c d |'])
})
