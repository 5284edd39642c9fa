import type { LineSettings } from '../../sim/plant/settings.ts'
import { PlantCalendar } from '../../sim/plant/shifts.ts'
import { METRIC_NAMES, METRICS, type Metric } from './columns.ts'
import { type CountRule, increments } from './counters.ts'
import type { RecordedDevice, Track } from './read.ts'

const MINUTE_MS = 60_000
/** Beyond this a slot of each device and metric would fill the memory. */
const MOST_CELLS = 300_000_000
/** Samples come at their period, give or take; more than this is a gap. */
const GAP_PERIODS = 1.5

/** From the last sample before to the first one after. */
export interface Gap {
  readonly fromMs: number
  readonly toMs: number
}

/** Readings of a metric by slot, NaN where there is none. */
export interface GridDevice {
  readonly device: string
  /** Index of its line. */
  readonly line: number
  readonly of: Readonly<Partial<Record<Metric, Float64Array>>>
  /** Mean of the cycles of a slot, recorded or from their sum; null without. */
  readonly cycleMs: Float64Array | null
  readonly gaps: readonly Gap[]
  /** Slots with the first sample of a new process. */
  readonly restarts: readonly number[]
  readonly firstMs: number
  readonly lastMs: number
}

/** When a slot is, in the plant's calendar. */
export interface Calendar {
  /** Index of the shift. */
  readonly shift: Uint8Array
  readonly isWeekend: Uint8Array
  /** Minutes since the shift began, at the middle of the slot. */
  readonly sinceShift: Float64Array
  /** The day that the shift belongs to. */
  readonly day: Int32Array
}

/** A recording in equal steps of time. */
export interface Grid {
  readonly stepMs: number
  readonly slots: number
  readonly firstMs: number
  readonly lines: readonly string[]
  readonly devices: readonly GridDevice[]
  readonly calendar: Calendar
}

/** A recording with more than can be held. */
export interface TooLarge {
  readonly slots: number
  readonly days: number
}

/** Samples closer than a minute are taken together: no setting of the noise is finer. */
export function gridOf(
  devices: readonly RecordedDevice[],
  rules: ReadonlyMap<Metric, CountRule>,
  { isLong, zone, plant }: { readonly isLong: boolean; readonly zone: string; readonly plant: LineSettings },
): Grid | TooLarge {
  const times = devices.map((one) => sampleTimes(one, isLong))
  const stepMs = Math.max(Math.round(medianPeriodMs(times) / MINUTE_MS), 1) * MINUTE_MS
  const first = times.reduce((least, own) => Math.min(least, own[0] as number), Number.POSITIVE_INFINITY)
  const last = times.reduce((most, own) => Math.max(most, own.at(-1) as number), 0)
  const firstSlot = slotAt(first, stepMs)
  const slots = slotAt(last, stepMs) - firstSlot + 1
  if (slots * devices.length * METRIC_NAMES.length > MOST_CELLS) return { slots, days: (last - first) / 86_400_000 }
  const lines = [...new Set(devices.map(({ line }) => line))].sort(byNumber)
  const placed = { stepMs, slots, firstSlot, isLong, rules }
  return {
    stepMs,
    slots,
    firstMs: firstSlot * stepMs,
    lines,
    devices: devices.map((one, i) => gridDevice(one, lines.indexOf(one.line), times[i] as readonly number[], placed)),
    calendar: calendarOf(new PlantCalendar(zone, plant), plant, firstSlot * stepMs, stepMs, slots),
  }
}

const byNumber = (a: string, b: string): number => Number(a) - Number(b) || (a < b ? -1 : 1)

/** A sample tells of the time before it: one at 10:01:00 belongs to the minute that began at 10:00. */
const slotAt = (atMs: number, stepMs: number): number => Math.ceil(atMs / stepMs) - 1

function sampleTimes({ tracks }: RecordedDevice, isLong: boolean): readonly number[] {
  const all = Object.values(tracks).map(({ atMs }) => atMs)
  if (!isLong) return all.reduce((most, one) => (one.length > most.length ? one : most), [])
  return [...new Set(all.flat())].sort((a, b) => a - b)
}

function medianPeriodMs(times: readonly (readonly number[])[]): number {
  const periods = times.flatMap((own) => own.slice(1, 2_000).map((atMs, i) => atMs - (own[i] as number)))
  return periods.length === 0 ? MINUTE_MS : (periods.sort((a, b) => a - b)[Math.floor(periods.length / 2)] as number)
}

