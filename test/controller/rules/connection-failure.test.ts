import { describe, expect, it } from 'vitest'
import { judgeConnection } from '../../../controller/rules/connection-failure.ts'
import { oneCase } from './one-case.ts'

const judged = (failures: number, ofControls = 6) =>
  judgeConnection(oneCase({ stage: () => ({ failures }), controls: () => ({ failures: ofControls }) }))[0]

it('is a breach where 5 % fail and the controls are as ever', () => {
  expect(judged(3)).toMatchObject({ outcome: 'breach', n: 1020 })
})

it('is inconclusive where the controls fail as much', () => {
  expect(judged(3, 57)).toMatchObject({ outcome: 'inconclusive', code: 'common-mode' })
})

it('is a breach where 40 % fail although the controls are a little over the limit too', () => {
  expect(judged(24, 24)).toMatchObject({ outcome: 'breach' })
})

it('asks for evidence where the baseline is near the limit', () => {
  const stage = (line: number): { failures: number } => ({ failures: 1 + (line % 2) }) // 2.5 %
  expect(judgeConnection(oneCase({ stage, cell: { connectionFailures: 46 } }))[0]?.outcome).toBe('healthy')
  expect(judgeConnection(oneCase({ stage }))[0]?.outcome).toBe('breach')
})

it('is a breach of the one line that fails, which the stage hides', () => {
  const options = { attempts: 600, failures: 0 }
  const stage = (line: number) => ({ ...options, failures: line === 9 ? 90 : 1 })
  const finding = judgeConnection(oneCase({ stage }))[0]
  expect(finding).toMatchObject({ outcome: 'breach', line: 9, n: 600 })
})

describe('a sudden loss', () => {
  const sudden = (stage: number, controls: number, hasControls = true) => {
    const down = { stage, stageOf: 17, controls, controlsOf: hasControls ? 323 : 0 }
    return judgeConnection(oneCase({ down, hasControls }))[1]
  }

  it('of a quarter of the stage is a breach at once, while the controls are up', () => {
    expect(sudden(4, 3)).toMatchObject({ rule: 'connection-loss', outcome: 'healthy' })
    expect(sudden(5, 3)).toMatchObject({ outcome: 'breach', n: 17 })
  })

  it('is the network where the controls are gone, too, and nobody knows where there are none', () => {
    expect(sudden(6, 100)).toMatchObject({ outcome: 'inconclusive', code: 'common-mode' })
    expect(sudden(17, 323)).toMatchObject({ outcome: 'inconclusive', code: 'stale' })
    expect(sudden(17, 0, false)).toMatchObject({ outcome: 'inconclusive', code: 'stale' })
  })
})

it('says nothing on fewer attempts than the policy asks for', () => {
  const few = oneCase({ stage: () => ({ attempts: 20, failures: 10 }) })
  expect(judgeConnection(few)[0]?.outcome).toBe('inconclusive')
})
