import { define, type MessageOf } from '../../controller/messages/message.ts'
import { numberText } from '../numbers/format.ts'

/** Of all releases: the estimate and its 95 % interval. */
export interface Gain {
  readonly perReleases: number
  readonly low: number
  readonly high: number
}

const gainText = ({ perReleases, low, high }: Gain): string =>
  `${pct(perReleases)} [${(low * 100).toFixed(1)}, ${(high * 100).toFixed(1)}]`

const pct = (share: number): string => `${(share * 100).toFixed(1)} %`

/** Why a window is recommended. */
export const ADVICE_MESSAGES = {
  ADVISE_SEES_EVERY_SHIFT: define<{ windowHours: number }>(
    'The window sees every shift whenever the rollout starts.',
    ({ windowHours }) => `${windowHours} h see every shift, whenever the rollout starts`,
  ),
  ADVISE_SEES_NOT_EVERY_SHIFT: define<{ windowHours: number; shift: string; share: number }>(
    'No window tried sees every shift at every start.',
    ({ windowHours, shift, share }) =>
      `even ${windowHours} h see nothing of the ${shift} shift after ${pct(share)} of starts`,
  ),
  ADVISE_SHORTER_MISSES_SHIFT: define<{ windowHours: number; shift: string; share: number }>(
    'A shorter window misses a shift at some starts.',
    ({ windowHours, shift, share }) =>
      `${windowHours} h see nothing of the ${shift} shift after ${pct(share)} of starts`,
  ),
  ADVISE_SHORTER_LETS_ESCAPE: define<Gain & { windowHours: number; days: number }>(
    'A shorter window lets so many more releases escape that the time is worth it.',
    ({ windowHours, days, ...gain }) =>
      `${windowHours} h let ${gainText(gain)} more of all releases escape canary, and save ${numberText(days)} d`,
  ),
  ADVISE_LONGER_GAINS_LITTLE: define<Gain & { windowHours: number; days: number; allowed: number }>(
    'A longer window catches fewer releases more than the policy lets be lost to false rollbacks.',
    ({ windowHours, days, allowed, ...gain }) =>
      `${windowHours} h catch ${gainText(gain)} more of all releases, less than the ${pct(allowed)} that the policy lets be lost to false rollbacks, and cost ${numberText(days)} d`,
  ),
  ADVISE_NO_WEEKEND: define<{ windowHours: number; share: number }>(
    'The window sees no weekend at some starts: faults that only show then escape canary.',
    ({ windowHours, share }) => `with ${windowHours} h canary has seen no weekend after ${pct(share)} of starts`,
  ),
}

export type AdviceReason = MessageOf<typeof ADVICE_MESSAGES>
