import { Document, isMap, isScalar, isSeq, parseDocument, stringify, visit, type YAMLMap } from 'yaml'
import { documentOf, type FullPolicyDocument } from '../../controller/policy/document.ts'
import { parsePolicy } from '../../controller/policy/parse.ts'
import { printable } from '../../reports/numbers/printable.ts'
import { terminalText } from '../../reports/text/terminal-text.ts'
import { policyFor } from '../files/plan.ts'
import { jsonSchemaOf } from '../files/scenario.ts'
import { findScenario } from '../library/catalogue.ts'
import { EXIT } from '../support/exit-codes.ts'
import type { Io } from './io.ts'

export interface PolicyOptions {
  /** A shipped scenario or a file; the default policy if absent. */
  readonly scenario?: string
  readonly json?: boolean
}

/**
 * `rehearse policy`: the effective policy document with every default filled in, as the functions read it. As JSON it is
 * ready to deploy; as YAML every key has its meaning above it.
 */
export function policy({ scenario, json }: PolicyOptions, io: Pick<Io, 'stdout'>): number {
  const effective = scenario === undefined ? parsePolicy({}) : policyFor(findScenario(scenario))
  const document = documentOf(effective)
  io.stdout.write(json === true ? printable(`${JSON.stringify(document, null, 2)}\n`) : policyYaml(document))
  return EXIT.met
}

/** Of a key, what its schema describes it as, and the keys below it or below each entry of a table. */
interface KeySchema {
  readonly description?: string
  readonly properties?: Readonly<Record<string, KeySchema>>
  readonly additionalProperties?: boolean | KeySchema
}

/** Of comments and of entries of a table: as long as the lines of the documents that the project ships. */
const WIDTH = 110

/** The document as YAML, with the description of its schema above each key; fit for a terminal. */
export function policyYaml(document: FullPolicyDocument): string {
  const yaml = new Document(document)
  describeKeys(yaml.contents as YAMLMap, jsonSchemaOf('policy') as KeySchema, true)
  visit(yaml, {
    Scalar: (_, node) => {
      if (typeof node.value === 'string' && !isPlain(node.value)) node.type = 'QUOTE_DOUBLE'
    },
    Map: (_, node, path) => {
      // A window or a shift takes one line.
      if (isSeq(path.at(-1))) node.flow = true
    },
  })
  // What would be escaped here stands in quotes, where an escape means the character itself.
  return terminalText(yaml.toString({ lineWidth: 0, flowCollectionPadding: true }))
}

const isPlain = (value: string): boolean =>
  isStringInYaml11(value) && terminalText(value) === value && !value.includes('\n')

/** YAML 1.1 reads 22:00 as a number in base 60, 2026-03-02 as a date, and n, y, no, yes, on, off as booleans. */
function isStringInYaml11(value: string): boolean {
  const { contents, errors } = parseDocument(value, { version: '1.1', logLevel: 'silent' })
  return errors.length === 0 && isScalar(contents) && typeof contents.value === 'string'
}

function describeKeys(map: YAMLMap, { properties = {} }: KeySchema, isTop: boolean): void {
  for (const [index, { key, value }] of map.items.entries()) {
    if (!isScalar(key)) continue
    const schema = properties[String(key.value)] ?? {}
    if (schema.description !== undefined) key.commentBefore = wrapped(schema.description)
    if (isTable(schema) && isMap(value)) {
      key.commentBefore = [key.commentBefore, ...meanings(value, schema.additionalProperties)].join('\n')
      oneLineEach(value)
    }
    key.spaceBefore = isTop && index > 0
    if (schema.properties !== undefined && isMap(value)) describeKeys(value, schema, false)
  }
}

/** Whether it has entries of free names with the same keys each. */
const isTable = (schema: KeySchema): schema is KeySchema & { readonly additionalProperties: KeySchema } =>
  typeof schema.additionalProperties === 'object' && schema.additionalProperties.properties !== undefined

/** What the keys of the entries mean, once for all entries: the keys that any of them has. */
function meanings(table: YAMLMap, { properties = {} }: KeySchema): readonly string[] {
  return Object.entries(properties).flatMap(([key, { description }]) =>
    description !== undefined && table.items.some(({ value }) => isMap(value) && value.has(key))
      ? [wrapped(`${key} - ${description}`, '  ', '    ')]
      : [],
  )
}

/** Each entry on one line, where it fits. */
function oneLineEach(table: YAMLMap): void {
  for (const { key, value } of table.items) {
    if (!isMap(value)) continue
    const line = stringify({ [String(key)]: value.toJSON() }, { collectionStyle: 'flow', lineWidth: 0 })
    value.flow = line.length <= WIDTH
  }
}

/** `first` begins the first line, `further` every other one. */
function wrapped(words: string, first = '', further = ''): string {
  const lines = words.match(new RegExp(`.{1,${WIDTH - further.length}}(?= |$)`, 'g')) ?? []
  return lines.map((line, index) => ` ${index === 0 ? first : further}${line.trimStart()}`).join('\n')
}
