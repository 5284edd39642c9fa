import { placeAt } from './cursor.ts'
import type { Mode } from './menu.ts'
import { faultLines, HELP, placeLines } from './menu-text.ts'
import type { Frame } from './screen.ts'
import type { DashboardState } from './state.ts'

type Overlay = Frame['overlay']

/** The free area: the whole screen, or what is to the right of `left`. */
interface Room {
  readonly left: number
  readonly columns: number
  readonly rows: number
}

const COLUMNS = 76

/** What is drawn over the panels. `room.left` is the right edge of the fleet map, which stays visible for a choice on it. Pure. */
export function overlayOf(state: DashboardState, mode: Mode, faults: readonly string[], room: Room): Overlay {
  const everywhere = { ...room, left: 0 }
  switch (mode.overlay) {
    case 'none':
      return null
    case 'help':
      return centred('keys', HELP, everywhere)
    case 'fault':
      return centred('inject a fault', faultLines(faults, mode.fault), everywhere)
    case 'place': {
      const place = placeAt(mode.cursor, state.map)
      const lines = placeLines(faults[mode.fault] ?? '', place, state.release, widthIn(room) - 2)
      return centred('inject a fault: target', lines, room)
    }
  }
}

const widthIn = ({ left, columns }: Room): number => Math.min(COLUMNS, columns - left)

function centred(title: string, lines: readonly string[], room: Room): Overlay {
  const { left, columns, rows } = room
  const width = widthIn(room)
  const height = lines.length + 2
  return {
    title,
    lines,
    left: left + Math.floor((columns - left - width) / 2),
    top: Math.max(0, Math.floor((rows - height) / 2)),
    width,
    height,
  }
}
