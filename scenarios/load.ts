import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { closest } from 'fastest-levenshtein'
import { LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { type Scenario, scenarioSchema } from './scenario.ts'

/** A scenario that cannot be rehearsed, with every reason as `file:line:column: what is wrong`. */
export class InvalidScenario extends Error {
  override readonly name = 'InvalidScenario'
  readonly exitCode = 64
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

type Path = readonly PropertyKey[]

/** Reads and checks one YAML file. @throws InvalidScenario */
export function loadScenario(file: string): Scenario {
  return parseScenario(readFile(file), file)
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new InvalidScenario([`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`])
  }
}

/** `file` names the text in messages; its base name is the scenario's name. @throws InvalidScenario */
export function parseScenario(text: string, file: string): Scenario {
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
  const raw: unknown = document.toJS()
  const parsed = scenarioSchema.safeParse(raw)
  if (!parsed.success) throw new InvalidScenario(parsed.error.issues.flatMap((issue) => describe(issue, raw, where)))
  const scenario: Scenario = { ...parsed.data, name: basename(file).replace(/\.ya?ml$/, '') }
  const impossible = impossibleReferences(scenario).map(({ path, message }) => `${where(path)}: ${message}`)
  if (impossible.length > 0) throw new InvalidScenario(impossible)
  return scenario
}

/** Where the key at `path` stands, or the nearest node above it that exists. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: Path): number {
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

function describe(issue: z.core.$ZodIssue, raw: unknown, where: (path: Path) => string): string[] {
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(issue.path)
    return issue.keys.map((key) => `${where([...issue.path, key])}: unknown key "${key}"${nearest(key, known)}`)
  }
  if (issue.code === 'invalid_union' && 'discriminator' in issue && issue.discriminator !== undefined) {
    const kinds = faultKinds()
    const given = valueAt(raw, issue.path)
    const message = given === undefined ? 'is missing' : `is ${JSON.stringify(given)}`
    return [`${where(issue.path)}: ${issue.path.join('.')} ${message}${nearest(String(given), kinds)}`]
  }
  if (issue.code === 'invalid_value') {
    const given = valueAt(raw, issue.path)
    const valid = issue.values.map(String)
    const message = given === undefined ? 'is missing' : `is ${JSON.stringify(given)}`
    return [
      `${where(issue.path)}: ${issue.path.join('.')} ${message}; one of ${valid.join(', ')}${nearest(String(given), valid)}`,
    ]
  }
  const message = valueAt(raw, issue.path) === undefined && issue.code === 'invalid_type' ? 'is missing' : issue.message
  return [`${where(issue.path)}: ${issue.path.join('.') || 'scenario'}: ${message}`]
}

const nearest = (given: string, known: readonly string[]): string =>
  known.length === 0 ? '' : `; did you mean "${closest(given, [...known])}"?`

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value)

interface SchemaNode {
  readonly def: {
    readonly innerType?: SchemaNode
    readonly in?: SchemaNode
    readonly element?: SchemaNode
    readonly options?: readonly SchemaNode[]
    readonly shape?: Readonly<Record<string, SchemaNode>>
  }
}

/** Keys that the schema has at a path, over all variants of a union. */
function knownKeys(path: Path): string[] {
  let nodes: readonly SchemaNode[] = unwrap(scenarioSchema as unknown as SchemaNode)
  for (const key of path) {
    nodes = nodes.flatMap(({ def }) => unwrap(typeof key === 'number' ? def.element : def.shape?.[String(key)]))
  }
  return [...new Set(nodes.flatMap(({ def }) => Object.keys(def.shape ?? {})))]
}

function unwrap(node: SchemaNode | undefined): readonly SchemaNode[] {
  if (node === undefined) return []
  const { innerType, in: input, options } = node.def
  if (innerType !== undefined) return unwrap(innerType)
  if (input !== undefined) return unwrap(input)
  return options === undefined ? [node] : options.flatMap(unwrap)
}

const faultKinds = (): string[] =>
  unwrap((scenarioSchema as unknown as SchemaNode).def.shape?.faults)
    .flatMap(({ def }) => unwrap(def.element))
    .map(({ def }) => def.shape?.kind as unknown as { def: { values: string[] } })
    .flatMap(({ def }) => def.values)

/** What the schema cannot see: a line, device or version that this scenario does not have. */
function impossibleReferences({ fleet, release, faults }: Scenario): { path: Path; message: string }[] {
  const versions = [release.version, release.replaces]
  const problems: { path: Path; message: string }[] = []
  if (release.version === release.replaces) {
    problems.push({ path: ['release', 'replaces'], message: `release.replaces is the released version itself` })
  }
  faults.forEach((fault, index) => {
    const path = ['faults', index, 'in']
    const { firmware, line, device } = fault.in
    if (firmware !== undefined && !versions.includes(firmware)) {
      const message = `firmware ${firmware} is not part of this release${nearest(firmware, versions)}`
      problems.push({ path: [...path, 'firmware'], message })
    }
    if (line !== undefined && line > fleet.lines) {
      problems.push({
        path: [...path, 'line'],
        message: `line ${line} does not exist; the fleet has 1 to ${fleet.lines}`,
      })
    }
    const devices = device === undefined ? [] : deviceNames(fleet)
    if (device !== undefined && !devices.includes(device)) {
      problems.push({
        path: [...path, 'device'],
        message: `device ${device} does not exist${nearest(device, devices)}`,
      })
    }
  })
  return problems
}

const two = (value: number): string => String(value).padStart(2, '0')
const deviceNames = ({ lines, devicesPerLine }: Scenario['fleet']): string[] =>
  Array.from({ length: lines * devicesPerLine }, (_, index) => {
    return `line-${two(Math.floor(index / devicesPerLine) + 1)}-${two((index % devicesPerLine) + 1)}`
  })
