import { Document, isMap, isScalar, isSeq, visit, type YAMLMap } from 'yaml'
import { documentOf, type FullPolicyDocument } from '../../controller/policy/document.ts'
import { parsePolicy } from '../../controller/policy/parse.ts'
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
  io.stdout.write(json === true ? `${JSON.stringify(document, null, 2)}\n` : policyYaml(document))
  return EXIT.met
}

/** Of a key, what its schema describes it as, and the keys below it. */
interface KeySchema {
  readonly description?: string
  readonly properties?: Readonly<Record<string, KeySchema>>
}

/** A comment, as long as the lines of the documents that the project ships. */
const COMMENT_WIDTH = 110

/** The document as YAML, with the description of its schema above each key. */
export function policyYaml(document: FullPolicyDocument): string {
  const yaml = new Document(document)
  describeKeys(yaml.contents as YAMLMap, jsonSchemaOf('policy') as KeySchema, true)
  visit(yaml, {
    Scalar: (_, node) => {
      // YAML 1.1 reads 22:00 as a number in base 60.
      if (typeof node.value === 'string' && /^\d\d:\d\d$/.test(node.value)) node.type = 'QUOTE_DOUBLE'
    },
    Map: (_, node, path) => {
      // A window or a shift takes one line.
      if (isSeq(path.at(-1))) node.flow = true
    },
  })
  return yaml.toString({ lineWidth: 0, flowCollectionPadding: true })
}

function describeKeys(map: YAMLMap, { properties = {} }: KeySchema, isTop: boolean): void {
  for (const [index, { key, value }] of map.items.entries()) {
    if (!isScalar(key)) continue
    const schema = properties[String(key.value)] ?? {}
    if (schema.description !== undefined) key.commentBefore = wrapped(schema.description)
    key.spaceBefore = isTop && index > 0
    if (schema.properties !== undefined && isMap(value)) describeKeys(value, schema, false)
  }
}

const wrapped = (text: string): string =>
  text.replaceAll(new RegExp(`(.{1,${COMMENT_WIDTH}})(?: |$)`, 'g'), ' $1\n').trimEnd()
