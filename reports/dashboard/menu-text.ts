import type { Place } from './cursor.ts'
import { bold, coloured, escaped, inverse, wrap } from './markup.ts'

export const HELP: readonly string[] = [
  'space     stop or start the simulated clock',
  'right, >  one step: to the next evaluation by the controller',
  '+ and -   faster, slower; up to max',
  'f         inject a fault: into the release, a line or one device',
  'p         pause or resume the rollout (evaluations continue)',
  'a         abort the rollout: roll back now',
  '          the events show the effect of f, p and a',
  'tab       switch the panels',
  'q         quit; also Ctrl-C',
  '',
  'any key closes this',
]

/** The faults to select from. */
export const faultLines = (faults: readonly string[], chosen: number): readonly string[] => [
  ...faults.map((text, index) => (index === chosen ? inverse(text) : text)),
  '',
  coloured('grey', 'up, down: select; enter: continue; escape: back'),
]

/** The selected fault, its target, and the keys that select another target. */
export const placeLines = (fault: string, place: Place, release: string, columns: number): readonly string[] => [
  ...wrap(fault, columns).map(escaped),
  '',
  `target: ${bold(placeText(place, release))}`,
  '',
  coloured('grey', 'up, down     the release, or a line'),
  coloured('grey', 'left, right  the whole line, or one device of it'),
  coloured('grey', 'enter        inject; escape: back'),
]

function placeText(place: Place, release: string): string {
  if (place === null) return `all devices that run ${escaped(release)}`
  return 'line' in place ? `line ${place.line}` : escaped(place.device)
}
