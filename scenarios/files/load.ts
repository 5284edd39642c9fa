import { readdirSync } from 'node:fs'
import { basename, dirname, extname, isAbsolute, join } from 'node:path'
import type { z } from 'zod'
import { textOf } from '../../controller/messages/registry.ts'
import { closedForGoodBy } from '../../controller/policy/calendar.ts'
import { type PlantMetricNames, unknownMetrics } from '../../controller/policy/metric-names.ts'
import { type PolicyFile, policySchema } from '../../controller/policy/schema.ts'
import { stageNames } from '../../controller/policy/stages.ts'
import { keysOf, nearest, type Path } from '../../controller/support/schema-problems.ts'
import { isDeviceFault, isProcessFault } from '../../sim/faults/catalogue.ts'
import type { RecordedTrack } from '../../sim/plant/recording.ts'
import type { Selector } from '../../sim/plant/selector.ts'
import { readBounded } from './bounded-read.ts'
import { FLEET_SEED, linesOf, makeFleet, thingNames, UnsplittableFleet } from './fleet.ts'
import { type FleetFile, fleetSchema, plantOf } from './fleet-file.ts'
import { metricFaultProblems } from './metric-faults.ts'
import { nextRelease } from './next-release.ts'
import { policyFor } from './plan.ts'
import { type FileKind, type Scenario, scenarioSchema } from './scenario.ts'
import { readTelemetry } from './telemetry.ts'
import { InvalidScenario, parseYaml, problemLinesOf, readText, type YamlFile } from './yaml-file.ts'

export { InvalidScenario } from './yaml-file.ts'

/** A checked file of any kind. */
export type Checked =
  | { readonly kind: 'scenario'; readonly scenario: Scenario; readonly yaml: YamlFile }
  | { readonly kind: 'fleet'; readonly fleet: FleetFile }
  | { readonly kind: 'policy'; readonly policy: PolicyFile }

/** Reads and checks one YAML file. @throws InvalidScenario */
export function loadScenario(file: string): Scenario {
  return parseScenario(readText(file), file)
}

/** `file` names the text in messages; its base name is the scenario's name. @throws InvalidScenario */
export function parseScenario(text: string, file: string): Scenario {
  return checkScenario(parseYaml(text, file))
}

/** Reads and checks a file of any kind, which is inferred from its keys. @throws InvalidScenario */
export function loadAny(file: string): Checked {
  const yaml = parseYaml(readText(file), file)
  const kind = kindOf(yaml.raw)
  if (kind === 'scenario') return { kind, scenario: checkScenario(yaml), yaml }
  if (kind === 'fleet') return { kind, fleet: checked(fleetSchema, yaml, kind) }
  return { kind, policy: checked(policySchema, yaml, kind) }
}

function kindOf(raw: unknown): FileKind {
  const keys = typeof raw === 'object' && raw !== null ? Object.keys(raw) : []
  const known = { scenario: scenarioSchema, fleet: fleetSchema, policy: policySchema } as const
  const counts = Object.entries(known).map(([kind, schema]) => {
    const own = keysOf(schema)
    return { kind: kind as FileKind, count: keys.filter((key) => own.includes(key)).length }
  })
  return counts.reduce((best, one) => (one.count > best.count ? one : best)).kind
}

function checked<Schema extends z.ZodType>(schema: Schema, yaml: YamlFile, what: string): z.output<Schema> {
  const parsed = schema.safeParse(yaml.raw)
  if (parsed.success) return parsed.data
  throw new InvalidScenario(problemLinesOf(schema, parsed.error, yaml.raw, yaml.where, what))
}

function checkScenario(yaml: YamlFile): Scenario {
  const { raw, problems } = withParts(yaml)
  const parsed = scenarioSchema.safeParse(raw)
  if (!parsed.success) problems.push(...problemLinesOf(scenarioSchema, parsed.error, raw, yaml.where, 'scenario'))
  if (!parsed.success || problems.length > 0) throw new InvalidScenario(problems)
  const { data } = parsed
  // The start is a fixed instant; the site's zone is that of its fleet.
  const start = { ...data.start, zone: data.fleet.zone ?? data.start.zone }
  const scenario: Scenario = { ...data, start, name: nameOf(yaml.file) }
  const impossible = [...impossibleReferences(scenario), ...impossibleNext(scenario)].map(
    ({ path, message }) => `${yaml.where(path)}: ${message}`,
  )
  if (impossible.length > 0) throw new InvalidScenario(impossible)
  return scenario.telemetry.length === 0 ? scenario : { ...scenario, recorded: readRecordings(scenario, yaml) }
}

/** The name of the file; it is printed, and names the folder of the reports. */
const nameOf = (file: string): string =>
  basename(file)
    .replace(/\.ya?ml$/, '')
    .replace(/\p{C}/gu, '-')

