import { expect, it } from 'vitest'
import { explain } from '../../../scenarios/cli/explain.ts'
import { loadAny } from '../../../scenarios/files/load.ts'
import { SHIPPED } from '../../../scenarios/library/catalogue.ts'
import { packageRoot } from '../../../scenarios/support/package-root.ts'
import { isDeviceFault } from '../../../sim/faults/catalogue.ts'

const explained = (path: string): string => explain(loadAny(`${packageRoot()}/${path}`)).join('\n')

it('explains a scenario: fleet, calendar, faults with their onset, and the expected result', () => {
  const text = explained('scenarios/library/recorded-line.yaml')
  for (const line of [
    'release    2.4.0, replaces 2.3.1',
    'fleet      340 devices on 17 lines of 20: 17 canary, 68 early, 255 production; Europe/Berlin',
    'press.csv: cycles, cycleTimeMs, errors, cpuPct, memoryMiB on line 3 (20 devices); 120 min, repeated',
    'canary     deployed Mon 2026-03-02 14:00, passed Tue 2026-03-03 14:15',
    'production deployed Sun 2026-03-08 02:00, passed Mon 2026-03-09 02:15',
    'cycle-drift where 2.4.0 runs (340 devices): onset 3h, rise 25 %, over 1h',
    'linearly or along an S-curve; not before Mon 2026-03-02 17:00',
    'detected between 3h to 6h after install; exposed devices 17',
  ]) {
    expect(text).toContain(line)
  }
})

it('counts the times of a fault that is bound to no firmware from the start of the rehearsal', () => {
  expect(explained('scenarios/library/offline-canary.yaml')).toContain(
    'offline on line 1 (20 devices): from 5min, for 4h',
  )
  expect(explained('scenarios/library/flapping-line.yaml')).toContain('not before Thu 2026-03-05 13:55') // 14:00 - 10 min + 5 min
})

it('explains the holdback, and when it is released', () => {
  const text = explained('scenarios/library/holdback.yaml')
  expect(text).toContain('holdback: one production device per line, released when production has passed')
  expect(text).toContain('production deployed Sun 2026-03-08 02:00, passed Mon 2026-03-09 02:15')
  expect(text).toContain('holdback   released Mon 2026-03-09 02:15: 17 devices, 24.25 h after production')
})

it('explains a fleet file and a policy file', () => {
  const fleet = explained('fixtures/plants/small-plant.yaml')
  expect(fleet).toContain('72 devices on 6 lines of 12; America/Chicago')
  expect(fleet).toContain('night 18:30-06:30, 50 % volume, 52 s per cycle')
  const policy = explained('fixtures/policies/small-plant.yaml')
  expect(policy).toContain('window 12 h, profile default')
  expect(policy).toContain('canary     Mon Tue Wed Thu 07:00-16:00')
  expect(policy).toContain("in the fleet's zone")
  expect(policy).toContain('bake: watched for 1 h once every device has it')
})

it.each(SHIPPED)('has a sentence for each fault of %s', (name) => {
  const checked = loadAny(`${packageRoot()}/scenarios/library/${name}.yaml`)
  if (checked.kind !== 'scenario') throw new Error(checked.kind)
  const text = explain(checked).join('\n')
  for (const fault of checked.scenario.faults) {
    const since = isDeviceFault(fault) ? '; not before ' : ''
    expect(text).toMatch(new RegExp(`${fault.kind}\\b.*\\n +[A-Z].*${since}`))
  }
  expect(text).not.toContain('undefined')
})
