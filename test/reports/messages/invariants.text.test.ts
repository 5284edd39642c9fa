import { expect, it } from 'vitest'
import { textOf } from '../../../reports/messages/registry.ts'

const place = { sequence: 17, atMs: Date.UTC(2026, 2, 2, 14) }

it.each<[string, object, string]>([
  ['STAGE_NOT_AS_POLICY', { stage: 'canary', line: 3, count: 2, wanted: 1 }, 'line 3 has 2 canary devices, 1 wanted'],
  [
    'PROMOTED_WITHOUT_HEALTHY_VERDICT',
    { stage: 'canary', decision: 'promote', verdict: 'breach', ...place },
    'promote of canary on verdict breach (event 17 at 2026-03-02T14:00:00.000Z)',
  ],
  [
    'WINDOW_ENDED_EARLY',
    { stage: 'early', observedMs: 3_600_000, windowMs: 14_400_000, from: 'deployment', ...place },
    'early was deployed 1.00 h after the stage before, window 4.00 h (event 17 at 2026-03-02T14:00:00.000Z)',
  ],
  ['DEPLOYMENT_LEFT_OPEN', { things: ['a1', 'b1'] }, '2 reachable devices have an open deployment: a1, b1'],
  [
    'ROLLOUT_NEVER_ENDS',
    { undecided: { code: 'DISTURBANCE_NEVER_ENDS', data: {} } },
    'not decided: a disturbance lasts to the end of the run',
  ],
  ['FAULT_INJECTED', { spec: { kind: 'crash', in: { firmware: '2.4.0' } } }, 'crash wherever 2.4.0 runs'],
  ['OPERATION_INVOKED', { operation: 'pause', actor: 'jo' }, 'pause by jo'],
  [
    'EXPECTATION_NOT_MET',
    { what: 'outcome', expected: 'promoted', actual: 'halted' },
    'outcome is halted, expected promoted',
  ],
])('%s of %j reads well', (code, data, text) => {
  expect(textOf({ code, data })).toBe(text)
})
