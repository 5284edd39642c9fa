import type { z } from 'zod'
import { type FaultKind, type FaultSpec, faultSchema, isDeviceFault, originOf } from '../../sim/faults/catalogue.ts'
import type { Selector } from '../../sim/plant/selector.ts'
import { definitionAt, unitOf } from './fault-size.ts'
import type { Scenario } from './scenario.ts'
import { InvalidScenario } from './yaml-file.ts'

/** How a kind of fault is made larger and smaller. */
interface Sizing {
  /** The option that is its size. */
  readonly parameter: string
  /** As they are written in a scenario file, or a factor as a percentage: from hardly ever found to always. */
  readonly sizes: readonly string[]
  /** The same on one line, which has so few devices that only more is found; as of all where absent. */
  readonly sizesOnLine?: readonly string[]
  /** Its other options, as in a scenario file. */
  readonly rest: Readonly<Record<string, string>>
  /** The option that delays its onset; none where it has none. */
  readonly onset?: string
}

/** Kinds with defaults of their own; any other kind with a quantity among its options can be sized by that. */
const SIZINGS: Readonly<Partial<Record<FaultKind, Sizing>>> = {
  'memory-leak': { parameter: 'rate', sizes: ['2 MiB/h', '3 MiB/h', '5 MiB/h', '10 MiB/h'], rest: {}, onset: 'after' },
  // A step, so that its size is all that matters.
  'cycle-drift': {
    parameter: 'rise',
    sizes: ['6%', '8%', '10%', '12%'],
    sizesOnLine: ['8%', '10%', '12%', '15%'],
    rest: { over: '1min', onset: '0h' },
    onset: 'onset',
  },
  'error-rise': {
    parameter: 'factor',
    sizes: ['10%', '15%', '20%', '30%'],
    sizesOnLine: ['50%', '100%', '200%', '500%'],
    rest: { onset: '0h' },
    onset: 'onset',
  },
  'quality-drop': {
    parameter: 'share',
    sizes: ['1%', '1.5%', '2%', '4%'],
    sizesOnLine: ['4%', '8%', '16%', '32%'],
    rest: {},
    onset: 'onset',
  },
  'units-drop': { parameter: 'share', sizes: ['6%', '9%', '12%', '15%'], rest: {}, onset: 'onset' },
  'cycle-time-jitter': {
    parameter: 'factor',
    sizes: ['40%', '60%', '100%', '200%'],
    rest: {},
    onset: 'onset',
  },
  crash: { parameter: 'every', sizes: ['30d', '10d', '5d', '2d'], rest: {} },
  'noisy-network': {
    parameter: 'share',
    sizes: ['0.5%', '1%', '1.5%', '2%'],
    sizesOnLine: ['2%', '4%', '8%', '16%'],
    rest: {},
    onset: 'from',
  },
}

/** Size of a fault as a number that grows with its harm. */
export interface FaultSize {
  readonly size: number
  /** As the user wrote it. */
  readonly text: string
}

/** A kind of fault whose size can be chosen. */
export interface SizedFault {
  readonly kind: FaultKind
  readonly parameter: string
  /** Of `FaultSize.size`. */
  readonly unit: string
  readonly defaultSizes: readonly string[]
  /** Of the fault on one line alone. */
  readonly defaultSizesOnLine: readonly string[]
  /** @throws InvalidScenario for a text that is no size of this fault */
  sizeOf(text: string): FaultSize
  /** The inverse of `sizeOf`: a size as its option is written. */
  textOf(size: number): string
  /** The fault at that size on what `where` selects. @throws InvalidScenario */
  at(text: string, where: Selector): FaultSpec
}

export interface SizedFaultOptions {
  /** The option that is its size; the kind's own by default. */
  readonly parameter?: string
  /** Other options of the fault, as in a scenario file. */
  readonly set?: Readonly<Record<string, string>>
  /** Delay of the onset, such as `12h`. */
  readonly onset?: string
}

