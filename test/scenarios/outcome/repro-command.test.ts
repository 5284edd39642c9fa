import { expect, it } from 'vitest'
import { reproCommand } from '../../../scenarios/outcome/repro-command.ts'

it('has the options that decide what happens, as a shell takes them', () => {
  expect(reproCommand('memory-leak', { seed: 3, level: 'wire' })).toBe('rehearse run memory-leak --seed 3 --level wire')
  expect(
    reproCommand("my 'own'.yaml", {
      seed: 1,
      level: 'model',
      devices: 3400,
      window: 4 * 3_600_000,
      profile: 'raw-thresholds',
      until: 90_500,
    }),
  ).toBe(
    "rehearse run 'my '\\''own'\\''.yaml' --seed 1 --level model --devices 3400 --window 4h --profile raw-thresholds --until 90500ms",
  )
})
