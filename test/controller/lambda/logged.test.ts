import { expect, it } from 'vitest'
import { StaleRollout } from '../../../controller/errors.ts'
import { decisionFields, logged } from '../../../controller/lambda/logged.ts'
import type { DecisionReason } from '../../../controller/messages/decisions.ts'
import { textOf } from '../../../controller/messages/registry.ts'
import { PreflightRefused } from '../../../controller/reconcile/preflight.ts'
import type { Outcome } from '../../../controller/reconcile/reconcile.ts'

const TIME = '2026-03-02T13:00:00Z'
const RUNNING: DecisionReason = { code: 'WINDOW_RUNNING', data: { elapsedMs: 3_600_000, windowMs: 86_400_000 } }
const outcome: Outcome = {
  rolloutId: 'r-1',
  state: 'soaking',
  stage: 'canary',
  verdict: { kind: 'healthy', findings: [] },
  decision: { kind: 'wait', reason: RUNNING },
}

async function linesOf(handle: () => Promise<Outcome>): Promise<object[]> {
  const lines: string[] = []
  const handler = logged('analyze', handle, decisionFields, (line) => lines.push(line))
  await handler({ time: TIME }).catch(() => null)
  return lines.map((line) => JSON.parse(line) as object)
}

it('records an invocation in one line: what was found, decided and why', async () => {
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
      reason: RUNNING,
      text: textOf(RUNNING),
    },
  ])
})

it.each([
  [new Error('throttled'), 'error'],
  [new StaleRollout('rollout#r-1'), 'warn'],
])('records what it failed with, and fails all the same: %s', async (error, level) => {
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

it('records every refusal of a preflight, as code and data and as a sentence', async () => {
  const refusal = { code: 'ROLLOUT_ACTIVE', data: { rolloutId: 'r-1' } } as const
  expect(await linesOf(() => Promise.reject(new PreflightRefused([refusal])))).toMatchObject([
    { error: 'PreflightRefused', refusals: [{ ...refusal, text: textOf(refusal) }] },
  ])
})
