import { expect, it } from 'vitest'
import { faultSize } from '../../../scenarios/files/fault-size.ts'
import { faultSchema } from '../../../sim/faults/catalogue.ts'

const all = { firmware: '2.4.0' }

it.each([
  [{ kind: 'memory-leak', in: all, rate: '26 MiB/h' }, 'rate 26 MiB/h'],
  [{ kind: 'crash', in: all, at: 'start' }, 'at start'],
  [{ kind: 'crash', in: { device: 'line-01-03' }, every: '48h' }, 'every 2d, line-01-03'],
  [
    { kind: 'cycle-drift', in: { firmware: '2.4.0', line: 7 }, onset: '90min', rise: '25 %', over: '1h' },
    'onset 90min, rise 25 %, over 1h, line 7',
  ],
  [{ kind: 'cycle-drift', in: all, onset: '12h', rate: '4 %/h' }, 'onset 12h, rate 4 %/h'],
  [{ kind: 'error-rise', in: all, factor: 3, onset: '0s' }, 'factor 3, onset 0ms'],
  [
    { kind: 'metric-shift', in: all, metric: 'torqueNm', by: '-2.5 Nm', onset: '4h' },
    'metric torqueNm, by -2.5 Nm, onset 4h',
  ],
  [{ kind: 'metric-shift', in: all, metric: 'torqueNm', by: '+15 %' }, 'metric torqueNm, by x1.15, onset 0ms'],
  [{ kind: 'quality-drop', in: all, share: '1.5 %' }, 'share 1.5 %, onset 0ms'],
  [{ kind: 'units-drop', in: { line: 2 }, share: '12 %', onset: '1h' }, 'share 12 %, onset 1h, line 2'],
  [{ kind: 'noisy-network', in: { line: 3 }, share: '3 %' }, 'share 3 %, from 0ms, line 3'],
] as const)('%j', (spec, size) => {
  expect(faultSize(faultSchema.parse(spec))).toBe(size)
})
