import type { Command } from '../../reports/dashboard/menu.ts'
import type { Pacer } from '../world/pacer.ts'
import type { LiveRehearsal } from '../world/rehearsal.ts'

/** Keys that only move the clock; a step goes to the controller's next look. */
export function steerClock(command: Command, pacer: Pacer, tickMs: number): void {
  if (command.do === 'pause-clock') pacer.togglePause()
  else if (command.do === 'step') pacer.step(tickMs)
  else if (command.do === 'faster') pacer.faster()
  else if (command.do === 'slower') pacer.slower()
}

/** Keys that change what happens, and those of the clock. */
export function steer(command: Command, { interventions, pacer, tickMs }: LiveRehearsal): void {
  if (command.do === 'inject') interventions.inject(command.fault, command.place)
  else if (command.do === 'pause-rollout') interventions.pauseOrResume()
  else if (command.do === 'abort-rollout') interventions.abort()
  else steerClock(command, pacer, tickMs)
}
