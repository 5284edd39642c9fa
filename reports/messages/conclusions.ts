import { define, type MessageOf } from '../../controller/messages/message.ts'
import { numberText } from '../numbers/format.ts'
import type { Difference } from '../numbers/paired.ts'

/** What a variant of a comparison may differ in from another. */
export interface Settings {
  readonly windowHours: number
  readonly gates: string
  readonly profile: string
}

export type Setting = keyof Settings

/** Two variants that differ in one setting. */
export interface Beside {
  readonly scenario: string
  readonly setting: Setting
  readonly first: Settings
  readonly second: Settings
}

/** The second less the first, over the same seeds. */
export interface Compared extends Beside {
  readonly devices: Difference
  readonly deviceHours: Difference
  readonly leadTimeDays: Difference
}

/** What a comparison comes to. */
export const CONCLUSION_MESSAGES = {
  COMPARED_LESS_EXPOSURE: define<Compared>(
    'The variant exposes less of the plant than the one it is compared with, beyond chance.',
    (compared) => `${headOf(compared)} exposes less: ${exposureText(compared)}${priceText(compared)}`,
  ),
  COMPARED_MORE_EXPOSURE: define<Compared>(
    'The variant exposes more of the plant than the one it is compared with, beyond chance.',
    (compared) => `${headOf(compared)} exposes more: ${exposureText(compared)}${priceText(compared)}`,
  ),
  COMPARED_NO_DIFFERENCE: define<Compared>(
    'The exposure under both variants differs by no more than chance.',
    (compared) =>
      `${headOf(compared)} makes no difference in exposure beyond chance: ${exposureText(compared)}${priceText(compared)}`,
  ),
  COMPARED_TOO_FEW: define<Beside>(
    'There are too few seeds to say whether variants differ beyond chance.',
    (compared) => `${headOf(compared)}: one seed shows no chance, so that nothing can be concluded`,
  ),
}

export type Conclusion = MessageOf<typeof CONCLUSION_MESSAGES>

const headOf = (beside: Beside): string => `${beside.scenario}: ${insteadText(beside)}`

const SHOWN: { readonly [S in Setting]: (settings: Settings) => string } = {
  windowHours: ({ windowHours }) => `${windowHours} h`,
  gates: ({ gates }) => `${gates} gates`,
  profile: ({ profile }) => `profile ${profile}`,
}

/** `24 h instead of 4 h (open gates, profile default)`. */
export function insteadText({ setting, first, second }: Omit<Beside, 'scenario'>): string {
  const shared = (Object.keys(SHOWN) as Setting[]).filter((one) => one !== setting)
  return `${SHOWN[setting](second)} instead of ${SHOWN[setting](first)} (${shared.map((one) => SHOWN[one](second)).join(', ')})`
}

const exposureText = ({ devices, deviceHours }: Compared): string =>
  `${signedText(devices)} devices, ${signedText(deviceHours)} device-hours`

const priceText = ({ leadTimeDays }: Compared): string =>
  leadTimeDays.difference === null ? '' : `; lead time ${signedText(leadTimeDays)} d`

/** `-323 [-324, -322]`; `-` where nothing can be said. */
export function signedText({ difference, low, high }: Difference, scale = 1): string {
  if (difference === null) return '-'
  const text = (value: number): string => numberText(value * scale)
  const sign = difference > 0 ? '+' : ''
  return low === null || high === null
    ? `${sign}${text(difference)}`
    : `${sign}${text(difference)} [${text(low)}, ${text(high)}]`
}
