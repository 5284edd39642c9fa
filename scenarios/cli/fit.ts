import { existsSync } from 'node:fs'
import { zone as zoneSchema } from '../../controller/units/wall-time.ts'
import { alignedTable } from '../../reports/numbers/table.ts'
import { terminalText } from '../../reports/text/terminal-text.ts'
import { DEFAULT_PLANT, type LineSettings } from '../../sim/plant/settings.ts'
import { fileLines } from '../files/file-lines.ts'
import { plantOf } from '../files/fleet-file.ts'
import { InvalidScenario, loadAny } from '../files/load.ts'
import { type Mapping, type Metric, mappingOf } from '../fit/columns.ts'
import type { CountKind, Undecided } from '../fit/counters.ts'
import { type Estimate, whyText } from '../fit/estimate.ts'
import { figureText, intervalText } from '../fit/figures.ts'
import { type Fit, fit as fitRecording } from '../fit/fit.ts'
import type { TooLarge } from '../fit/grid.ts'
import { plantFile, withinFile } from '../fit/plant-file.ts'
import { type Recorded, readRecordings } from '../fit/read.ts'
import { Timestamps } from '../fit/timestamps.ts'
import { writeWhole } from '../outcome/output-files.ts'
import { EXIT } from '../support/exit-codes.ts'
import { WouldOverwrite } from '../support/user-error.ts'
import type { FitOptions } from './commands/fit.ts'
import type { Io } from './io.ts'

/** `rehearse fit`: a plant file from recordings. @throws InvalidScenario, WouldOverwrite, CannotWrite */
export function fit(files: readonly string[], options: FitOptions, io: Pick<Io, 'stdout' | 'stderr'>): number {
  const { out } = options
  if (out !== undefined && existsSync(out)) throw new WouldOverwrite(`${out} already exists; name another --out`)
  const base = basePlant(options.plant)
  const zone = checkedZone(options.zone ?? base.zone ?? null)
  const recorded = readRecordings(
    files.map((file) => ({ file, lines: fileLines(file) })),
    { zone, startMs: startOf(options.start, zone), mappings: (options.column ?? []).map(checkedMapping) },
  )
  noteProblems(recorded, options, io)
  const found = fitRecording(recorded, {
    zone: zone ?? 'UTC',
    plant: base.plant,
    preset: options.preset,
    counts: saidCounts(options),
  })
  if ('undecided' in found) throw new InvalidScenario(undecidedTexts(found))
  if ('days' in found) throw new InvalidScenario([tooLargeText(found)])
  const fitted = { ...found, estimates: withinFile(found.estimates) }
  if (options.json) io.stdout.write(`${JSON.stringify(jsonOf(fitted), null, 2)}\n`)
  else io.stdout.write(terminalText(`${[...textOf(fitted, zone === null), ...nextText(out)].join('\n')}\n`))
  if (out !== undefined) writeWhole(out, plantFile(fitted, files))
  return EXIT.met
}

function basePlant(file: string | undefined): { readonly plant: LineSettings; readonly zone?: string | undefined } {
  if (file === undefined) return { plant: DEFAULT_PLANT }
  const checked = loadAny(file)
  if (checked.kind !== 'fleet') throw new InvalidScenario([`${file}: is a ${checked.kind}, not a plant file`])
  return { plant: plantOf(checked.fleet), zone: checked.fleet.zone }
}

function checkedZone(given: string | null): string | null {
  if (given === null) return null
  const parsed = zoneSchema.safeParse(given)
  if (!parsed.success) throw new InvalidScenario([`--zone: ${parsed.error.issues[0]?.message}`])
  return given
}

function startOf(given: string | undefined, zone: string | null): number | null {
  if (given === undefined) return null
  const instant = new Timestamps(zone).read(given, Number.NEGATIVE_INFINITY)
  if (typeof instant === 'string') throw new InvalidScenario([`--start: ${instant}`])
  return instant
}

