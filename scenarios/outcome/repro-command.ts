import { writtenDuration } from '../../sim/kernel/duration.ts'

/** The options of `rehearse run` that decide what happens; pace and ports do not. */
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

/** The command line that runs the same rehearsal again; `scenario` as the user named it. */
export function reproCommand(scenario: string, options: ReproOptions): string {
  const { seed, level, connections, devices, window, profile, until } = options
  const flags: readonly (readonly [string, string | number | undefined])[] = [
    ['seed', seed],
    ['level', level],
    ['connections', connections],
    ['devices', devices],
    ['window', window === undefined ? undefined : writtenDuration(window)],
    ['profile', profile],
    ['until', until === undefined ? undefined : writtenDuration(until)],
  ]
  const given = flags.flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${value}`]))
  return ['rehearse run', quoted(scenario), ...given].join(' ')
}

/** An argument as a shell takes it. */
export const quoted = (text: string): string =>
  /^[\w./@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
