import type { TradeoffSide } from '../campaign/tradeoff.ts'
import { durationText, grouped } from '../numbers/format.ts'
import { alignedTable } from '../numbers/table.ts'

/** Both sides of the trade-off: measured values next to the arithmetic that ignores install times. */
export function renderTradeoff(sides: readonly TradeoffSide[]): string[] {
  const row = (name: string, measured: (side: TradeoffSide) => string, computed?: (side: TradeoffSide) => string) => [
    name,
    ...sides.flatMap((side) => [measured(side), computed === undefined ? '' : computed(side)]),
  ]
  return alignedTable(
    ['', ...sides.flatMap(({ windowHours }) => [`${windowHours} h windows`, 'arithmetic'])],
    [
      row(
        'devices exposed',
        ({ devices }) => grouped(devices),
        ({ arithmetic }) => grouped(arithmetic.devices),
      ),
      row(
        'device-hours',
        ({ deviceHours }) => grouped(deviceHours),
        ({ arithmetic }) => grouped(arithmetic.deviceHours),
      ),
      row(
        'lead time to the fleet',
        ({ leadTimeHours }) => (leadTimeHours === null ? '-' : `${leadTimeHours.toFixed(1)} h`),
        ({ arithmetic }) => `${arithmetic.leadTimeHours.toFixed(1)} h`,
      ),
      row('caught in', ({ caughtIn }) => caughtIn ?? '-'),
      row('onset to all healthy', ({ onsetToAllHealthyMinutes: minutes }) =>
        minutes === null ? '-' : durationText(minutes),
      ),
    ],
    1,
  )
}
