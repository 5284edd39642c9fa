import { define, type MessageOf } from './message.ts'
import { type SegmentKey, segmentText } from './segment.ts'
import { counted, type DeviceList, hoursText, type LineList, linesText, listedOf } from './wording.ts'

/** The same for the whole stage and for the controls next to it. */
export interface Down {
  readonly down: number
  readonly of: number
}

const controlsText = (pct: number | null, digits: number, unit: string): string =>
  pct === null ? 'no controls, history only' : `controls ${pct.toFixed(digits)} ${unit}`
const signed = (value: number, digits: number): string => `${value > 0 ? '+' : ''}${value.toFixed(digits)}`
const historyOnly = (hasControls: boolean): string => (hasControls ? '' : '; no controls, history only')

/** Why a rule found what it found: a few codes for each rule. */
export const FINDING_MESSAGES = {
  CRASHES: define<{
    readonly crashes: number
    readonly allowed: number
    /** By the baseline, in the same exposure; 0 where it had none. */
    readonly expected: number
    readonly devices: DeviceList
  }>(
    'Crashes of the firmware in the stage since its deployment (rule component-crash).',
    ({ crashes, allowed, expected, devices }) => {
      const usual = expected > 0 ? `, ${expected.toFixed(2)} expected by the baseline` : ''
      return `${counted(crashes, 'crash', 'crashes')}, ${allowed} allowed${usual}${devices.count > 0 ? ` (${listedOf(devices)})` : ''}`
    },
  ),

  FAILED_DEPLOYMENTS: define<{
    readonly devices: number
    readonly of: number
    readonly allowed: number
    readonly first: { readonly thing: string; readonly status: string } | null
  }>(
    'Devices on which the deployment of the stage failed (rule deployment-failure).',
    ({ devices, of, allowed, first }) =>
      first === null
        ? 'no deployment failed'
        : `the deployment failed on ${devices} of ${counted(of, 'device')}, ${allowed} allowed, first ${first.thing} (${first.status})`,
  ),

  SILENT_FALLBACKS: define<{ readonly devices: DeviceList; readonly version: string }>(
    'Devices that run the previous version again although nothing rolled them back (rule silent-fallback).',
    ({ devices, version }) =>
      `${counted(devices.count, 'device')} fell back to ${version} without a rollback${devices.count > 0 ? ` (${listedOf(devices)})` : ''}`,
  ),

  SILENT_DEVICES: define<{
    readonly silent: DeviceList
    readonly heard: number
    readonly allowed: number
    /** Some are on lines that are away themselves. */
    readonly isCommon: boolean
    /** Lines of which other devices are away as well. */
    readonly awayLines: LineList
  }>(
    'Devices that stopped reporting after the update (rule lost-device).',
    ({ silent, heard, allowed, isCommon, awayLines }) => {
      const names = silent.count > 0 ? ` (${listedOf(silent)})` : ''
      const common = isCommon ? `; other devices of ${linesText(awayLines)} are away as well` : ''
      return `${silent.count} of ${heard} devices stopped reporting, ${allowed} allowed${names}${common}`
    },
  ),

  CONNECTION_FAILURES: define<{
    readonly failures: number
    readonly attempts: number
    readonly failedPct: number
    readonly allowedPct: number
    readonly controlsPct: number | null
    readonly segment: SegmentKey
  }>(
    'Share of connection attempts that failed (rule connection-failure).',
    ({ failures, attempts, failedPct, allowedPct, controlsPct, segment }) =>
      `${failures} of ${attempts} connection attempts failed ${segmentText(segment)} (${failedPct.toFixed(2)} %), ${allowedPct} % allowed, ${controlsText(controlsPct, 2, '%')}`,
  ),

  NO_CONNECTION_ATTEMPTS: define<Record<string, never>>(
    'No connection attempt was reported (rule connection-failure).',
    () => 'no connection attempts were reported',
  ),

  DEVICES_DOWN: define<{ readonly stage: string; readonly own: Down; readonly controls: Down | null }>(
    'Devices that were down at one evaluation (rule connection-loss).',
    ({ stage, own, controls }) => {
      const compared = controls === null ? 'no controls' : `controls: ${controls.down} of ${controls.of}`
      return `${own.down} of ${own.of} ${stage} devices down at this evaluation (${compared})`
    },
  ),

  CYCLE_TIME_INCREASE: define<{
    readonly increasePct: number
    readonly allowedPct: number
    readonly segment: SegmentKey
    /** How many lines the mean is of; absent for one line, and since a change. */
    readonly lines?: number
    readonly hasControls: boolean
  }>(
    'Increase of the cycle time over the baseline (rule cycle-time).',
    ({ increasePct, allowedPct, segment, lines, hasControls }) =>
      `cycle time ${increasePct.toFixed(2)} % above the baseline ${lines === undefined ? '' : `over ${counted(lines, 'line')} `}${segmentText(segment)}, ${allowedPct} % allowed${historyOnly(hasControls)}`,
  ),

  NO_CYCLES: define<Record<string, never>>(
    'No machine cycle was reported (rule cycle-time).',
    () => 'no cycles were reported',
  ),

  OUTPUT_DECREASE: define<{
    readonly made: 'cycles' | 'units'
    readonly decreasePct: number
    readonly allowedPct: number
    readonly segment: SegmentKey
    /** The lines that have each lost too much, the worst first. */
    readonly lines: readonly number[]
    readonly hasControls: boolean
  }>(
    'Decrease of what the stage makes per minute, beside the controls (rule output).',
    ({ made, decreasePct, allowedPct, segment, lines, hasControls }) => {
      const others = lines.length > 1 ? `, most on the lines ${lines.join(', ')}` : ''
      return `${decreasePct.toFixed(1)} % fewer ${made} per minute ${segmentText(segment)}, ${allowedPct} % allowed${others}${historyOnly(hasControls)}`
    },
  ),

  METRIC_EVENTS: define<{
    readonly metric: string
    /** The counter of attempts or of exposure; null for minutes. */
    readonly of: string | null
    readonly direction: string
    /** Of a share that must not decrease: attempts without it. */
    readonly count: number
    readonly exposure: number
    readonly expected: number
    /** Null where none at all was expected. */
    readonly change: number | null
    readonly controlsChange: number | null
    readonly allowed: number
    readonly unit: 'points' | 'percent'
    readonly segment: SegmentKey
  }>(
    'Events of attempts, or per exposure, against the baseline (rules of kind share and count).',
    ({ metric, of, direction, count, exposure, expected, change, controlsChange, allowed, unit, segment }) => {
      const isWithout = unit === 'points' && direction === 'decrease'
      const events = isWithout
        ? `${count} of ${exposure} ${of} without ${metric}`
        : `${count} ${metric} in ${exposure} ${of ?? 'minutes'}`
      const sign = unit === 'points' ? 'points' : '%'
      const changed = change === null ? '' : ` (${signed(change, 2)} ${sign})`
      return `${events} ${segmentText(segment)}${changed}, ${expected.toFixed(1)} expected, ${allowed} ${sign} allowed, ${controlsText(controlsChange, 2, sign)}`
    },
  ),

  METRIC_EFFECT: define<{
    readonly metric: string
    readonly test: string
    /** In per cent of the baseline, or in the unit of the metric. */
    readonly change: number
    readonly allowed: number
    readonly unit: 'percent' | 'metric'
    readonly segment: SegmentKey
    readonly hasControls: boolean
  }>(
    'Change of a mean, an output or a spread against the baseline (rules of these kinds).',
    ({ metric, test, change, allowed, unit, segment, hasControls }) => {
      const sign = unit === 'percent' ? ' %' : ''
      return `${test} of ${metric} changed by ${signed(change, 2)}${sign} ${segmentText(segment)}, ${allowed}${sign} allowed${historyOnly(hasControls)}`
    },
  ),

  METRIC_TREND: define<{
    readonly metric: string
    /** The one device that changes; null for the stage. */
    readonly thing: string | null
    readonly devices: number
    /** Null where there is no trend. */
    readonly perHour: number | null
    readonly allowedPerHour: number
    readonly unit: 'percent' | 'metric'
    readonly hasControls: boolean
  }>(
    'Trend of a gauge against the age of its process (rules of kind trend).',
    ({ metric, thing, devices, perHour, allowedPerHour, unit, hasControls }) => {
      const sign = unit === 'percent' ? ' %/h' : '/h'
      const what = perHour === null ? `no trend of ${metric}` : `${metric} changes by ${signed(perHour, 2)}${sign}`
      return `${what} on ${thing ?? counted(devices, 'device')}, ${allowedPerHour}${sign} allowed${historyOnly(hasControls)}`
    },
  ),

  METRIC_MISSING: define<{
    readonly metric: string
    readonly lines: LineList
    /** Lines of which data were due. */
    readonly of: number
    /** Whether the controls on these lines report the metric. */
    readonly controls: 'report' | 'silent' | 'none'
  }>('A metric that the baseline has is not reported (rules on a metric).', ({ metric, lines, of, controls }) => {
    const where = lines.count === 0 ? 'nothing was due yet' : `none from ${linesText(lines)} of ${of}`
    const beside = {
      report: 'the controls report it',
      silent: 'the controls do not report it either',
      none: 'no controls',
    }
    return `${metric}: ${where}${lines.count === 0 ? '' : `; ${beside[controls]}`}`
  }),

  NO_METRIC: define<{ readonly metric: string }>(
    'Too little of a metric was reported to judge it (rules on a metric).',
    ({ metric }) => `too little of ${metric} was reported`,
  ),

  ERROR_RATE: define<{
    readonly errors: number
    readonly expectedErrors: number
    /** Percent, or points of the operations; null where no error at all was expected. */
    readonly increase: number | null
    readonly controlsIncrease: number | null
    readonly allowed: number
    readonly unit: 'percent' | 'points'
    readonly segment: SegmentKey
  }>(
    'Errors of the stage against those that the baseline lets expect (rule error-rate).',
    ({ errors, expectedErrors, increase, controlsIncrease, allowed, unit, segment }) => {
      const sign = unit === 'points' ? 'points' : '%'
      const more = increase === null ? '' : ` (${increase >= 0 ? '+' : ''}${increase.toFixed(1)} ${sign})`
      return `${counted(errors, 'error')} ${segmentText(segment)}, ${expectedErrors.toFixed(1)} expected${more}, +${allowed} ${sign} allowed, ${controlsText(controlsIncrease, 1, sign)}`
    },
  ),

  NO_OPERATING_TIME: define<Record<string, never>>(
    'No operating time was reported (rule error-rate).',
    () => 'no operating minutes were reported',
  ),

  MEMORY_GROWTH: define<{
    /** Null for the whole stage. */
    readonly thing: string | null
    readonly devices: number
    readonly slopeMiBPerHour: number
    readonly hoursToExhaustion: number
    readonly hasControls: boolean
  }>(
    'Memory that grows, and when it will be used up (rule memory-leak).',
    ({ thing, devices, slopeMiBPerHour, hoursToExhaustion, hasControls }) =>
      `memory of ${thing ?? counted(devices, 'device')} grows by ${slopeMiBPerHour.toFixed(1)} MiB/h and is exhausted in ${hoursToExhaustion.toFixed(1)} h${historyOnly(hasControls)}`,
  ),

  MEMORY_ALMOST_EXHAUSTED: define<{
    readonly thing: string
    readonly freePct: number
    readonly neededPct: number
  }>(
    'A device has so little free memory that a rollback may soon fail (rule memory-leak).',
    ({ thing, freePct, neededPct }) =>
      `${thing} has ${freePct.toFixed(0)} % of its memory free, ${neededPct} % needed for a rollback`,
  ),

  NO_MEMORY_TREND: define<{ readonly devices: number; readonly hasControls: boolean }>(
    'No growth of memory was found (rule memory-leak).',
    ({ devices, hasControls }) =>
      devices === 0
        ? `not enough memory samples for a trend${historyOnly(hasControls)}`
        : `no memory trend on ${counted(devices, 'device')}${historyOnly(hasControls)}`,
  ),

  LINE_PEER_ERRORS: define<{
    readonly errors: number
    readonly expectedErrors: number
    readonly version: string
  }>(
    'Errors of the devices that stay on the previous version (rule spill-over).',
    ({ errors, expectedErrors, version }) =>
      `${counted(errors, 'error')} in the rolling window on devices that stay on ${version}, ${expectedErrors.toFixed(1)} expected`,
  ),

  SMALLEST_ERROR_INCREASE: define<{
    readonly stage: string
    /** Null where the baseline has no error: any is significant. */
    readonly increasePct: number | null
    readonly expectedErrors: number
    readonly windowMs: number
  }>(
    'The smallest increase of errors that a window of the stage can detect.',
    ({ stage, increasePct, expectedErrors, windowMs }) => {
      const effect =
        increasePct === null
          ? 'any error'
          : `+${increasePct.toFixed(1)} % errors, of ${expectedErrors.toFixed(0)} expected`
      return `${stage} can detect ${effect} in ${hoursText(windowMs)}`
    },
  ),

  SMALLEST_FAILED_SHARE: define<{
    readonly stage: string
    readonly failedPct: number
    readonly isOneLine: boolean
    readonly windowMs: number
  }>(
    'The smallest share of failed connections, on all lines or on one, that a window of the stage can detect.',
    ({ stage, failedPct, isOneLine, windowMs }) =>
      `${stage} can detect ${failedPct.toFixed(2)} % failed connections on ${isOneLine ? 'one line' : 'all lines'} in ${hoursText(windowMs)}`,
  ),

  SMALLEST_CYCLE_TIME_INCREASE: define<{
    readonly stage: string
    readonly increasePct: number
    readonly isOneLine: boolean
    readonly windowMs: number
  }>(
    'The smallest increase of the cycle time, on all lines or on one, that a window of the stage can detect.',
    ({ stage, increasePct, isOneLine, windowMs }) =>
      `${stage} can detect +${increasePct.toFixed(1)} % cycle time on ${isOneLine ? 'one line' : 'all lines'} in ${hoursText(windowMs)}`,
  ),

  SMALLEST_LEAK: define<{
    readonly stage: string
    /** Null where none is found, or no device has reported its memory. */
    readonly slopeMiBPerHour: number | null
    /** From this on it is not promoted; null where that is none either. */
    readonly heldMiBPerHour: number | null
    readonly withinHours: number
    readonly windowMs: number
  }>(
    'The slowest memory leaks for which a window of the stage is rolled back, and is not promoted.',
    ({ stage, slopeMiBPerHour, heldMiBPerHour, withinHours, windowMs }) => {
      const held = heldMiBPerHour === null ? '' : `, and is not promoted with one of ${heldMiBPerHour.toFixed(1)} MiB/h`
      return slopeMiBPerHour === null
        ? `${stage} can detect no memory leak in ${hoursText(windowMs)}${held}`
        : `${stage} can detect a leak of ${slopeMiBPerHour.toFixed(1)} MiB/h in ${hoursText(windowMs)}; it is rolled back where memory is exhausted within ${withinHours} h${held}`
    },
  ),

  SMALLEST_CRASH_RATE: define<{
    readonly stage: string
    readonly crashesPerDeviceDay: number
    readonly windowMs: number
  }>(
    'The crash rate that a window of the stage without a crash rules out.',
    ({ stage, crashesPerDeviceDay, windowMs }) =>
      `${stage} without a crash in ${hoursText(windowMs)} shows a constant rate below ${crashesPerDeviceDay.toPrecision(3)} per device and day (95 % confidence)`,
  ),

  SMALLEST_ERROR_INCREASE_ON_LINE: define<{
    readonly stage: string
    readonly line: number
    readonly increasePct: number
    readonly windowMs: number
  }>(
    'The smallest increase of errors on one line, the hardest to judge, that a window of the stage can detect.',
    ({ stage, line, increasePct, windowMs }) =>
      `${stage} can detect +${increasePct.toFixed(0)} % errors on line ${line} alone in ${hoursText(windowMs)}`,
  ),

  SMALLEST_CYCLE_TIME_DRIFT: define<{
    readonly stage: string
    /** Null where none is found. */
    readonly ratePctPerHour: number | null
    readonly windowMs: number
  }>(
    'The slowest growth of the cycle time that a window of the stage can detect.',
    ({ stage, ratePctPerHour, windowMs }) =>
      ratePctPerHour === null
        ? `${stage} can detect no growth of the cycle time in ${hoursText(windowMs)}`
        : `${stage} can detect a cycle time that grows by ${ratePctPerHour.toFixed(2)} % an hour in ${hoursText(windowMs)}`,
  ),

  SMALLEST_OUTPUT_DECREASE: define<{
    readonly stage: string
    /** Null where none is found. */
    readonly decreasePct: number | null
    readonly windowMs: number
  }>('The smallest decrease of output that a window of the stage can detect.', ({ stage, decreasePct, windowMs }) =>
    decreasePct === null
      ? `${stage} can detect no decrease of output in ${hoursText(windowMs)}`
      : `${stage} can detect ${decreasePct.toFixed(1)} % less output in ${hoursText(windowMs)}`,
  ),

  SMALLEST_METRIC_CHANGE: define<{
    readonly stage: string
    readonly rule: string
    readonly test: string
    readonly metric: string
    readonly direction: string
    /** Towards the harm; of a share those that fail more. Null where none is found. */
    readonly change: number | null
    readonly unit: 'points' | 'percent' | 'metric'
    readonly isOneLine: boolean
    readonly windowMs: number
  }>(
    'The smallest change that a rule on one metric can detect in a window of the stage.',
    ({ stage, rule, test, metric, direction, change, unit, isOneLine, windowMs }) => {
      const sign = { points: ' points', percent: ' %', metric: '' }[unit]
      const where = `in the ${test} of ${metric} on ${isOneLine ? 'one line' : 'all lines'} in ${hoursText(windowMs)} (${rule})`
      if (change === null) return `${stage} can detect no change ${where}`
      const towards = direction === 'either' ? '±' : direction === 'decrease' ? '-' : '+'
      return `${stage} can detect ${towards}${change.toFixed(2)}${sign} ${where}`
    },
  ),
}

export type FindingReason = MessageOf<typeof FINDING_MESSAGES>
