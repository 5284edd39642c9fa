import { expect, it } from 'vitest'
import { withDevices } from '../../../scenarios/files/scale.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'

it('scales lines and expected numbers of devices together', () => {
  expect(withDevices(findScenario('healthy'), 34_000)).toMatchObject({
    fleet: { lines: 1_700, devicesPerLine: 20 },
    expect: { stages: { canary: 1_700, early: 6_800, production: 25_500 }, outcome: 'promoted' },
  })
  expect(withDevices(findScenario('memory-leak'), 40).expect.exposed).toEqual({ devices: 2 })
})

it.each([
  [345, '345 devices are not a whole number of lines of 20; the nearest is 340'],
  [7, '7 devices are not a whole number of lines of 20; the nearest is 20'],
  [0, 'the nearest is 20'],
])('refuses %i devices', (devices, message) => {
  expect(() => withDevices(findScenario('healthy'), devices)).toThrow(message)
})

it('keeps the other settings of a plant, and refuses lines that are listed individually', () => {
  const healthy = findScenario('healthy')
  const fleet = { ...healthy.fleet, weekendVolume: 50 }
  expect(withDevices({ ...healthy, fleet }, 40).fleet).toEqual({ ...fleet, lines: 2 })
  expect(() => withDevices(findScenario('other-plant'), 36)).toThrow('--devices needs a line count')
})

it('twice the fleet has the same result, and ten times in test/extended', async () => {
  const scenario = withDevices(findScenario('crash-on-start'), 680)
  const { header, facts } = await rehearse(scenario, { seed: 1, level: 'model' })
  expect([header.stages.canary?.length, Object.keys(header.lines).length]).toEqual([34, 680])
  expect(facts.stop).toBe('ended')
})
