import { type Cursor, EVERYWHERE, moved, type Place, placeAt } from './cursor.ts'
import type { DashboardState } from './state.ts'

/** A command without arguments. */
type Plain = 'pause-clock' | 'step' | 'faster' | 'slower' | 'pause-rollout' | 'abort-rollout' | 'quit'

/** A command from the keyboard to the rehearsal. */
export type Command =
  | { readonly do: Plain }
  /** `fault`: index in the offered list. */
  | { readonly do: 'inject'; readonly fault: number; readonly place: Place }

/** What the keyboard has selected; the rest of a frame comes from the state. */
export interface Mode {
  /** How often tab was pressed. */
  readonly focus: number
  /** A command was sent: its answer is among the events, which are shown until tab. */
  readonly awaitsAnswer: boolean
  /** A fault is selected first, then its target. */
  readonly overlay: 'none' | 'help' | 'fault' | 'place'
  readonly fault: number
  readonly cursor: Cursor
}

/** What can be selected; no faults where nothing can be injected. */
export interface Choice {
  readonly faults: readonly string[]
  readonly map: DashboardState['map']
}

interface Pressed {
  readonly mode: Mode
  readonly command: Command | null
}

export const START: Mode = { focus: 0, awaitsAnswer: false, overlay: 'none', fault: 0, cursor: EVERYWHERE }

const COMMANDS: Readonly<Record<string, Plain>> = {
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

/** The command of a key where nothing can be opened; null for other keys. */
export function commandOf(key: string): { readonly do: Plain } | null {
  const found = COMMANDS[key]
  return found === undefined ? null : { do: found }
}

/** One key: the new mode, and the command to the rehearsal. Pure. */
export function press(mode: Mode, key: string, choice: Choice): Pressed {
  if (key === 'C-c') return { mode, command: { do: 'quit' } }
  switch (mode.overlay) {
    case 'none':
      return pressOpen(mode, key, choice)
    case 'help':
      return { mode: { ...mode, overlay: 'none' }, command: null }
    case 'fault':
      return { mode: chooseFault(mode, key, choice.faults.length), command: null }
    case 'place':
      return choosePlace(mode, key, choice.map)
  }
}

function pressOpen(mode: Mode, key: string, { faults }: Choice): Pressed {
  if (key === '?') return { mode: { ...mode, overlay: 'help' }, command: null }
  if (key === 'f' && faults.length > 0) return { mode: { ...mode, overlay: 'fault' }, command: null }
  if (key === 'tab') {
    const focus = mode.awaitsAnswer ? mode.focus : mode.focus + 1
    return { mode: { ...mode, focus, awaitsAnswer: false }, command: null }
  }
  const command = commandOf(key)
  const isForController = command?.do === 'pause-rollout' || command?.do === 'abort-rollout'
  return { mode: isForController ? { ...mode, awaitsAnswer: true } : mode, command }
}

const isBack = (key: string): boolean => key === 'escape' || key === 'f' || key === 'q'

function chooseFault(mode: Mode, key: string, faults: number): Mode {
  if (key === 'up') return { ...mode, fault: (mode.fault + faults - 1) % faults }
  if (key === 'down') return { ...mode, fault: (mode.fault + 1) % faults }
  if (key === 'enter') return { ...mode, overlay: 'place' }
  return isBack(key) ? { ...mode, overlay: 'none' } : mode
}

function choosePlace(mode: Mode, key: string, map: Choice['map']): Pressed {
  if (key === 'enter') {
    const command = { do: 'inject', fault: mode.fault, place: placeAt(mode.cursor, map) } as const
    return { mode: { ...mode, overlay: 'none', awaitsAnswer: true }, command }
  }
  if (isBack(key)) return { mode: { ...mode, overlay: 'fault' }, command: null }
  return { mode: { ...mode, cursor: moved(mode.cursor, key, map) }, command: null }
}
