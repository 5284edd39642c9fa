import type { Command } from './menu.ts'
import type { DashboardState, DuoState } from './state.ts'

/** What the rehearsal tells the screen. */
export type ToScreen =
  | { readonly kind: 'faults'; readonly faults: readonly string[] }
  | { readonly kind: 'state'; readonly state: DashboardState }
  | { readonly kind: 'duo'; readonly duo: DuoState }
  | { readonly kind: 'close' }

/** What the screen tells the rehearsal: a frame was drawn, and took so long; or what a key asks for. */
export type FromScreen =
  | { readonly kind: 'drawn'; readonly costMs: number }
  | { readonly kind: 'command'; readonly command: Command }
