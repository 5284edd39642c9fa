import type { PowerCurve, PowerPoint, SizeAt } from '../campaign/power.ts'
import { durationText, numberText, percentText } from '../numbers/format.ts'
import type { Crossing } from '../numbers/monotone.ts'
import { alignedTable } from '../numbers/table.ts'
import { terminalText } from './terminal-text.ts'

/** What was varied, for titles. */
export interface PowerHead {
  readonly scenario: string
  readonly fault: string
  readonly unit: string
  readonly stage: string
  readonly devices: number
  readonly line: number | null
  readonly seeds: number
  /** Delay of the onset as it was given; null for none. */
  readonly onset: string | null
}

/** The power of every window and size, and the sizes that are found with given chances, in plain text. */
export const renderPower = (head: PowerHead, curves: readonly PowerCurve[]): string =>
  terminalText(
    [
      titleOf(head),
      ...alignedTable(
        COLUMNS,
        curves.flatMap(({ points }) => points.map((point) => cells(point, head.unit))),
        2,
        10,
      ),
      ...remarks(curves),
      '',
      'SIZE THAT IS FOUND',
      ...alignedTable(
        ['window', ...(curves[0]?.sizes ?? []).map(({ power }) => `in ${power * 100} % of releases (95 %)`)],
        curves.map(({ windowHours, sizes }) => [`${windowHours} h`, ...sizes.map((one) => sizeText(one, head.unit))]),
        1,
      ),
      '',
      ...curves.map((curve) => `  ${powerSentence(head, curve)}`),
    ].join('\n'),
  )

const titleOf = ({ scenario, fault, stage, devices, line, seeds, onset }: PowerHead): string =>
  `${fault.toUpperCase()} IN ${stage.toUpperCase()} (${devices} devices${line === null ? '' : `, on line ${line} only`}${
    onset === null ? '' : `, ${onset} after the install`
  }; scenario ${scenario}; ${seeds} seeds, the same at every size)`

const COLUMNS = [
  'window',
  'size',
  'runs',
  'caught (95 %)',
  'promoted',
  'held',
  'false alarms',
  'delay p50',
  'p90',
  'first rule',
] as const

const cells = (point: PowerPoint, unit: string): readonly string[] => [
  `${point.windowHours} h`,
  point.size === 0 ? 'none' : `${numberText(point.size)} ${unit}`,
  String(point.runs),
  point.size === 0 ? '-' : percentText(point.caught),
  ...[point.promoted, point.held, point.falseAlarms].map(String),
  ...[point.delayMinutes?.p50, point.delayMinutes?.p90].map((minutes) =>
    minutes === undefined ? '-' : durationText(minutes),
  ),
  Object.entries(point.by)
    .sort(([, a], [, b]) => b - a)
    .map(([rule, count]) => `${rule} ${count}`)
    .join(', '),
]

function remarks(curves: readonly PowerCurve[]): readonly string[] {
  const points = curves.flatMap((curve) => curve.points)
  const sum = (of: (point: PowerPoint) => number): number => points.reduce((total, point) => total + of(point), 0)
  const [refused, notReached] = [sum((point) => point.refused), sum((point) => point.notReached)]
  return [
    ...(sum(({ held }) => held) === 0
      ? []
      : ['  held: neither promoted nor rolled back half an hour after the window']),
    ...(refused === 0 ? [] : [`  ${refused} runs refused by the preflight are not counted`]),
    ...(notReached === 0 ? [] : [`  ${notReached} runs that did not reach the stage are not counted`]),
  ]
}

const sizeText = ({ size, low, high }: SizeAt, unit: string): string =>
  typeof size === 'number'
    ? `${numberText(size)} ${unit} [${crossingText(low)}, ${crossingText(high)}]`
    : `${size === 'above' ? 'above the largest' : 'below the smallest'} size tried`

const crossingText = (one: Crossing): string =>
  typeof one === 'number' ? numberText(one) : one === 'above' ? 'above the largest' : 'below the smallest'

/** What one window can see, in a sentence. */
export function powerSentence({ fault, unit, stage }: PowerHead, { windowHours, points, sizes }: PowerCurve): string {
  const most = sizes.find(({ power }) => power === 0.9)
  const tried = points.filter(({ size }) => size > 0)
  const [smallest, largest] = [tried[0], tried.at(-1)]
  const where = `${stage} within ${windowHours} h`
  if (most === undefined || smallest === undefined || largest === undefined) return `Nothing was tried in ${where}.`
  if (typeof most.size === 'number') {
    return `A fault ${fault} of ${sizeText(most, unit)} is caught in ${where} in 90 % of releases.`
  }
  return most.size === 'above'
    ? `A fault ${fault} that is caught in ${where} in 90 % of releases is larger than the largest size tried: ${numberText(largest.size)} ${unit} is caught in ${percentText(largest.caught)}.`
    : `A fault ${fault} of the smallest size tried, ${numberText(smallest.size)} ${unit}, is caught in ${where} in ${percentText(smallest.caught)}.`
}
