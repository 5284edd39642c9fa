import { duoFrame } from './duo.ts'
import { frameOf, gettingReady } from './frame.ts'
import { commandOf, type Mode, press, START } from './menu.ts'
import type { FromScreen, ToScreen } from './messages.ts'
import { openScreen } from './screen.ts'
import type { DashboardState, DuoState } from './state.ts'

/**
 * The dashboard's own process: it receives states, draws them, and sends the commands of keys. It can neither block nor
 * change the rehearsal; when the rehearsal ends or dies, it restores the terminal and exits.
 */

const screen = openScreen()
let mode: Mode = START
let state: DashboardState | null = null
let duo: DuoState | null = null
let faults: readonly string[] = []

const send = (message: FromScreen): void => void process.send?.(message)
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
    if (command !== null) send({ kind: 'command', command })
    return
  }
  const isOver = state !== null && state.outcome !== null
  const pressed = press(mode, key, { faults: isOver ? [] : faults, map: state?.map ?? [] })
  if (pressed.command !== null) send({ kind: 'command', command: pressed.command })
  mode = pressed.mode
  draw()
})
process.on('message', (message: ToScreen) => {
  if (message.kind === 'close') return leave()
  if (message.kind === 'faults') faults = message.faults
  else {
    if (message.kind === 'duo') duo = message.duo
    else state = message.state
    // Real time: it decides only when the next frame is drawn.
    const startedMs = performance.now()
    draw()
    send({ kind: 'drawn', costMs: performance.now() - startedMs })
  }
})
process.on('disconnect', leave)
for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, leave)
// Ctrl-C arrives as a key; the rehearsal handles the signal itself and then sends "close".
process.on('SIGINT', () => undefined)
draw()
