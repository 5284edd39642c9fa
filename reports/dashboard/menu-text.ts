import type { Place } from './cursor.ts'
import { bold, coloured, escaped, inverse, wrap } from './markup.ts'

export const HELP: readonly string[] = [
  'space     pause or go on',
  'right, >  one step: to the next look of the controller',
  '+ and -   faster, slower; up to max',
  'f         inject a fault into the release, a line or one device',
  'p         pause the rollout, or let it go on (the controller watches on)',
  'a         abort the rollout: roll back now',
  '          what comes of these three: see the events, and the report',
  'tab       what the panels show',
  'q         quit; also Ctrl-C',
  '',
  'any key closes this',
]

/** The faults to choose from. */
export const faultLines = (faults: readonly string[], chosen: number): readonly string[] => [
  ...faults.map((text, index) => (index === chosen ? inverse(text) : text)),
  '',
  coloured('grey', 'up, down: what; enter: then where; escape: back'),
]

/** What has been chosen, where it would act, and how to choose another place. */
export const placeLines = (fault: string, place: Place, release: string, columns: number): readonly string[] => [
  ...wrap(fault, columns).map(escaped),
  '',
  `where: ${bold(placeText(place, release))}`,
  '',
  coloured('grey', 'up, down     the release, or a line'),
  coloured('grey', 'left, right  the whole line, or one device of it'),
  coloured('grey', 'enter        inject; escape: back'),
]

function placeText(place: Place, release: string): string {
  if (place === null) return `wherever ${escaped(release)} runs`
  return 'line' in place ? `all of line ${place.line}` : `${escaped(place.device)} alone`
}
