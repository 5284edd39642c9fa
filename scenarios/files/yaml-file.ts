import { readFileSync } from 'node:fs'
import { type Document, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { type Path, problemsOf } from '../../controller/support/schema-problems.ts'

/** A file is invalid; every problem is `file:line:column: what is wrong`. */
export class InvalidScenario extends Error {
  override readonly name = 'InvalidScenario'
  readonly exitCode = 64
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/** A parsed YAML file, with positions. */
export interface YamlFile {
  readonly file: string
  readonly document: Document
  readonly raw: unknown
  /** `file:line:column` of the key at the path, or of the nearest existing node above it. */
  where(path: Path): string
}

/** @throws InvalidScenario */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new InvalidScenario([`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`])
  }
}

/** @throws InvalidScenario if it is not YAML */
export function parseYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const [syntax] = document.errors
  if (syntax !== undefined) {
    const { line, col } = lines.linePos(syntax.pos[0])
    throw new InvalidScenario([`${file}:${line}:${col}: ${syntax.message.split('\n')[0]}`])
  }
  const where = (path: Path): string => {
    const { line, col } = lines.linePos(offsetOf(document, path))
    return `${file}:${line}:${col}`
  }
  return { file, document, raw: document.toJS() as unknown, where }
}

function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true) ?? document.contents
    const items =
      (parent as { items?: { key?: { value?: unknown; range?: number[] }; range?: number[] }[] }).items ?? []
    const key = path[length - 1]
    const found = items.find((item, index) => item.key?.value === key || (item.key === undefined && index === key))
    const offset = found?.key?.range?.[0] ?? found?.range?.[0]
    if (offset !== undefined) return offset
  }
  return 0
}

/** What the schema has against a value of the file, a line each, with the new name of an old word or the nearest valid one. */
export const problemLinesOf = (
  schema: z.ZodType,
  error: { readonly issues: readonly z.core.$ZodIssue[] },
  raw: unknown,
  where: (path: Path) => string,
  what: string,
): string[] =>
  problemsOf(schema, error, raw, what).map(({ path, is }) =>
    'sentence' in is ? `${where(path)}: ${is.sentence}` : `${where(path)}: unknown key "${is.unknownKey}"${is.hint}`,
  )
