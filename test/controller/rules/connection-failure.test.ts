import { expect, it } from 'vitest'
import { judgeConnection } from '../../../controller/rules/connection-failure.ts'
import { oneCase } from './one-case.ts'

const judged = (failures: number, ofControls = 6) =>
  judgeConnection(oneCase({ stage: () => ({ failures }), controls: () => ({ failures: ofControls }) }))

it('is a breach where 5 % fail and the controls are as ever', () => {
  expect(judged(3)).toMatchObject({ outcome: 'breach', n: 1020 })
})

it('is inconclusive where the controls fail as much', () => {
  expect(judged(3, 57)).toMatchObject({ outcome: 'inconclusive' })
})

it('is a breach where 40 % fail although the controls are a little over the limit too', () => {
  expect(judged(24, 24)).toMatchObject({ outcome: 'breach' })
})

it('asks for evidence where the baseline is near the limit', () => {
  const stage = (line: number): { failures: number } => ({ failures: 1 + (line % 2) }) // 2.5 %
  expect(judgeConnection(oneCase({ stage, cell: { connectionFailures: 46 } })).outcome).toBe('healthy')
  expect(judgeConnection(oneCase({ stage })).outcome).toBe('breach')
})

it('says nothing on fewer attempts than the policy asks for', () => {
  const few = oneCase({ stage: () => ({ attempts: 20, failures: 10 }) })
  expect(judgeConnection(few).outcome).toBe('inconclusive')
})
