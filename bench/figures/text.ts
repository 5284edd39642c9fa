import type { Share } from '../../reports/numbers/statistics.ts'
import { markdownTable } from '../../reports/numbers/table.ts'
import type { FamilyFigures } from './false-alarms.ts'
import { FAULTS, type PowerFigures, smallestFound } from './power.ts'
import type { RuleFigure } from './rule-figures.ts'

/** `1 of 50 = 2.0 % [0.1, 10.6]` */
export function shareText({ count, of, share, low, high }: Share): string {
  if (share === null || low === null || high === null) return `${count} of ${of}`
  const percent = (value: number): string => (100 * value).toFixed(1)
  return `${count} of ${of} = ${percent(share)} % [${percent(low)}, ${percent(high)}]`
}

export function falseAlarmTable(figures: readonly FamilyFigures[]): readonly string[] {
  const byText = (by: FamilyFigures['by']): string =>
    Object.entries(by)
      .map(([rule, count]) => `${count} ${rule}`)
      .join('; ')
  return markdownTable(
    ['family', 'rolled back', 'refused', 'held', 'promoted', 'found in 30 min', 'by'],
    figures.map(({ name, rolledBack, refused, held, promoted, found, by, failed }) => [
      name,
      shareText(rolledBack),
      shareText(refused),
      String(held.count),
      String(promoted.count),
      found === null ? '' : shareText(found),
      `${byText(by)}${failed > 0 ? `; ${failed} could not be run` : ''}`,
    ]),
  )
}

export const ruleTable = (figures: readonly RuleFigure[]): readonly string[] =>
  markdownTable(
    ['canary of 24 h', 'allowed', 'found', 'by'],
    figures.map(({ name, nominal, found, by }) => [
      name,
      nominal === null ? '' : `${(100 * nominal).toFixed(2)} %`,
      shareText(found),
      Object.entries(by)
        .map(([way, count]) => `${count} ${way}`)
        .join('; '),
    ]),
  )

export function powerTable(figures: readonly PowerFigures[]): readonly string[] {
  const presets = [...new Set(figures.map(({ preset }) => preset))]
  const rows = figures.map(({ preset, fault, size, unit, within4h, within24h, unusable }) => [
    preset,
    fault,
    `${size} ${unit}`,
    shareText(within4h),
    shareText(within24h),
    String(unusable),
  ])
  const sizes = presets.flatMap((preset) =>
    FAULTS.map(({ name, unit }) => {
      const own = figures.filter((one) => one.preset === preset && one.fault === name)
      const cell = (within: 'within4h' | 'within24h', share: number): string => {
        const size = smallestFound(own, within, share)
        return size === null ? '-' : `${size} ${unit}`
      }
      return [preset, name, ...(['within4h', 'within24h'] as const).flatMap((w) => [0.5, 0.95].map((s) => cell(w, s)))]
    }),
  )
  return [
    ...markdownTable(['preset', 'fault', 'size', 'found within 4 h', 'within 24 h', 'unusable'], rows),
    '',
    ...markdownTable(['preset', 'fault', '50 % within 4 h', '95 %', '50 % within 24 h', '95 %'], sizes),
  ]
}
