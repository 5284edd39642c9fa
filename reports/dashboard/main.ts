import { duoFrame } from './duo.ts'
import { frameOf, gettingReady } from './frame.ts'
import { commandOf, type Mode, press, START } from './menu.ts'
import type { FromScreen, ToScreen } from './messages.ts'
import { openScreen } from './screen.ts'
import type { DashboardState, DuoState } from './state.ts'

/**
 * The dashboard's own process: it is told states, draws them, and tells what keys ask for. Nothing it does can hold up or
 * change the rehearsal, and when that dies it puts the terminal right and goes.
 */

const screen = openScreen()
let mode: Mode = START
let state: DashboardState | null = null
let duo: DuoState | null = null
let faults: readonly string[] = []

const tell = (message: FromScreen): void => void process.send?.(message)
const draw = (): void => {
  if (duo !== null) screen.draw(duoFrame(duo, screen))
  else if (state !== null) screen.draw(frameOf(state, mode, faults, screen))
  else screen.draw(gettingReady(screen.columns, screen.rows))
}
const leave = (): void => {
  screen.close()
  process.exit()
}

screen.onResize(draw)
screen.onKey((key) => {
  if (duo !== null) {
    const command = duo.ending === null ? commandOf(key) : ({ do: 'quit' } as const)
    if (command !== null) tell({ kind: 'command', command })
    return
  }
  const isOver = state !== null && state.outcome !== null
  const pressed = press(mode, key, { faults: isOver ? [] : faults, map: state?.map ?? [] })
  if (pressed.command !== null) tell({ kind: 'command', command: pressed.command })
  mode = pressed.mode
  draw()
})
process.on('message', (message: ToScreen) => {
  if (message.kind === 'close') return leave()
  if (message.kind === 'faults') faults = message.faults
  else {
    if (message.kind === 'duo') duo = message.duo
    else state = message.state
    // Real time: it decides nothing but when the next frame comes.
    const startedMs = performance.now()
    draw()
    tell({ kind: 'drawn', costMs: performance.now() - startedMs })
  }
})
process.on('disconnect', leave)
for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, leave)
// Ctrl-C arrives as a key; the signal itself is the rehearsal's business, which then says "close".
process.on('SIGINT', () => undefined)
draw()
