import { Temporal } from 'temporal-polyfill'
import { textOf } from '../../controller/messages/registry.ts'
import { policyOf } from '../../controller/policy/parse.ts'
import type { Policy } from '../../controller/policy/policy.ts'
import { BUILT_IN_RULES, type Rule, WARM_UP_MS } from '../../controller/policy/rules.ts'
import { lastStageOf, stageNames } from '../../controller/policy/stages.ts'
import { followGateAt } from '../../controller/rollout/holdback.ts'
import { countText } from '../../reports/numbers/format.ts'
import { type DeviceFaultSpec, faultSchema, isDeviceFault } from '../../sim/faults/catalogue.ts'
import { type Selector, selects } from '../../sim/plant/selector.ts'
import type { PlantSettings } from '../../sim/plant/settings.ts'
import { FLEET_SEED, type FleetShape, linesOf, makeFleet } from '../files/fleet.ts'
import { plantOf } from '../files/fleet-file.ts'
import type { Checked } from '../files/load.ts'
import { type PlannedStage, plannedStages, policyFor } from '../files/plan.ts'
import type { Scenario } from '../files/scenario.ts'
import { staticRefusals } from '../world/static-refusals.ts'
import { type Fleet, fleetOf, LEAD_MS } from '../world/twin-plan.ts'
import { metricTexts } from './explain-metrics.ts'
import { lineTexts, noiseTexts } from './explain-noise.ts'
import { stageText } from './explain-stages.ts'
import { DAYS, hours, pct } from './explain-units.ts'

const _HOUR_MS = 3_600_000
const LABEL_WIDTH = 11

/** What a checked file does, as lines of text. */
export function explain(checked: Checked): readonly string[] {
  if (checked.kind === 'scenario') return explainScenario(checked.scenario, checked.yaml.raw as RawScenario)
  if (checked.kind === 'fleet') return explainFleet(checked.fleet, plantOf(checked.fleet), checked.fleet.zone ?? null)
  const { policy } = checked
  const isOwn = { zone: policy.zone ?? null, shifts: policy.shifts !== undefined }
  return explainPolicy(policyOf(policy, { zone: 'UTC', shifts: [] }), isOwn)
}

/** The content of the file: quantities with their units. */
interface RawScenario {
  readonly faults?: readonly Record<string, unknown>[]
  readonly quotas?: Readonly<Record<string, unknown>>
  readonly expect?: Readonly<Record<string, unknown>>
}

function explainScenario(scenario: Scenario, raw: RawScenario): string[] {
  const { story, release, start, fleet, faults, telemetry, timeLimit, next } = scenario
  const policy = policyFor(scenario)
  const planned = plannedStages(policy, start.atMs)
  const devices = fleetOf(scenario)
  const clock = (atMs: number): string => localTime(atMs, start.zone)
  return [
    story,
    row('release', `${release.version}, replaces ${release.replaces}`),
    ...explainFleet(fleet, plantOf(fleet), start.zone, countTexts(policy, devices)),
    ...telemetry.map((source, index) => row(index === 0 ? 'telemetry' : '', telemetryText(source, scenario))),
    ...explainPolicy(policy, { zone: policy.zone, shifts: true }),
    row('calendar', `starts ${clock(start.atMs)}; without faults, local time of ${start.zone}:`),
    ...planned.map(({ stage, deployedAtMs, passedAtMs }) =>
      row('', `${stage.padEnd(10)} deployed ${clock(deployedAtMs)}, passed ${clock(passedAtMs)}`),
    ),
    ...(policy.holdback ? [row('', releasedText(policy, planned, clock, heldCount(fleet, policy)))] : []),
    ...(faults.length === 0 ? [row('faults', 'none')] : []),
    ...faults.flatMap((fault, index) =>
      faultText(fault, raw.faults?.[index] ?? {}, { scenario, planned, devices }).map((text, i) =>
        row(index === 0 && i === 0 ? 'faults' : '', i === 0 ? text : `  ${text}`),
      ),
    ),
    ...(next === undefined ? [] : [row('next release', nextText(next, clock(start.atMs + next.at)))]),
    ...Object.entries(raw.quotas ?? {}).map(([name, value], index) =>
      row(index === 0 ? 'quotas' : '', `${name} ${value}`),
    ),
    ...staticRefusals(scenario).map((refusal) => row('preflight', `refuses the release: ${textOf(refusal)}`)),
    row('expects', expectText(raw.expect ?? {})),
    row('time limit', `${hours(timeLimit)}, then inconclusive`),
  ]
}

/** `17 canary`, stage by stage. */
const countTexts = (policy: Policy, devices: Fleet): readonly string[] =>
  stageNames(policy).map((name) => `${devices.filter(({ stage }) => stage === name).length} ${name}`)

/** `2.4.1, asked for at Tue 03 Mar 14:00 and after the end of the first, 1 fault`. */
const nextText = ({ version, faults }: NonNullable<Scenario['next']>, at: string): string =>
  `${version}, asked for at ${at} or, while the first is active, an hour after its end; ${countText(faults.length, 'fault')}`

