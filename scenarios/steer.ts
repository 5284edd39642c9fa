import type { Command } from '../reports/dashboard/menu.ts'
import type { Pacer } from './pacer.ts'

/** Keys that only move the clock; a step goes to the controller's next look. */
export function steerClock(command: Command, pacer: Pacer, tickMs: number): void {
  if (command.do === 'pause-clock') pacer.togglePause()
  else if (command.do === 'step') pacer.step(tickMs)
  else if (command.do === 'faster') pacer.faster()
  else if (command.do === 'slower') pacer.slower()
}
