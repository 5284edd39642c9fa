import type { Advice, WindowAdvice } from '../campaign/advice.ts'
import { textOf } from '../messages/registry.ts'
import { numberText, percentText } from '../numbers/format.ts'
import { alignedTable } from '../numbers/table.ts'
import { terminalText } from './terminal-text.ts'

const pct = (share: number): string => `${(share * 100).toFixed(1)} %`

/** What each window lets escape, costs and sees, and which one is recommended, in plain text. */
export function renderAdvice(advice: Advice, assumptions: readonly string[]): string {
  const shifts = Object.keys(advice.windows[0]?.unseenShifts ?? {})
  return terminalText(
    [
      'WINDOWS OF CANARY',
      ...alignedTable(
        [
          'window',
          'faulty that escape (95 %)',
          'of all releases',
          'lead time',
          ...shifts.map((shift) => `no ${shift} shift`),
          'no weekend',
        ],
        advice.windows.map((one) => cells(one, shifts)),
        1,
      ),
      '',
      ...assumptions.map((text) => `  ${text}`),
      `  chance that a release is faulty: ${pct(advice.risk.mean)} [${pct(advice.risk.low)}, ${pct(advice.risk.high)}] after ${advice.risk.faulty} of ${advice.risk.of} (Beta(${advice.risk.faulty + 0.5}, ${advice.risk.of - advice.risk.faulty + 0.5}), Jeffreys)`,
      '',
      `  ${adviceSentence(advice)}`,
    ].join('\n'),
  )
}

const cells = (one: WindowAdvice, shifts: readonly string[]): readonly string[] => [
  `${one.windowHours} h`,
  percentText(one.escaped),
  pct(one.escapedOfAll),
  `${numberText(one.meanLeadTimeDays)} d`,
  ...shifts.map((shift) => pct(one.unseenShifts[shift] ?? 0)),
  pct(one.noWeekend),
]

export const adviceSentence = ({ recommendedHours, reasons }: Advice): string =>
  `Recommended: ${recommendedHours} h. ${reasons.map((reason) => capital(textOf(reason))).join('. ')}.`

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