function releasedText(
  policy: Policy,
  planned: readonly PlannedStage[],
  clock: (atMs: number) => string,
  devices: number,
): string {
  const { deployedAtMs, passedAtMs } = planned.at(-1) as PlannedStage
  const { opensAtMs } = followGateAt(policy, passedAtMs, false)
  const laterMs = opensAtMs - deployedAtMs
  return `${'holdback'.padEnd(10)} released ${clock(opensAtMs)}: ${deviceCount(devices)}, ${hours(laterMs)} after production`
}

/** One device of every line that has two in the last stage. */
function heldCount(fleet: FleetShape, policy: Policy): number {
  const last = makeFleet(fleet, FLEET_SEED, policy.stages).filter(({ stage }) => stage === lastStageOf(policy))
  const lines = last.map(({ line }) => line)
  return new Set(lines.filter((line, index) => lines.indexOf(line) !== index)).size
}

function explainFleet(
  fleet: FleetShape,
  plant: PlantSettings,
  zone: string | null,
  stages: readonly string[] = [],
): string[] {
  const { shifts, weekendVolume, noise } = plant
  const lines = linesOf(fleet)
  const devices = lines.reduce((sum, line) => sum + line.devices, 0)
  const split = stages.length === 0 ? '' : `: ${stages.join(', ')}`
  const sizes = [...new Set(lines.map(({ devices: count }) => count))]
  const shape = sizes.length === 1 ? `of ${sizes[0]}` : `of ${Math.min(...sizes)} to ${Math.max(...sizes)}`
  const place = zone === null ? "the scenario's zone" : zone
  return [
    row('fleet', `${devices} devices on ${lines.length} lines ${shape}${split}; ${place}`),
    ...shifts.map(({ name, from, to, volume, cycleMs }, index) =>
      row(index === 0 ? 'shifts' : '', `${name} ${from}-${to}, ${pct(volume)} volume, ${cycleMs / 1000} s per cycle`),
    ),
    row('', `${pct(weekendVolume)} of that volume at the weekend`),
    ...noiseTexts(noise).map((text, index) => row(index === 0 ? 'noise' : '', text)),
    ...metricTexts(plant.metrics ?? {}).map((text, index) => row(index === 0 ? 'metrics' : '', text)),
    ...lineTexts(plant).map((text, index) => row(index === 0 ? 'lines' : '', text)),
  ]
}

function explainPolicy(policy: Policy, own: { readonly zone: string | null; readonly shifts: boolean }): string[] {
  const { limits, evidence } = policy
  const minutes = (ms: number): string => `${ms / 60_000} min`
  return [
    row(
      'policy',
      `window ${hours(policy.windowMs)}, profile ${policy.profile}, an evaluation every ${minutes(policy.tickMs)}`,
    ),
    ...policy.stages.map((stage) => row('', stageText(stage, policy))),
    ...(policy.holdback
      ? [row('', 'holdback: one production device per line, released when production has passed')]
      : []),
    row('', policy.bakeMs === 0 ? 'bake: none, complete once every device has it' : bakeText(policy)),
    row('', own.zone === null ? "in the fleet's zone" : `in ${own.zone}`),
    row(
      'limits',
      `connections ${limits.connectionFailurePct} % failed, cycle time +${limits.cycleTimeIncreasePct} %, ` +
        `errors +${limits.errorRateIncreasePct} %, crashes ${limits.crashes}`,
    ),
    ...ruleRows(policy.rules),
    row(
      'evidence',
      `false-rollback budget ${pct(evidence.falseRollbackShare)} per release; rolling window ${hours(evidence.rollingMs)}; ` +
        `connection rule needs >= ${evidence.connectionMinAttempts} attempts; error rule >= ${evidence.minExtraErrors} extra errors; ` +
        `quorum ${pct(policy.quorumShare)}; exposure ${pct(policy.exposureShare)}`,
    ),
    row(
      '',
      `baseline of ${hours(policy.baselineMs)} in the strata of ` +
        `${own.shifts ? policy.shifts.map(({ name }) => name).join(', ') : "the fleet's shifts"}`,
    ),
  ]
}

const bakeText = ({ bakeMs }: Policy): string =>
  `bake: watched for ${hours(bakeMs)} once every device has it, and may still be rolled back`

function telemetryText({ file, loop }: Scenario['telemetry'][number], scenario: Scenario): string {
  const own = (scenario.recorded ?? []).filter((track) => track.file === file)
  const metrics = [...new Set(own.map(({ metric }) => metric))]
  const places = [...new Set(own.map(({ in: where }) => placeText(where)))]
  const length = own[0]?.perMinute.length ?? 0
  const how = loop ? 'repeated' : 'once from the start, then synthetic vitals'
  const devices = fleetOf(scenario).filter(({ thing, line }) =>
    own.some(({ in: where }) => selects(where, thing, line, '')),
  )
  return `${file}: ${metrics.join(', ')} ${places.join(', ')} (${deviceCount(devices.length)}); ${length} min, ${how}`
}

