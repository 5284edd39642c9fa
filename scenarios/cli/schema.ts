import { type FileKind, jsonSchemaOf } from '../files/scenario.ts'
import { EXIT } from '../support/exit-codes.ts'
import type { Io } from './io.ts'

/** `rehearse schema`: prints the JSON Schema of a kind of file, for editors. */
export function schema(kind: FileKind, io: Pick<Io, 'stdout'>): number {
  io.stdout.write(`${JSON.stringify(jsonSchemaOf(kind), null, 2)}\n`)
  return EXIT.met
}
