import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { reportToGithub } from '../../../scenarios/cli/github.ts'
import { CannotWrite } from '../../../scenarios/support/user-error.ts'
import { recordedIo } from './recorded-io.ts'

const folder = mkdtempSync(join(tmpdir(), 'github-'))
afterAll(() => rmSync(folder, { recursive: true }))
const summary = join(folder, 'summary.md')
const inActions = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary }

it('does nothing outside GitHub Actions', () => {
  const io = recordedIo()
  reportToGithub({ markdown: '# x', failures: ['no'] }, io.stderr, { GITHUB_STEP_SUMMARY: summary })
  expect(io.text.stderr).toBe('')
})

it('appends to the job summary, and keeps the output of other steps', () => {
  const io = recordedIo()
  reportToGithub({ markdown: '# one', failures: [] }, io.stderr, inActions)
  reportToGithub({ markdown: '# two', failures: [] }, io.stderr, inActions)
  expect(readFileSync(summary, 'utf8')).toBe('# one\n# two\n')
  expect(io.text.stderr).toBe('')
})

it('annotates the scenario’s file with each failure, each on one escaped line', () => {
  const io = recordedIo()
  const failures = ['100 % of it\nfailed', 'second']
  reportToGithub({ markdown: '', failures, file: 'my, own:scenario.yaml' }, io.stderr, { GITHUB_ACTIONS: 'true' })
  expect(io.text.stderr).toBe(
    '::error file=my%2C own%3Ascenario.yaml,title=rehearse::100 %25 of it%0Afailed\n' +
      '::error file=my%2C own%3Ascenario.yaml,title=rehearse::second\n',
  )
})

it('names no file for a shipped scenario', () => {
  const io = recordedIo()
  reportToGithub({ markdown: '', failures: ['x'] }, io.stderr, { GITHUB_ACTIONS: 'true' })
  expect(io.text.stderr).toBe('::error title=rehearse::x\n')
})

it('reports in one line which summary cannot be written', () => {
  const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: join(folder, 'none', 'summary.md') }
  expect(() => reportToGithub({ markdown: '', failures: [] }, recordedIo().stderr, env)).toThrow(CannotWrite)
})
