import { expect, it } from 'vitest'
import { judgeNeighbours } from '../../../controller/rules/neighbours.ts'
import { oneCase } from './one-case.ts'

const judged = (ofControls: number, options = {}) =>
  judgeNeighbours(oneCase({ controls: () => ({ errors: ofControls }), ...options }))

it('is healthy where those that stay behind err as ever', () => {
  expect(judged(38)).toMatchObject([{ rule: 'neighbour-errors', outcome: 'healthy', observed: 0 }])
})

it('holds a release whose neighbours err twice as often, and rolls nothing back', () => {
  expect(judged(76)).toMatchObject([{ outcome: 'inconclusive', code: 'common-mode', observed: 100 }])
})

it('ignores a rise that chance explains', () => {
  expect(judged(40)).toMatchObject([{ outcome: 'healthy' }])
})

it('says nothing where no device has stayed behind', () => {
  expect(judged(38, { hasControls: false })).toEqual([])
})
