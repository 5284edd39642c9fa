import { EXIT } from '../exit-codes.ts'
import { scenarioJsonSchema } from '../scenario.ts'
import type { Io } from './io.ts'

/** `rehearse schema`: the JSON Schema of scenario files, for editors. */
export function schema(io: Pick<Io, 'stdout'>): number {
  io.stdout.write(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`)
  return EXIT.met
}
