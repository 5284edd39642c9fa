import { expect, it } from 'vitest'
import { frameOf } from '../../../reports/dashboard/frame.ts'
import { LiveFold } from '../../../reports/dashboard/live-fold.ts'
import { START } from '../../../reports/dashboard/menu.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'
import { open } from './glass.ts'

const MINUTE_MS = 60_000

/** `npm run frames` writes it anew. */
it('shows memory-leak three minutes into its rollback as the README does', async () => {
  const { header, records } = await rehearse(findScenario('memory-leak'), { seed: 1, level: 'model' })
  const rollback = records.find((record) => record.kind === 'evaluated' && record.decision === 'rollback')
  const nowMs = (rollback?.atMs as number) + 3 * MINUTE_MS
  const fold = new LiveFold(header)
  for (const record of records) if (record.atMs <= nowMs) fold.take(record)
  const state = fold.state({ nowMs, speedup: 60, pace: '60x', outcome: null })
  const glass = open(80, 24)
  glass.screen.draw(frameOf(state, { ...START, focus: 2 }, [], glass.screen))
  await expect(`${(await glass.lines()).join('\n')}\n`).toMatchFileSnapshot('../../../reports/sample/dashboard.txt')
})