function checkedMapping(text: string): Mapping {
  const mapping = mappingOf(text)
  if (typeof mapping === 'string') throw new InvalidScenario([`--column: ${mapping}`])
  return mapping
}

const saidCounts = ({ cumulative = [], perSample = [] }: FitOptions): ReadonlyMap<Metric, CountKind> =>
  new Map<Metric, CountKind>([
    ...cumulative.map((metric) => [metric, 'cumulative'] as const),
    ...perSample.map((metric) => [metric, 'per sample'] as const),
  ])

function noteProblems(
  { devices, problems }: Recorded,
  { skipBadRows }: FitOptions,
  { stderr }: Pick<Io, 'stderr'>,
): void {
  if (problems.length === 0) return
  if (skipBadRows !== true || devices.length === 0) throw new InvalidScenario(problems)
  for (const problem of problems) stderr.write(terminalText(`${problem} (left out)\n`))
}

const undecidedTexts = ({ undecided }: Undecided): readonly string[] =>
  undecided.map(
    ({ metric, rises, falls }) =>
      `${metric} may be a total or a count of each sample (it rises ${rises} times and falls ${falls} times); ` +
      `say --cumulative ${metric} or --per-sample ${metric}`,
  )

const tooLargeText = ({ slots, days }: TooLarge): string =>
  `the recording spans ${Math.round(days)} days, ${slots} samples of each device: more than fits; is a time wrong? ` +
  'else fit some weeks of it'

const HEAD = ['figure', 'estimate', '95 % interval', 'from', 'how']

function textOf(fit: Fit, isZoneOpen: boolean): readonly string[] {
  const { lines, rows, fromMs, toMs, stepMs, rules, unused, zone, preset, estimates } = fit
  const devices = lines.reduce((sum, line) => sum + line.devices, 0)
  const counts = [...rules].map(([metric, { kind, falls, because }]) => {
    const resets = kind === 'cumulative' && falls > 0 ? `, ${falls} resets` : ''
    return `${metric} ${kind === 'cumulative' ? 'total' : 'per sample'}${resets}${because === 'values' ? '' : ` (${because})`}`
  })
  const told = estimates.filter((one) => one.is !== 'not estimable')
  const open = estimates.filter((one) => one.is === 'not estimable')
  return [
    `${rows} rows: ${devices} devices on ${lines.length} lines, every ${stepMs / 60_000} min from ` +
      `${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}`,
    `shifts in ${zone}${isZoneOpen ? ' (set --zone if the plant is elsewhere)' : ''}`,
    ...(counts.length === 0 ? [] : [`counts: ${counts.join('; ')}`]),
    ...(unused.length === 0 ? [] : [`not used: ${unused.join(', ')}`]),
    '',
    ...alignedTable(HEAD, told.map(rowOf), 1, 3),
    ...(open.length === 0
      ? []
      : ['', `not estimable, left as in ${preset}:`, ...open.map((one) => `  ${one.key}: ${whyOf(one)}`)]),
  ]
}

function rowOf(one: Estimate): readonly string[] {
  const from = `${one.n} ${one.of}`
  if (one.is === 'none') return [one.key, 'none', '', from, one.note]
  const value = one.is === 'estimated' ? figureText(one.value, one.unit) : ''
  return [one.key, value, intervalText(one) ?? '', from, one.is === 'estimated' ? one.method : '']
}

const whyOf = (one: Estimate): string => (one.is === 'not estimable' ? whyText(one.why) : '')

const nextText = (out: string | undefined): readonly string[] =>
  out === undefined
    ? ['', 'rehearse fit ... --out plant.yaml writes them as a plant file']
    : ['', out, `  rehearse validate ${out}`, `  in a scenario: fleet: ${out}`]

const jsonOf = ({ plant: _, rules, ...rest }: Fit): object => ({
  schemaVersion: 1,
  ...rest,
  counts: Object.fromEntries([...rules].map(([metric, rule]) => [metric, rule])),
  estimates: rest.estimates.map((one) => (one.is === 'not estimable' ? { ...one, text: whyText(one.why) } : one)),
})
