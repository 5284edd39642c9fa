import { shippedScenarios } from '../library/catalogue.ts'
import { EXIT } from '../support/exit-codes.ts'
import type { ListOptions } from './commands/list.ts'
import type { Io } from './io.ts'

/** `rehearse list`: name, expected outcome, story. */
export function list(options: ListOptions, io: Pick<Io, 'stdout'>): number {
  const rows = shippedScenarios().map(({ name, story, expect }) => ({ name, story, expect: expect.outcome ?? null }))
  if (options.json) io.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
  else {
    const width = Math.max(...rows.map(({ name }) => name.length))
    for (const { name, story, expect } of rows) {
      io.stdout.write(`${name.padEnd(width)}  ${(expect ?? '').padEnd(12)}  ${story}\n`)
    }
  }
  return EXIT.met
}
