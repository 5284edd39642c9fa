import type { Command } from '../../reports/dashboard/menu.ts'
import type { Pacer } from '../world/pacer.ts'
import type { LiveRehearsal } from '../world/rehearsal.ts'

/** Commands that act on the clock only; a step advances to the controller's next evaluation. */
export function steerClock(command: Command, pacer: Pacer, tickMs: number): void {
  if (command.do === 'pause-clock') pacer.togglePause()
  else if (command.do === 'step') pacer.step(tickMs)
  else if (command.do === 'faster') pacer.faster()
  else if (command.do === 'slower') pacer.slower()
}

/** Commands that act on the rehearsal, and those on its clock. */
export function steer(command: Command, { interventions, pacer, tickMs }: LiveRehearsal): void {
  if (command.do === 'inject') interventions.inject(command.fault, command.place)
  else if (command.do === 'pause-rollout') interventions.pauseOrResume()
  else if (command.do === 'abort-rollout') interventions.abort()
  else steerClock(command, pacer, tickMs)
}