/** The scenario with the content of its fleet and policy files, and the problems of these files. */
function withParts(yaml: YamlFile): { raw: unknown; problems: string[] } {
  const { raw } = yaml
  if (typeof raw !== 'object' || raw === null) return { raw, problems: [] }
  const problems: string[] = []
  const parts: Record<string, unknown> = {}
  for (const [key, schema] of [['fleet', fleetSchema] as const, ['policy', policySchema] as const]) {
    const given = (raw as Record<string, unknown>)[key]
    const { extends: file, ...changes } = isPlain(given)
      ? given
      : { extends: typeof given === 'string' ? given : undefined }
    if (file === undefined) continue
    try {
      parts[key] = merged(readPart(String(file), key, schema, yaml), changes)
    } catch (error) {
      if (!(error instanceof InvalidScenario)) throw error
      problems.push(...error.problems)
      parts[key] = changes
    }
  }
  return { raw: { ...raw, ...parts }, problems }
}

function readPart(given: string, key: string, schema: z.ZodType, yaml: YamlFile): unknown {
  const part = parseYaml(readReferred(given, [key], yaml), resolvePath(given, yaml))
  checked(schema, part, key)
  return part.raw
}

/** Merges objects key by key; any other value above replaces the one below. */
function merged(below: unknown, above: unknown): unknown {
  if (!isPlain(below) || !isPlain(above)) return above === undefined ? below : above
  const keys = [...new Set([...Object.keys(below), ...Object.keys(above)])]
  return Object.fromEntries(keys.map((key) => [key, merged(below[key], above[key])]))
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A path in a scenario is relative to the scenario's file. */
const resolvePath = (given: string, { file }: YamlFile): string =>
  isAbsolute(given) ? given : join(dirname(file), given)

function readReferred(given: string, path: Path, yaml: YamlFile, read: (file: string) => string = readText): string {
  const file = resolvePath(given, yaml)
  try {
    return read(file)
  } catch (error) {
    if (!(error instanceof InvalidScenario)) throw error
    const others = filesLike(file)
    const [problem] = error.problems
    throw new InvalidScenario([`${yaml.where(path)}: ${problem}${nearest(basename(file), others)}`])
  }
}

function filesLike(file: string): readonly string[] {
  try {
    return readdirSync(dirname(file))
      .filter((name) => extname(name) === extname(file))
      .sort()
  } catch {
    return []
  }
}

/** Two days of the plant, every metric of every device in every minute. */
const MOST_RECORDED_BYTES = 128 << 20
const readRecording = (file: string): string => readBounded(file, MOST_RECORDED_BYTES)

function readRecordings(scenario: Scenario, yaml: YamlFile): RecordedTrack[] {
  const fleet = { lines: linesOf(scenario.fleet).length, things: thingNames(scenario.fleet) }
  const tracks: RecordedTrack[] = []
  const problems: string[] = []
  scenario.telemetry.forEach((source, index) => {
    const text = readReferred(source.file, ['telemetry', index, 'file'], yaml, readRecording)
    const loaded = readTelemetry(text, resolvePath(source.file, yaml), source, fleet)
    if ('problems' in loaded) problems.push(...loaded.problems)
    else tracks.push(...loaded.tracks)
  })
  if (problems.length > 0) throw new InvalidScenario(problems)
  return tracks
}

/** Problems that the schema cannot detect: a line, device or version that this scenario does not have. */
function impossibleReferences(scenario: Scenario): { path: Path; message: string }[] {
  const { release, faults, telemetry } = scenario
  const versions = [release.version, release.replaces]
  const problems: { path: Path; message: string }[] = []
  if (release.version === release.replaces) {
    problems.push({ path: ['release', 'replaces'], message: 'release.replaces must not be the released version' })
  }
  problems.push(...stageProblems(scenario))
  for (const { rule, key, metric, kind, nearest: like } of unknownMetrics(
    policyFor(scenario).rules,
    metricNamesOf(scenario),
  )) {
    const message = `the plant has no ${kind} "${metric}"; did you mean "${like}"?`
    problems.push({ path: ['policy', 'rules', rule, key], message })
  }
  const shifts = plantOf(scenario.fleet).shifts.map(({ name }) => name)
  const shut = neverOpens(scenario)
  if (shut !== null) problems.push({ path: ['policy', 'deny'], message: shut })
  faults.forEach((fault, index) => {
    if (!isDeviceFault(fault) && fault.kind !== 'wrong-group') return
    const path = fault.kind === 'wrong-group' ? ['faults', index] : ['faults', index, 'in']
    const { firmware }: Partial<Selector> = fault.kind === 'wrong-group' ? fault : fault.in
    if (firmware !== undefined && !versions.includes(firmware)) {
      const message = `firmware ${firmware} is not part of this release${nearest(firmware, versions)}`
      problems.push({ path: [...path, 'firmware'], message })
    }
    const other = 'writtenBy' in fault ? 'writtenBy' : 'sentBy' in fault ? 'sentBy' : null
    const writer = other === null ? undefined : (fault as Readonly<Record<string, unknown>>)[other]
    if (other !== null && typeof writer === 'string' && !versions.includes(writer)) {
      const message = `firmware ${writer} is not part of this release${nearest(writer, versions)}`
      problems.push({ path: ['faults', index, other], message })
    }
    if ('during' in fault && fault.during !== undefined) {
      if (!shifts.includes(fault.during)) {
        const message = `the plant has no shift "${fault.during}"${nearest(fault.during, shifts)}`
        problems.push({ path: ['faults', index, 'during'], message })
      }
    }
    if ('metric' in fault) {
      const wrong = metricFaultProblems(fault, plantOf(scenario.fleet).metrics ?? {})
      problems.push(...wrong.map(({ key, message }) => ({ path: ['faults', index, key], message })))
    }
    problems.push(...impossiblePlaces(fault.kind === 'wrong-group' ? fault : fault.in, path, scenario))
  })
  telemetry.forEach(({ in: where }, index) => {
    if (where !== undefined) problems.push(...impossiblePlaces(where, ['telemetry', index, 'in'], scenario))
  })
  return problems
}

/** The next release is another one, and what its faults name is there by then. */
function impossibleNext(scenario: Scenario): { path: Path; message: string }[] {
  const { next, release, start } = scenario
  if (next === undefined) return []
  const { version, replaces } = release
  const isOld = next.version === version || next.version === replaces
  const ofFaults = impossibleReferences(nextRelease(scenario, next, { replaces: version, atMs: start.atMs }))
    .filter(({ path: [key] }) => key === 'faults')
    .map(({ path, message }) => ({ path: ['next', ...path], message }))
  const ofOthers = next.faults.flatMap((fault, index) =>
    isProcessFault(fault) && fault.in.firmware === next.version
      ? []
      : [
          {
            path: ['next', 'faults', index],
            message: `is no fault of firmware ${next.version}; other faults stand in "faults"`,
          },
        ],
  )
  return [
    ...(isOld ? [{ path: ['next', 'version'], message: `${next.version} is what was there before` }] : []),
    ...ofFaults,
    ...ofOthers,
  ]
}

function impossiblePlaces(
  { line, device }: Selector,
  path: Path,
  { fleet }: Scenario,
): { path: Path; message: string }[] {
  const problems: { path: Path; message: string }[] = []
  const lines = linesOf(fleet).length
  if (line !== undefined && line > lines) {
    problems.push({ path: [...path, 'line'], message: `line ${line} does not exist; the fleet has 1 to ${lines}` })
  }
  const devices = device === undefined ? [] : thingNames(fleet)
  if (device !== undefined && !devices.includes(device)) {
    problems.push({ path: [...path, 'device'], message: `device ${device} does not exist${nearest(device, devices)}` })
  }
  return problems
}

/** Stages that the plant cannot be divided into, and names of stages that the policy does not have. */
function stageProblems(scenario: Scenario): { path: Path; message: string }[] {
  const { fleet, expect, faults } = scenario
  const { stages } = policyFor(scenario)
  const names = stages.map(({ name }) => name)
  const named: readonly (readonly [path: Path, name: string | undefined])[] = [
    [['fleet', 'stages', 'early'], fleet.stages?.early === undefined ? undefined : 'early'],
    [['expect', 'caughtIn'], expect.caughtIn],
    ...Object.keys(expect.stages ?? {}).map((name) => [['expect', 'stages', name], name] as const),
    ...faults.flatMap((fault, i) =>
      fault.kind === 'wrong-group' ? [[['faults', i, 'group'], fault.group] as const] : [],
    ),
  ]
  const unknown = named.flatMap(([path, name]) =>
    name === undefined || names.includes(name)
      ? []
      : [{ path, message: `${path.join('.')}: the policy has no stage "${name}"${nearest(name, names)}` }],
  )
  try {
    makeFleet(fleet, FLEET_SEED, stages)
    return unknown
  } catch (error) {
    if (!(error instanceof UnsplittableFleet)) throw error
    const path = scenario.policy.stages === undefined ? ['fleet', 'lines'] : ['policy', 'stages']
    return [...unknown, { path, message: `${path.join('.')}: ${error.message}` }]
  }
}

function metricNamesOf({ fleet }: Scenario): PlantMetricNames {
  const metrics = Object.entries(plantOf(fleet).metrics ?? {})
  const named = (isGauge: boolean): string[] =>
    metrics.filter(([, { kind }]) => (kind === 'gauge') === isGauge).map(([name]) => name)
  return { counters: named(false), gauges: named(true) }
}

/** Deny windows may cover a gate for good. */
function neverOpens(scenario: Scenario): string | null {
  const policy = policyFor(scenario)
  const stages = stageNames(policy).flatMap((stage) => {
    const closedBy = closedForGoodBy(policy, stage, scenario.start.atMs, false)
    return closedBy === null ? [] : [{ stage, closedBy }]
  })
  return stages.length === 0 ? null : textOf({ code: 'GATE_NEVER_OPENS', data: { stages } })
}
