import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Constraint, ConstraintTable, Pattern } from './constraint.ts'
import { fromJava } from './java-pattern.ts'
import { STORE_OPERATIONS } from './store-operations.ts'

/** Writes the tables of this folder from the service models of an installed botocore: `npm run generate:constraints`. */

/** Folders of botocore's data by signing name, which is the name of the table. */
const MODELS: Readonly<Record<string, string>> = {
  greengrass: 'greengrassv2',
  iot: 'iot',
  iotdata: 'iot-data',
  'iot-jobs-data': 'iot-jobs-data',
  events: 'events',
  sns: 'sns',
  dynamodb: 'dynamodb',
}

/** Of these services only the operations that the twin serves; of the others all. */
const OPERATIONS: Readonly<Record<string, readonly string[]>> = {
  dynamodb: STORE_OPERATIONS,
}

interface Ref {
  readonly shape: string
}

/** A shape of a service model, as far as it is read. */
interface Shape {
  readonly type: string
  readonly members?: Readonly<Record<string, Ref>>
  readonly required?: readonly string[]
  readonly member?: Ref
  readonly key?: Ref
  readonly value?: Ref
  readonly min?: number
  readonly max?: number
  readonly pattern?: string
  readonly enum?: readonly string[]
  readonly sensitive?: true
}

interface Model {
  readonly operations: Readonly<Record<string, { readonly input?: Ref }>>
  readonly shapes: Readonly<Record<string, Shape>>
}

/** As the tables import it. */
const TYPES = ['..', 'constraint.ts'].join('/')

const TABLES = new URL('../../../../sim/protocol/constraints/tables/', import.meta.url)

function main(): void {
  const command = 'import botocore, os; print(os.path.dirname(botocore.__file__), botocore.__version__)'
  const [root, version] = execFileSync('python3', ['-c', command], { encoding: 'utf8' }).trim().split(' ') as [
    string,
    string,
  ]
  for (const [service, folder] of Object.entries(MODELS)) {
    const table = tableOf(readModel(join(root, 'data', folder)), OPERATIONS[service])
    writeFileSync(new URL(`${service}.ts`, TABLES), textOf(table, version))
  }
}

function readModel(folder: string): Model {
  const newest = readdirSync(folder).sort().at(-1) as string
  const name = readdirSync(join(folder, newest)).find((file) => file.startsWith('service-2.json')) as string
  const bytes = readFileSync(join(folder, newest, name))
  return JSON.parse((name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()) as Model
}

/** Only shapes that have a constraint, or lead to one. */
function tableOf(model: Model, only: readonly string[] = Object.keys(model.operations)): ConstraintTable {
  const constrained = constrainedShapes(model)
  const of = (ref: Ref | undefined): string | undefined => (constrained.has(ref?.shape ?? '') ? ref?.shape : undefined)
  const operations: Record<string, string> = {}
  const shapes: Record<string, Constraint> = {}
  const add = (name: string | undefined): void => {
    if (name === undefined || shapes[name] !== undefined) return
    const shape = model.shapes[name] as Shape
    shapes[name] = constraintOf(shape, of)
    for (const ref of refsOf(shape)) add(of(ref))
  }
  for (const operation of only) {
    const name = of(model.operations[operation]?.input)
    if (name === undefined) continue
    operations[operation] = name
    add(name)
  }
  return { operations, shapes }
}

function constrainedShapes({ shapes }: Model): ReadonlySet<string> {
  const found = new Set(Object.keys(shapes).filter((name) => isConstrained(shapes[name] as Shape)))
  for (let before = -1; before !== found.size; ) {
    before = found.size
    for (const [name, shape] of Object.entries(shapes)) {
      if (refsOf(shape).some((ref) => found.has(ref.shape))) found.add(name)
    }
  }
  return found
}

const isConstrained = ({ type, min, max, pattern, enum: values, required }: Shape): boolean =>
  [min, max, pattern, values].some((one) => one !== undefined) || (required ?? []).length > 0 || isInteger(type)

const isInteger = (type: string): boolean => type === 'integer' || type === 'long'

const refsOf = ({ members = {}, member, key, value }: Shape): readonly Ref[] =>
  [...Object.values(members), member, key, value].filter((ref) => ref !== undefined)

function constraintOf(shape: Shape, of: (ref: Ref | undefined) => string | undefined): Constraint {
  const { type, min, max, sensitive } = shape
  const bounds = { min, max }
  switch (type) {
    case 'structure': {
      const members = Object.entries(shape.members ?? {}).map(([name, ref]) => [name, of(ref)])
      return defined({
        kind: 'struct',
        members: Object.fromEntries(members.filter(([, name]) => name !== undefined)),
        required: shape.required,
      })
    }
    case 'list':
      return defined({ kind: 'list', item: of(shape.member), ...bounds })
    case 'map':
      return defined({ kind: 'map', key: of(shape.key), value: of(shape.value), ...bounds })
    case 'string': {
      const pattern = shape.pattern === undefined ? undefined : patternOf(shape.pattern)
      return defined({ kind: 'string', ...bounds, pattern, enum: shape.enum, sensitive })
    }
    case 'blob':
      return defined({ kind: 'blob', ...bounds, sensitive })
    default:
      return defined({ kind: 'number', ...bounds, integer: isInteger(type) ? true : undefined })
  }
}

function patternOf(aws: string): Pattern {
  const js = fromJava(aws)
  return js === aws ? { aws } : { aws, js }
}

const defined = (constraint: { readonly [K in string]: unknown }): Constraint =>
  Object.fromEntries(Object.entries(constraint).filter(([, value]) => value !== undefined)) as unknown as Constraint

function textOf({ operations, shapes }: ConstraintTable, version: string): string {
  const lines = (of: object): string =>
    Object.entries(of)
      .map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`)
      .join('')
  return [
    `// Generated by npm run generate:constraints from botocore ${version}.\n`,
    `import type { ConstraintTable } from '${TYPES}'\n\n`,
    `export const TABLE: ConstraintTable = {\n  operations: {\n${lines(operations)}  },\n`,
    `  shapes: {\n${lines(shapes)}  },\n}\n`,
  ].join('')
}

main()