/** @throws InvalidScenario naming the kinds that have a size, or the options of this one that could be */
export function sizedFault(kind: string, options: SizedFaultOptions = {}): SizedFault {
  const shape = faultSchema.options.find(({ shape: { kind: own } }) => own.value === kind)?.shape
  if (shape === undefined)
    throw new InvalidScenario([`no fault "${kind}"; kinds with a size: ${sizedKinds().join(', ')}`])
  const known: Sizing | undefined = SIZINGS[kind as FaultKind]
  const parameter = options.parameter ?? known?.parameter ?? quantitiesOf(shape)[0]
  if (parameter === undefined || !quantitiesOf(shape).includes(parameter)) {
    const one = parameter === undefined ? `${kind} has no size` : `${kind} has no size "${parameter}"`
    const others = quantitiesOf(shape)
    throw new InvalidScenario([
      `${one}; ${others.length > 0 ? `it has ${others.join(', ')}` : `kinds with a size: ${sizedKinds().join(', ')}`}`,
    ])
  }
  const isOwn = parameter === known?.parameter
  const onset = options.onset === undefined ? {} : { [onsetOf(kind, known, shape)]: options.onset }
  // An option that the user has chosen as the size, or set, may exclude what stands with the default one.
  const rest = { ...requiredOnset(shape), ...(isOwn ? known.rest : {}), ...options.set, ...onset }
  const definition = definitionAt(shape, parameter)
  const at = (text: string, where: Selector): FaultSpec => {
    const parsed = faultSchema.safeParse({ kind, in: where, ...rest, [parameter]: asWritten(text, definition) })
    if (parsed.success) return parsed.data
    throw new InvalidScenario(parsed.error.issues.map(({ path, message }) => `${kind}: ${path.join('.')}: ${message}`))
  }
  const { unit, scale } = scaleOf(definition)
  const sizeOf = (text: string): FaultSize => {
    const value = (at(text, { fleet: 'all' }) as unknown as Readonly<Record<string, unknown>>)[parameter]
    const size = scale(value as number)
    if (!(size > 0)) throw new InvalidScenario([`${kind}: ${parameter}: "${text}" is no fault; sizes are above none`])
    return { size, text }
  }
  return {
    kind: kind as FaultKind,
    parameter,
    unit,
    defaultSizes: isOwn ? known.sizes : [],
    defaultSizesOnLine: isOwn ? (known.sizesOnLine ?? known.sizes) : [],
    sizeOf,
    textOf: (size) => writtenSize(size, definition),
    at,
  }
}

/** Kinds that belong to firmware and have a quantity among their options. */
export const sizedKinds = (): readonly string[] =>
  faultSchema.options
    .filter(({ shape }) => 'in' in shape && quantitiesOf(shape).length > 0)
    .map(({ shape }) => shape.kind.value)

/** The first fault of the scenario's own release that has a size, and the line that alone has it; null if there is none. */
export function sizedFaultOf({
  faults,
  release,
}: Scenario): { readonly kind: FaultKind; readonly line?: number } | null {
  const own = faults.find((one) => originOf(one).firmware === release.version && SIZINGS[one.kind] !== undefined)
  if (own === undefined) return null
  const { line = undefined } = isDeviceFault(own) ? own.in : {}
  return { kind: own.kind, ...(line !== undefined && { line }) }
}

const NOT_SIZES = ['onset', 'after', 'from', 'for', 'over']

const quantitiesOf = (shape: object): readonly string[] =>
  Object.keys(shape).filter(
    (key) =>
      key !== 'kind' && key !== 'in' && !NOT_SIZES.includes(key) && scaleOf(definitionAt(shape, key)).unit !== 'none',
  )

/** Of a fault that must say when it begins: at once. */
const requiredOnset = (shape: object): Readonly<Record<string, string>> => {
  const onset = (shape as Readonly<Record<string, z.core.$ZodType>>).onset
  return onset === undefined || onset._zod.def.type === 'optional' || onset._zod.def.type === 'default'
    ? {}
    : { onset: '0h' }
}

function onsetOf(kind: string, known: Sizing | undefined, shape: object): string {
  const option = known?.onset ?? ['onset', 'after', 'from'].find((one) => known === undefined && one in shape)
  if (option === undefined) throw new InvalidScenario([`${kind} has no onset that could be delayed`])
  return option
}

const DAY_MS = 86_400_000

/** How a value of the schema is shown as a size; unit `none` for what is no quantity. */
function scaleOf(definition: unknown): { readonly unit: string; readonly scale: (value: number) => number } {
  if (isNumber(definition)) return { unit: '%', scale: (factor) => (factor - 1) * 100 }
  const unit = unitOf(definition)
  if (unit === null) return { unit: 'none', scale: (value) => value }
  // The time from one to the next: the rarer, the smaller.
  return unit === 'duration'
    ? { unit: 'per device-day', scale: (value) => DAY_MS / value }
    : { unit, scale: (value) => value }
}

const isNumber = (definition: unknown): boolean =>
  typeof definition === 'object' && definition !== null && 'type' in definition && definition.type === 'number'

function writtenSize(size: number, definition: unknown): string {
  const short = Number(size.toPrecision(4))
  if (isNumber(definition)) return `${short}%`
  const unit = unitOf(definition)
  return unit === 'duration' ? `${Number((1 / size).toPrecision(4))}d` : `${short} ${unit}`
}

/** A factor may be written as what it adds: `15%`, or as itself: `1.15`. */
function asWritten(text: string, definition: unknown): string | number {
  if (!isNumber(definition)) return text
  const percentage = /^\+?(\d+(?:\.\d+)?)\s*%$/.exec(text.trim())
  if (percentage !== null) return 1 + Number(percentage[1]) / 100
  const factor = /^x?(\d+(?:\.\d+)?)$/.exec(text.trim())
  return factor === null ? text : Number(factor[1])
}
