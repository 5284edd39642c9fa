import type { DashboardState } from './state.ts'

/** What the keyboard asks of the rehearsal. */
export type Command =
  | { readonly do: 'pause-clock' | 'step' | 'faster' | 'slower' | 'pause-rollout' | 'abort-rollout' | 'quit' }
  /** `fault`: place in the offered list; `line`: null for the whole release. */
  | { readonly do: 'inject'; readonly fault: number; readonly line: number | null }

/** What the keyboard has made of the screen, beside the state. */
export interface Mode {
  /** How often tab was pressed. */
  readonly focus: number
  /** Something was asked of the rehearsal: its answer is among the events, which are shown until tab. */
  readonly awaitsAnswer: boolean
  readonly overlay: 'none' | 'help' | 'inject'
  readonly fault: number
  /** Place among the lines of the plant; -1 for wherever the release runs. */
  readonly line: number
}

export const START: Mode = { focus: 0, awaitsAnswer: false, overlay: 'none', fault: 0, line: -1 }

const COMMANDS: Readonly<Record<string, Exclude<Command['do'], 'inject'>>> = {
  space: 'pause-clock',
  right: 'step',
  '>': 'step',
  '+': 'faster',
  '=': 'faster',
  '-': 'slower',
  p: 'pause-rollout',
  a: 'abort-rollout',
  q: 'quit',
  'C-c': 'quit',
}

/** What a key asks for where nothing can be opened. */
export const commandOf = (key: string): Exclude<Command['do'], 'inject'> | null => COMMANDS[key] ?? null

/** One key: the new mode, and what the rehearsal is asked for. Pure. */
export function press(
  mode: Mode,
  key: string,
  offered: { readonly faults: number; readonly lines: number },
): { readonly mode: Mode; readonly command: Command['do'] | null } {
  const stay = { mode, command: null }
  if (key === 'C-c') return { mode, command: 'quit' }
  if (mode.overlay === 'inject') return pressInject(mode, key, offered)
  if (mode.overlay === 'help') return { mode: { ...mode, overlay: 'none' }, command: null }
  if (key === '?') return { mode: { ...mode, overlay: 'help' }, command: null }
  if (key === 'f') return offered.faults === 0 ? stay : { mode: { ...mode, overlay: 'inject' }, command: null }
  if (key === 'tab') {
    const focus = mode.awaitsAnswer ? mode.focus : mode.focus + 1
    return { mode: { ...mode, focus, awaitsAnswer: false }, command: null }
  }
  const command = commandOf(key)
  const asks = command === 'pause-rollout' || command === 'abort-rollout'
  return { mode: asks ? { ...mode, awaitsAnswer: true } : mode, command }
}

function pressInject(mode: Mode, key: string, { faults, lines }: { readonly faults: number; readonly lines: number }) {
  const moved = (fault: number, line: number) => ({
    mode: { ...mode, fault: (fault + faults) % faults, line: Math.min(Math.max(line, -1), lines - 1) },
    command: null,
  })
  if (key === 'up') return moved(mode.fault - 1, mode.line)
  if (key === 'down') return moved(mode.fault + 1, mode.line)
  if (key === 'left') return moved(mode.fault, mode.line - 1)
  if (key === 'right') return moved(mode.fault, mode.line + 1)
  const closed: Mode = { ...mode, overlay: 'none' }
  if (key === 'enter' || key === 'return')
    return { mode: { ...closed, awaitsAnswer: true }, command: 'inject' as const }
  return { mode: key === 'escape' || key === 'f' || key === 'q' ? closed : mode, command: null }
}

export const HELP: readonly string[] = [
  'space     pause or go on',
  'right, >  one step: to the next look of the controller',
  '+ and -   faster, slower; up to max',
  'f         inject a fault into the release or into one line',
  'p         pause the rollout, or let it go on (the controller watches on)',
  'a         abort the rollout: roll back now',
  '          what comes of these three: see the events, and the report',
  'tab       what the panels show',
  'q         quit; also Ctrl-C',
  '',
  'any key closes this',
]

/** The list of faults to inject, and where. */
export function injectLines(mode: Mode, faults: readonly string[], { map }: DashboardState): readonly string[] {
  const where = mode.line < 0 ? 'wherever the release runs' : `line ${map[mode.line]?.line}`
  return [
    ...faults.map((text, index) => (index === mode.fault ? `{inverse}${text}{/inverse}` : text)),
    '',
    `where: < ${where} >`,
    '{grey-fg}up, down: what; left, right: where; enter: inject; escape: back{/}',
  ]
}
