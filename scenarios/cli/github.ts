import { appendFileSync } from 'node:fs'
import { printable } from '../../reports/numbers/printable.ts'
import { CannotWrite } from '../support/user-error.ts'

type Env = Readonly<Record<string, string | undefined>>

/**
 * In GitHub Actions: adds the Markdown to the job summary, and annotates each failure, on the scenario's file if the user
 * named one. Annotations go to stderr, which the runner reads as well, because stdout may be JSON. Elsewhere no effect.
 * @throws CannotWrite
 */
export function reportToGithub(
  { markdown, failures, file }: { markdown: string; failures: readonly string[]; file?: string | undefined },
  stderr: { write(text: string): unknown },
  env: Env = process.env,
): void {
  if (env.GITHUB_ACTIONS !== 'true') return
  const where = file === undefined ? '' : `file=${property(file)},`
  for (const failure of failures) stderr.write(`::error ${where}title=rehearse::${message(failure)}\n`)
  const summary = env.GITHUB_STEP_SUMMARY ?? ''
  if (summary === '') return
  try {
    appendFileSync(summary, `${markdown}\n`)
  } catch (error) {
    throw new CannotWrite(summary, error)
  }
}

/** [source: workflow-commands] */
const message = (text: string): string =>
  printable(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const property = (text: string): string => message(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
