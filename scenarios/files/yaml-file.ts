import { type Document, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { type Path, problemsOf } from '../../controller/support/schema-problems.ts'
import { readBounded } from './bounded-read.ts'
import { InvalidScenario } from './invalid-scenario.ts'
import { MOST_PROBLEMS } from './rows.ts'
import { structureProblem } from './yaml-structure.ts'

export { InvalidScenario } from './invalid-scenario.ts'

/** A parsed YAML file, with positions. */
export interface YamlFile {
  readonly file: string
  readonly document: Document
  readonly raw: unknown
  /** `file:line:column` of the key at the path, or of the nearest existing node above it. */
  where(path: Path): string
}

/** Longer than any scenario, fleet or policy; reading one takes less than a second up to here. */
const MOST_BYTES = 256 * 1024

/** The text of a scenario, fleet or policy file. @throws InvalidScenario */
export const readText = (file: string): string => readBounded(file, MOST_BYTES)

/** @throws InvalidScenario if it is not YAML, or a document that no scenario needs */
export function parseYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter()
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  const document = documentOf(text, file, lines)
  const [syntax] = document.errors
  if (syntax !== undefined) throw new InvalidScenario([`${at(syntax.pos[0])}: ${syntax.message.split('\n')[0]}`])
  const structure = structureProblem(document)
  if (structure !== null) throw new InvalidScenario([`${at(structure.offset)}: ${structure.problem}`])
  return { file, document, raw: contentOf(document, file), where: (path) => at(offsetOf(document, path)) }
}

/** The parser recurses into what is nested. */
function documentOf(text: string, file: string, lineCounter: LineCounter): Document {
  try {
    return parseDocument(text, { lineCounter })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new InvalidScenario([`${file}: is nested too deeply to be read`])
  }
}

/** The library counts how often aliases repeat what they stand for. */
function contentOf(document: Document, file: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    throw new InvalidScenario([`${file}: its aliases repeat too much of it; write out what they stand for`])
  }
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

/**
 * What the schema has against a value of the file, a line each, with the new name of an old word or the nearest valid one.
 * Of many problems the first few.
 */
export const problemLinesOf = (
  schema: z.ZodType,
  error: { readonly issues: readonly z.core.$ZodIssue[] },
  raw: unknown,
  where: (path: Path) => string,
  what: string,
): string[] => {
  const problems = problemsOf(schema, error, raw, what)
  const more = problems.length - MOST_PROBLEMS
  return [
    ...problems
      .slice(0, MOST_PROBLEMS)
      .map(({ path, is }) =>
        'sentence' in is
          ? `${where(path)}: ${is.sentence}`
          : `${where(path)}: unknown key "${is.unknownKey}"${is.hint}`,
      ),
    ...(more > 0 ? [`${where([])}: and ${more} more problems`] : []),
  ]
}
