import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { parse } from 'yaml'
import { PRESET_NAMES, type PresetName } from '../../sim/plant/presets.ts'
import { falseAlarmFigures } from './false-alarms.ts'
import { type Family, families, type Plant, type PolicyKeys } from './families.ts'
import { powerFigures, powerPlan } from './power.ts'
import { ruleFigures } from './rule-figures.ts'
import { sweep } from './sweep.ts'
import { falseAlarmTable, powerTable, ruleTable } from './text.ts'

const USAGE = `npm run figures -- false-alarms | power | rules [options]

  --presets quiet,typical,rough   presets of the plant's noise
  --families all | TEXT,...       families whose name contains a text; with all, every one
  --seeds 50                      seeds 1 to so many of each; draws of each by rules
  --fleet 17x20                   lines x devices of each
  --policy FILE                   keys of a policy file over the default ones
  --workers N                     threads; one for every processor by default
  --results FILE                  kept results, which are not run again (.cache/figures.jsonl by default)
  --json                          figures as JSON
`

interface Options {
  readonly presets: readonly PresetName[]
  readonly families: string
  readonly seeds: readonly number[]
  readonly plant: Plant
  readonly policy: PolicyKeys
  readonly workers: number | undefined
  readonly results: string
  readonly json: boolean
}

class Usage extends Error {}

function optionsOf(args: readonly string[]): { readonly what: string; readonly options: Options } {
  const text = { type: 'string' } as const
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      presets: { ...text, default: PRESET_NAMES.join(',') },
      families: { ...text, default: 'all' },
      seeds: { ...text, default: '50' },
      fleet: { ...text, default: '17x20' },
      policy: text,
      workers: text,
      results: { ...text, default: '.cache/figures.jsonl' },
      json: { type: 'boolean', default: false },
    },
  })
  const [what, ...more] = positionals
  if (what === undefined || more.length > 0) throw new Usage('one of false-alarms, power, rules')
  const presets = values.presets.split(',').map((name) => {
    const known = PRESET_NAMES.find((preset) => preset === name)
    if (known === undefined) throw new Usage(`"${name}" is no preset; one of ${PRESET_NAMES.join(', ')}`)
    return known
  })
  const [lines, devicesPerLine] = values.fleet.split('x').map((part) => countOf(part, 'fleet')) as [number, number]
  if (devicesPerLine === undefined) throw new Usage('--fleet is lines x devices, such as 17x20')
  const options: Options = {
    presets,
    families: values.families,
    seeds: Array.from({ length: countOf(values.seeds, 'seeds') }, (_, i) => i + 1),
    plant: { lines, devicesPerLine },
    policy: values.policy === undefined ? {} : (parse(readFileSync(values.policy, 'utf8')) as PolicyKeys),
    workers: values.workers === undefined ? undefined : countOf(values.workers, 'workers'),
    results: values.results,
    json: values.json,
  }
  return { what, options }
}

function countOf(text: string, option: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1) throw new Usage(`--${option}: "${text}" is no count`)
  return count
}

/** Families by name; of the presets, those that are asked for. */
function chosen({ families: wanted, presets, plant, policy }: Options): readonly Family[] {
  const texts = wanted === 'all' ? [''] : wanted.split(',')
  const isWanted = ({ name, group }: Family): boolean =>
    (group !== 'preset' || presets.some((preset) => name === `preset ${preset}`)) &&
    texts.some((text) => name.includes(text))
  const found = families(plant, policy).filter(isWanted)
  if (found.length === 0) throw new Usage(`no family has "${wanted}" in its name`)
  return found
}

async function figures(args: readonly string[]): Promise<void> {
  const { what, options } = optionsOf(args)
  const { seeds, presets, results: file, workers, plant, policy, json } = options
  const plan = {
    file,
    ...(workers !== undefined && { workers }),
    onResult: (done: number, of: number): void => void process.stderr.write(`\r${done} of ${of} releases`),
  }
  const print = (lines: readonly string[], data: unknown): void => {
    process.stderr.write('\n')
    process.stdout.write(json ? `${JSON.stringify(data, null, 2)}\n` : `${lines.join('\n')}\n`)
  }
  if (what === 'false-alarms') {
    const own = chosen(options)
    const planned = own.flatMap(({ name, scenario }) =>
      seeds.map((seed) => ({ family: name, scenario: scenario(seed), seed })),
    )
    const found = falseAlarmFigures(own, await sweep(planned, plan))
    return print(falseAlarmTable(found), found)
  }
  if (what === 'power') {
    const found = powerFigures(presets, await sweep(powerPlan(presets, seeds, plant, policy), plan))
    return print(powerTable(found), found)
  }
  if (what === 'rules') {
    const found = ruleFigures(seeds.length, ({ name }) => void process.stderr.write(`\r${name}`))
    return print(ruleTable(found), found)
  }
  throw new Usage(`"${what}" is none of false-alarms, power, rules`)
}

try {
  await figures(process.argv.slice(2))
} catch (error) {
  const { message, code } = error as Error & { code?: string }
  if (!(error instanceof Usage) && !code?.startsWith('ERR_PARSE_ARGS')) throw error
  process.stderr.write(`figures: ${message}\n\n${USAGE}`)
  process.exitCode = 64
}
