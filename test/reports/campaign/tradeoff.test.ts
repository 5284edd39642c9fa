import { expect, it } from 'vitest'
import { backToBack } from '../../../reports/campaign/tradeoff.ts'
import { renderTradeoff } from '../../../reports/text/tradeoff-text.ts'

const STAGES = [17, 68, 255]

it('computes what back-to-back windows expose to a fault of the twelfth hour', () => {
  expect(backToBack(STAGES, 4, 12)).toEqual({ devices: 340, deviceHours: 1_768, leadTimeHours: 8 })
  expect(backToBack(STAGES, 24, 12)).toEqual({ devices: 17, deviceHours: 204, leadTimeHours: 48 })
  // 12 x 17 + 8 x 68 + 4 x 238: what is held back is spared, as its turn comes at the hour of the fault.
  expect(backToBack(STAGES, 4, 12, 17)).toEqual({ devices: 323, deviceHours: 1_700, leadTimeHours: 8 })
  expect(backToBack(STAGES, 4, 13, 17)).toMatchObject({ devices: 340, deviceHours: 13 * 17 + 9 * 68 + 5 * 238 + 17 })
})

it('exposes no device to a fault that has an effect at once', () => {
  expect(backToBack(STAGES, 4, 0)).toMatchObject({ devices: 0, deviceHours: 0 })
})

it('does not count a stage that would be installed at the first effect of the fault', () => {
  expect(backToBack(STAGES, 12, 12)).toMatchObject({ devices: 17 })
})

it('shows both sides next to the arithmetic', () => {
  const common = { leadTimeHours: null, caughtIn: 'canary', onsetToAllHealthyMinutes: 5.8 } as const
  const side = (windowHours: number, devices: number) => ({
    ...common,
    windowHours,
    devices,
    deviceHours: devices * 12.1,
    arithmetic: backToBack(STAGES, windowHours, 12),
  })
  expect(renderTradeoff([side(4, 340), { ...side(24, 17), caughtIn: null, leadTimeHours: 48.31 }])).toEqual([
    '                          4 h windows  arithmetic  24 h windows  arithmetic',
    '  devices exposed                 340         340            17          17',
    '  device-hours                  4,114       1,768           206         204',
    '  lead time to the fleet            -       8.0 h        48.3 h      48.0 h',
    '  caught in                    canary                         -',
    '  onset to all healthy        5.8 min                   5.8 min',
  ])
})
