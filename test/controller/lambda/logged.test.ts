import { expect, it } from 'vitest'
import { StaleRollout } from '../../../controller/errors.ts'
import { decisionFields, logged } from '../../../controller/lambda/logged.ts'
import type { Outcome } from '../../../controller/reconcile/reconcile.ts'

const TIME = '2026-03-02T13:00:00Z'
const outcome: Outcome = {
  rolloutId: 'r-1',
  state: 'soaking',
  stage: 'canary',
  verdict: { kind: 'healthy', findings: [] },
  decision: { kind: 'wait', reason: '1.0 h of 24.0 h' },
}

async function linesOf(handle: () => Promise<Outcome>): Promise<object[]> {
  const lines: string[] = []
  const handler = logged('analyze', handle, decisionFields, (line) => lines.push(line))
  await handler({ time: TIME }).catch(() => null)
  return lines.map((line) => JSON.parse(line) as object)
}

it('tells an invocation in one line: what was seen, decided and why', async () => {
  expect(await linesOf(async () => outcome)).toEqual([
    {
      level: 'info',
      function: 'analyze',
      time: TIME,
      rollout: 'r-1',
      state: 'soaking',
      stage: 'canary',
      verdict: 'healthy',
      decision: 'wait',
      reason: '1.0 h of 24.0 h',
    },
  ])
})

it.each([
  [new Error('throttled'), 'error'],
  [new StaleRollout('rollout#r-1'), 'warn'],
])('tells what it failed with, and fails all the same: %s', async (error, level) => {
  const handle = () => Promise.reject(error)
  expect(await linesOf(handle)).toEqual([
    { level, function: 'analyze', time: TIME, error: error.name, message: error.message },
  ])
  await expect(
    logged(
      'analyze',
      handle,
      (one: Outcome) => one,
      () => undefined,
    )({}),
  ).rejects.toBe(error)
})
