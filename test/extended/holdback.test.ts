import { expect, it } from 'vitest'
import { HOLDBACK_GROUP } from '../../controller/contract.ts'
import { findScenario } from '../../scenarios/library/catalogue.ts'
import { conclude } from '../../scenarios/outcome/conclude.ts'
import { rehearse } from '../../scenarios/world/rehearse.ts'

it('with a holdback the firmware’s fault is separated from the plant’s', async () => {
  const scenario = { ...findScenario('holdback'), fleet: { lines: 17, devicesPerLine: 5 } }
  const rehearsal = await rehearse(scenario, { seed: 1, level: 'model' })
  const report = conclude(scenario, rehearsal)
  expect(report).toMatchObject({ detection: { by: 'error-rate' }, invariants: { violated: [] } })
  const breach = rehearsal.records.find((one) => one.kind === 'evaluated' && one.verdict === 'breach')
  // Judged against the controls that the holdback kept.
  const [finding] = breach?.kind === 'evaluated' ? breach.findings : []
  expect(finding?.reason?.data).toMatchObject({ controlsIncrease: expect.any(Number) })
  const movedTo = (group: string): string[] =>
    rehearsal.records.flatMap((one) =>
      one.kind === 'device-moved' && one.change === 'added' && one.group === group ? [one.thing] : [],
    )
  const held = movedTo(HOLDBACK_GROUP)
  expect(held.length).toBe(17)
  expect(movedTo('production').sort()).toEqual([...held].sort())
})
