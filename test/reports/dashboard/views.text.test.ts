import { expect, it } from 'vitest'
import { visible } from '../../../reports/dashboard/markup.ts'
import { legend, stages } from '../../../reports/dashboard/views.ts'
import { STATE } from './fixtures.ts'

const SPACE = { columns: 50, rows: 5 }

it('adds devices that are held back to those that run the release, and says what marks them', () => {
  const held = { ...STATE, stages: STATE.stages.map((stage, i) => ({ ...stage, held: i === 2 ? 17 : 0 })) }
  expect(stages(held, SPACE).map(visible).at(-1)).toMatch(/^production +0\/238\+17 +ahead/)
  expect(legend(held, SPACE).map(visible).at(-1)).toBe('x crashed  - offline h held')
  expect(stages(STATE, SPACE).map(visible).at(-1)).toMatch(/^production +0\/255 +ahead/)
  expect(legend(STATE, SPACE).map(visible).at(-1)).toBe('x crashed  - offline')
})
