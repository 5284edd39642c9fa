import { expect, it } from 'vitest'
import { isQuantity, metricOf, metricText } from '../../../reports/numbers/metrics.ts'

it.each([
  ['cycleTimeIncreasePct', 'cycle time increase, %', true],
  ['hoursToExhaustion', 'time to memory exhaustion, h', true],
  ['crashes', 'crashes', false],
  ['toString', 'toString', false],
  ['torqueIncreasePct', 'torqueIncrease, %', true],
  ['Pct', 'Pct', false],
])('%s is shown as "%s"', (name, text, isMeasured) => {
  expect(metricText(name)).toBe(text)
  expect(isQuantity(name)).toBe(isMeasured)
})

it('has the side on which values are bad', () => {
  expect(metricOf('freeMemoryPct').limit).toBe('lower')
  expect(metricOf('freeDiskPct')).toEqual({ label: 'freeDisk', unit: '%', limit: 'upper' })
})
