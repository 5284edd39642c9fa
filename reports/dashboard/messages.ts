import type { Command } from './menu.ts'
import type { DashboardState, DuoState } from './state.ts'

/** From the rehearsal to the screen. */
export type ToScreen =
  | { readonly kind: 'faults'; readonly faults: readonly string[] }
  | { readonly kind: 'state'; readonly state: DashboardState }
  | { readonly kind: 'duo'; readonly duo: DuoState }
  | { readonly kind: 'close' }

/** From the screen to the rehearsal: a frame was drawn, with its cost; or the command of a key. */
export type FromScreen =
  | { readonly kind: 'drawn'; readonly costMs: number }
  | { readonly kind: 'command'; readonly command: Command }
