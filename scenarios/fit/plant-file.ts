import { Document, isScalar, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml'
import type { Estimate, Why } from './estimate.ts'
import { figureText, intervalText } from './figures.ts'
import type { Fit } from './fit.ts'

/** What a plant file can say of a figure, in the unit of the estimate. */
const RANGES: readonly { readonly key: RegExp; readonly least: number; readonly most: number }[] = [
  { key: /\.(every|median|for|timeConstant|burst|period)$/, least: 60_000, most: Number.POSITIVE_INFINITY },
  { key: /^noise\.changeovers\.every$/, least: 600_000, most: Number.POSITIVE_INFINITY },
  { key: /^noise\.toolWear\.life$/, least: 3_600_000, most: Number.POSITIVE_INFINITY },
  { key: /^noise\.(outages|errorBursts|connectionBursts|stoppages)(\.\w+)?\.spread$/, least: 0, most: 2 },
  { key: /^noise\.(deviceEffect|wander\.spread|changeovers\.spread|days\.\w+|stoppages\.share)$/, least: 0, most: 0.2 },
  { key: /^noise\.cycleSpread$/, least: 0, most: 0.5 },
  { key: /^noise\.handover\.slower$/, least: 0, most: 2 },
  { key: /^noise\.toolWear\.rise$/, least: 0, most: 1 },
  { key: /^noise\.sampleLoss\.share$/, least: 0, most: 0.5 },
  { key: /^noise\.connectionBursts\.\w+\.failures$/, least: 0, most: 1 },
  { key: /^noise\.trend$/, least: -0.02, most: 0.02 },
  { key: /^noise\.errorsPerDeviceHour$/, least: 0, most: 600 },
  { key: /^noise\.errorDispersion$/, least: 0.01, most: 10 },
  { key: /^noise\.errorBursts\.\w+\.factor$/, least: 1, most: 100 },
  { key: /^shifts\..*\.cycleTime$/, least: 1_000, most: Number.POSITIVE_INFINITY },
]
/** The stoppages' median may be shorter than a minute. */
const SHORT = /^noise\.stoppages\.median$/

/** Lines that differ by more than a random effect can say have cycle times of their own. */
const MOST_LINE_EFFECT = 0.5
/** A canary, one early and one in production. */
export const LEAST_DEVICES_OF_LINE = 3

/** Estimates that a plant file can say; the others are not estimable with the reason. */
export const withinFile = (estimates: readonly Estimate[]): readonly Estimate[] =>
  estimates.map((one) => {
    const why = one.is === 'estimated' ? beyond(one.key, one.unit, one.value) : null
    return why === null ? one : { key: one.key, unit: one.unit, n: one.n, of: one.of, is: 'not estimable', why }
  })

function beyond(key: string, unit: Estimate['unit'], value: number): Why | null {
  if (SHORT.test(key)) return null
  const range = RANGES.filter((one) => one.key.test(key))
  const [least, most] = [Math.max(...range.map((one) => one.least)), Math.min(...range.map((one) => one.most))]
  if (Number.isFinite(value) && !(value < least) && !(value > most)) return null
  const data = { value: figureText(value, unit), least: figureText(least, unit), most: figureText(most, unit) }
  return { code: 'BEYOND_FILE', data }
}

/** The plant file: what was estimated with its interval beside it, and the preset for the rest. */
export function plantFile(fit: Fit, sources: readonly string[]): string {
  const document = new Document(contentOf(fit))
  document.commentBefore = headOf(fit, sources)
  for (const one of fit.estimates) annotate(document, one, fit)
  return document.toString({ lineWidth: 0 })
}

function contentOf({ zone, lines, plant, preset, estimates }: Fit): object {
  const byKey = new Map(estimates.map((one) => [one.key, one]))
  const shifts = plant.shifts.map(({ name, from, to, volume, cycleMs }) => ({
    name,
    from,
    to,
    volume: written(byKey.get(`shifts.${name}.volume`)) ?? figureText(volume, 'share'),
    cycleTime: written(byKey.get(`shifts.${name}.cycleTime`)) ?? figureText(cycleMs, 'ms'),
  }))
  const cycleMs = plant.shifts.map((own) => {
    const found = byKey.get(`shifts.${own.name}.cycleTime`)
    return found?.is === 'estimated' ? found.value : own.cycleMs
  })
  const noise: Record<string, unknown> = { preset }
  for (const one of estimates) if (one.key.startsWith('noise.')) place(noise, one.key.split('.').slice(1), one)
  const effect = byKey.get('noise.lineEffect')
  const isOwn = effect?.is === 'estimated' && effect.value > MOST_LINE_EFFECT
  if (isOwn) noise.lineEffect = '0 %'
  return {
    zone,
    lines: lines.map(({ name, devices, factor }, index) => ({
      ...(name !== String(index + 1) && { name: cleanName(name) }),
      devices: Math.max(devices, LEAST_DEVICES_OF_LINE),
      ...(isOwn && {
        shifts: shifts.map((shift, i) => ({ ...shift, cycleTime: ownCycleTime(cycleMs[i] as number, factor) })),
      }),
    })),
    shifts,
    weekendVolume: written(byKey.get('weekendVolume')) ?? figureText(plant.weekendVolume, 'share'),
    noise,
  }
}

const ownCycleTime = (ms: number, factor: number): string => figureText(Math.max(ms * factor, 1_000), 'ms')

/** AWS IoT allows no other characters. */
const cleanName = (name: string): string => name.replaceAll(/[^a-zA-Z0-9_.,@/:# -]/g, '_').slice(0, 100)

/** What the file says of an estimate; undefined where it says nothing. */
function written(one: Estimate | undefined): unknown {
  if (one === undefined || one.is === 'not estimable') return undefined
  const { key, unit } = one
  if (one.is === 'none') {
    if (unit === 'share a day') return '0 %/d'
    const isGroup =
      /^noise\.(wander|toolWear|stoppages|handover|changeovers|memoryWarmUp|garbageCollection|sampleLoss)$/
    const isScope = /^noise\.(outages|errorBursts|connectionBursts)\.\w+$/
    if (isGroup.test(key) || isScope.test(key)) return 'none'
    return unit === 'number' ? 0 : figureText(0, unit)
  }
  const text = figureText(one.value, unit)
  if (unit === 'yes or no') return one.value !== 0
  return unit === 'number' ? Number(text) : text
}

function place(into: Record<string, unknown>, path: readonly string[], one: Estimate): void {
  const value = written(one)
  if (value === undefined) return
  const [head, ...rest] = path as [string, ...string[]]
  if (rest.length === 0) {
    into[head] = value
    return
  }
  const below = (into[head] ?? {}) as Record<string, unknown>
  into[head] = below
  place(below, rest, one)
}

function annotate(document: Document, one: Estimate, { plant }: Fit): void {
  const interval = intervalText(one)
  const text = one.is === 'none' ? one.note : interval
  if (text === null || one.is === 'not estimable') return
  const [, shift, what] = /^shifts\.(.*)\.(\w+)$/.exec(one.key) ?? []
  const path =
    shift === undefined
      ? one.key.split('.')
      : ['shifts', plant.shifts.findIndex(({ name }) => name === shift), what as string]
  const node = document.getIn(path, true) as Scalar | YAMLMap | YAMLSeq | undefined
  if (isScalar(node)) node.comment = ` ${text}`
}

function headOf({ rows, fromMs, toMs, lines, preset, estimates }: Fit, sources: readonly string[]): string {
  const left = estimates.filter((one) => one.is === 'not estimable').map(({ key }) => key)
  const small = lines.filter(({ devices }) => devices < LEAST_DEVICES_OF_LINE)
  return [
    ` A plant fitted to ${rows} rows of ${sources.join(', ')},`,
    ` ${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}. Beside each figure its 95 % interval.`,
    ...(left.length === 0 ? [] : [` Not estimable, and so as in the preset ${preset}: ${left.join(', ')}.`]),
    ...small.map(
      ({ name, devices }) =>
        ` Line ${name} was recorded with ${devices} devices; a rollout needs ${LEAST_DEVICES_OF_LINE}.`,
    ),
  ].join('\n')
}
