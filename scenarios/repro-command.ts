/** What of the options of `rehearse run` decides what is played; pace and ports do not. */
export interface ReproOptions {
  readonly seed: number
  readonly level: 'wire' | 'model'
  readonly connections?: 'per-device' | 'multiplexed'
  readonly devices?: number
  /** In milliseconds. */
  readonly window?: number
  readonly profile?: string
  /** In milliseconds. */
  readonly until?: number
}

/** The command line that plays the same rehearsal again; `scenario` as the user named it. */
export function reproCommand(scenario: string, options: ReproOptions): string {
  const { seed, level, connections, devices, window, profile, until } = options
  const flags: readonly (readonly [string, string | number | undefined])[] = [
    ['seed', seed],
    ['level', level],
    ['connections', connections],
    ['devices', devices],
    ['window', window === undefined ? undefined : durationFlag(window)],
    ['profile', profile],
    ['until', until === undefined ? undefined : durationFlag(until)],
  ]
  const given = flags.flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${value}`]))
  return ['rehearse run', quoted(scenario), ...given].join(' ')
}

/** In the largest unit that divides it. */
const durationFlag = (durationMs: number): string => {
  const units: readonly (readonly [string, number])[] = [
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
  ]
  const unit = units.find(([, ms]) => durationMs % ms === 0)
  return unit === undefined ? `${durationMs}ms` : `${durationMs / unit[1]}${unit[0]}`
}

/** As a shell takes it. */
const quoted = (text: string): string => (/^[\w./@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)
