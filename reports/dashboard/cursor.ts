import type { DashboardState } from './state.ts'

/** A place on the fleet map. Device -1 is the whole line, line -1 is all devices that run the release. */
export interface Cursor {
  readonly line: number
  readonly device: number
}

/** What a cursor points at: one device, one production line, or (null) all devices that run the release. */
export type Place = { readonly device: string } | { readonly line: number } | null

type FleetMap = DashboardState['map']

export const EVERYWHERE: Cursor = { line: -1, device: -1 }

const STEPS: Readonly<Record<string, Cursor>> = {
  up: { line: -1, device: 0 },
  down: { line: 1, device: 0 },
  left: { line: 0, device: -1 },
  right: { line: 0, device: 1 },
}

/** The cursor after a key: arrow keys move it within the map, other keys do not. Pure. */
export function moved({ line, device }: Cursor, key: string, map: FleetMap): Cursor {
  const step = STEPS[key] ?? { line: 0, device: 0 }
  const onLine = Math.min(Math.max(line + step.line, -1), map.length - 1)
  const devices = map[onLine]?.things.length ?? 0
  return { line: onLine, device: Math.min(Math.max(device + step.device, -1), devices - 1) }
}

export function placeAt({ line, device }: Cursor, map: FleetMap): Place {
  const row = map[line]
  if (row === undefined) return null
  const thing = row.things[device]
  return thing === undefined ? { line: row.line } : { device: thing }
}