/** The description in the schema of every kind of fault. */
const MEANINGS = new Map(
  faultSchema.options.map((option) => [String([...option.shape.kind._zod.values][0]), option.description ?? '']),
)

interface Planned {
  readonly scenario: Scenario
  readonly planned: readonly PlannedStage[]
  readonly devices: Fleet
}

/** Two lines: kind, target and parameters; effect and onset. */
function faultText(
  fault: Scenario['faults'][number],
  raw: Readonly<Record<string, unknown>>,
  { scenario, planned, devices: fleet }: Planned,
): string[] {
  const { kind, in: where, ...parameters } = raw
  const given = Object.entries(parameters).map(([name, value]) => `${name} ${value}`)
  const meaning = MEANINGS.get(String(kind)) ?? ''
  if (!isDeviceFault(fault)) {
    const place = where === undefined ? '' : ` in ${Object.values(where as object).join(', ')}`
    return [`${kind}${place}${given.length === 0 ? '' : `: ${given.join(', ')}`}`, meaning]
  }
  const affected = affectedBy(fault.in, fleet)
  const onset = onsetText(fault, scenario, planned, affected.stages)
  const devices = deviceCount(affected.count)
  return [
    `${kind} ${placeText(fault.in)} (${devices})${given.length === 0 ? '' : `: ${given.join(', ')}`}`,
    `${meaning}; ${onset}`,
  ]
}

function affectedBy(where: Selector, devices: Fleet): { count: number; stages: ReadonlySet<string> } {
  const own = devices.filter(({ thing, line }) => selects(where, thing, line, where.firmware ?? ''))
  return { count: own.length, stages: new Set(own.map(({ stage }) => stage)) }
}

/** Times of a fault count from the install, the start of the process or of the rehearsal; it has no effect before this. */
function onsetText(
  fault: DeviceFaultSpec,
  { release, start }: Scenario,
  planned: readonly PlannedStage[],
  stages: ReadonlySet<string>,
): string {
  const { onset, after, from } = fault as { readonly onset?: number; readonly after?: number; readonly from?: number }
  const travels = fault.in.firmware === release.version
  const first = planned.find(({ stage }) => stages.has(stage))?.deployedAtMs as number
  const sinceMs = travels && from === undefined ? first : start.atMs - LEAD_MS
  return `not before ${localTime(sinceMs + (onset ?? after ?? from ?? 0), start.zone)}`
}

function placeText({ firmware, line, device, fleet }: Selector): string {
  const parts = [
    ...(firmware === undefined ? [] : [`where ${firmware} runs`]),
    ...(line === undefined ? [] : [`on line ${line}`]),
    ...(device === undefined ? [] : [`on ${device}`]),
    ...(fleet === undefined ? [] : ['everywhere']),
  ]
  return parts.join(' ')
}

/** `{ detected: { between: [1h, 2h], after: onset } }` -> `detected between 1h to 2h after onset`. */
function expectText(expect: Readonly<Record<string, unknown>>): string {
  const text = (value: unknown): string => {
    if (Array.isArray(value)) return value.map(text).join(' to ')
    if (typeof value !== 'object' || value === null) return String(value)
    return Object.entries(value)
      .map(([key, inner]) => `${key} ${text(inner)}`)
      .join(' ')
  }
  const parts = Object.entries(expect).map(([key, value]) => `${key} ${text(value)}`)
  return parts.length === 0 ? 'nothing in particular' : parts.join('; ')
}

function localTime(atMs: number, zone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone)
  return `${DAYS[local.dayOfWeek - 1]} ${local.toPlainDate()} ${local.toPlainTime().toString({ smallestUnit: 'minute' })}`
}

const deviceCount = (count: number): string => `${count} ${count === 1 ? 'device' : 'devices'}`
const row = (label: string, text: string): string => `${label.padEnd(LABEL_WIDTH)}${text}`

/** Rules of the plant's own, and settings of the others that are not the usual ones. */
function ruleRows(rules: readonly Rule[]): string[] {
  const texts = rules.flatMap((rule) => {
    const usual = BUILT_IN_RULES.find(({ name }) => name === rule.name)
    const { name, metricTest: test, criticality, warmUpMs } = rule
    const settings = [
      ...(criticality === 'decides' ? [] : [criticality]),
      ...(warmUpMs === (usual?.warmUpMs ?? WARM_UP_MS) ? [] : [`after ${hours(warmUpMs)}`]),
    ]
    if (usual !== undefined) return settings.length === 0 ? [] : [`${name}: ${settings.join(', ')}`]
    if (test === undefined) return []
    const what = `${test.kind} of ${test.metric}${test.of === null ? '' : ` per ${test.of}`}`
    const sign = { increase: '+', decrease: '-', either: '±' }[test.direction]
    const unit = `${test.isAbsolute ? '' : test.kind === 'share' ? ' points' : ' %'}${test.kind === 'trend' ? '/h' : ''}`
    const limit = `${sign}${test.limit}${unit} allowed`
    return [`${name}: ${[what, limit, ...settings].join(', ')}`]
  })
  return texts.map((text, i) => row(i === 0 ? 'rules' : '', text))
}