interface Placed {
  readonly stepMs: number
  readonly slots: number
  readonly firstSlot: number
  readonly isLong: boolean
  readonly rules: ReadonlyMap<Metric, CountRule>
}

function gridDevice(recorded: RecordedDevice, line: number, times: readonly number[], placed: Placed): GridDevice {
  const { stepMs, slots, firstSlot, isLong, rules } = placed
  const of: Partial<Record<Metric, Float64Array>> = {}
  const resets = new Set<number>()
  for (const [name, track] of Object.entries(recorded.tracks)) {
    const metric = name as Metric
    const values = new Float64Array(slots).fill(Number.NaN)
    of[metric] = values
    if (METRICS[metric] === 'gauge') {
      track.atMs.forEach((atMs, i) => {
        values[slotAt(atMs, stepMs) - firstSlot] = track.values[i] as number
      })
      continue
    }
    const { kind } = rules.get(metric) as CountRule
    // Of a total, what came in a gap cannot be placed; of single samples nothing is known of a gap.
    if (isLong && kind === 'per sample') for (const atMs of times) values[slotAt(atMs, stepMs) - firstSlot] = 0
    const { added, resets: own } = increments(track, kind)
    addCounts(values, track, added, { kind: kind === 'cumulative', ...placed })
    for (const i of own) resets.add(slotAt(track.atMs[i] as number, stepMs) - firstSlot)
  }
  const uptime = recorded.tracks.uptimeS
  const restarts = uptime === undefined ? [...resets] : fallsOf(uptime).map((atMs) => slotAt(atMs, stepMs) - firstSlot)
  return {
    device: recorded.device,
    line,
    of,
    cycleMs: cycleTimesOf(of),
    gaps: gapsOf(times, stepMs),
    restarts: restarts.sort((a, b) => a - b),
    firstMs: times[0] as number,
    lastMs: times.at(-1) as number,
  }
}

function addCounts(
  values: Float64Array,
  { atMs }: Track,
  added: readonly number[],
  { kind: isTotal, stepMs, firstSlot }: Placed & { readonly kind: boolean },
): void {
  for (let i = 0; i < atMs.length; i++) {
    const amount = added[i] as number
    const isGap = i > 0 && (atMs[i] as number) - (atMs[i - 1] as number) > GAP_PERIODS * stepMs
    if (Number.isNaN(amount) || (isTotal && isGap)) continue
    const slot = slotAt(atMs[i] as number, stepMs) - firstSlot
    const before = values[slot] as number
    values[slot] = Number.isNaN(before) ? amount : before + amount
  }
}

/** When a value fell. */
const fallsOf = ({ atMs, values }: Track): readonly number[] =>
  atMs.filter((_, i) => i > 0 && (values[i] as number) < (values[i - 1] as number))

function cycleTimesOf(of: Partial<Record<Metric, Float64Array>>): Float64Array | null {
  const { cycleTimeMs, cycleTimeMsSum, cycles } = of
  if (cycleTimeMsSum === undefined || cycles === undefined) {
    return cycleTimeMs === undefined ? null : cycleTimeMs.map((ms) => (ms > 0 ? ms : Number.NaN))
  }
  return cycleTimeMsSum.map((sum, slot) => ((cycles[slot] as number) > 0 ? sum / (cycles[slot] as number) : Number.NaN))
}

function gapsOf(times: readonly number[], stepMs: number): readonly Gap[] {
  const gaps: Gap[] = []
  for (let i = 1; i < times.length; i++) {
    const [fromMs, toMs] = [times[i - 1] as number, times[i] as number]
    if (toMs - fromMs > GAP_PERIODS * stepMs) gaps.push({ fromMs, toMs })
  }
  return gaps
}

function calendarOf(
  calendar: PlantCalendar,
  { shifts }: LineSettings,
  firstMs: number,
  stepMs: number,
  slots: number,
): Calendar {
  const names = shifts.map(({ name }) => name)
  const found: Calendar = {
    shift: new Uint8Array(slots),
    isWeekend: new Uint8Array(slots),
    sinceShift: new Float64Array(slots),
    day: new Int32Array(slots),
  }
  for (let slot = 0; slot < slots; slot++) {
    const atMs = firstMs + (slot + 0.5) * stepMs
    const { shift, isWeekend, startMs, day } = calendar.at(atMs)
    found.shift[slot] = names.indexOf(shift.name)
    found.isWeekend[slot] = Number(isWeekend)
    found.sinceShift[slot] = (atMs - startMs) / MINUTE_MS
    found.day[slot] = day
  }
  return found
}
