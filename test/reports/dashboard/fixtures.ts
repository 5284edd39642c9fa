import type { DashboardState } from '../../../reports/dashboard/state.ts'

const START_MS = Date.parse('2026-03-02T13:00:00Z')
const MINUTE_MS = 60_000
const two = (value: number): string => String(value).padStart(2, '0')

/** A fleet in the middle of a rollback, every kind of device on the map. */
export const STATE: DashboardState = {
  scenario: 'memory-leak',
  seed: 1,
  level: 'wire',
  profile: 'default',
  windowHours: 24,
  zone: 'Europe/Berlin',
  release: '2.4.0',
  replaces: '2.3.1',
  nowMs: START_MS + 830 * MINUTE_MS,
  startedAtMs: START_MS,
  speedup: 3_205,
  pace: '60x',
  map: Array.from({ length: 17 }, (_, index) => ({
    line: index + 1,
    things: Array.from({ length: 20 }, (_, place) => `line-${two(index + 1)}-${two(place + 1)}`),
    codes: `${'.'.repeat(index)}${'.+nir-x'[index % 7]}${'.'.repeat(19 - index)}`,
  })),
  stages: [
    { name: 'canary', devices: 17, running: 15, healthy: 14, held: 0, state: 'rolling back', soakingSinceMs: null },
    { name: 'early', devices: 68, running: 68, healthy: 68, held: 0, state: 'soaking', soakingSinceMs: START_MS },
    { name: 'production', devices: 255, running: 0, healthy: 0, held: 0, state: 'ahead', soakingSinceMs: null },
  ],
  verdict: {
    atMs: START_MS + 825 * MINUTE_MS,
    kind: 'breach',
    decision: 'rollback',
    reason: {
      code: 'EXAMPLE',
      data: { words: 'a reason that is too long for one line of a small screen and has to be broken into several' },
    },
    findings: [
      {
        rule: 'component-crash',
        metric: 'crashes',
        outcome: 'breach',
        observed: 1,
        baseline: 0,
        limit: 0,
        n: 17,
        line: 8,
      },
      {
        rule: 'connection-failure',
        metric: 'connectionFailurePct',
        outcome: 'healthy',
        observed: 0.391,
        baseline: 0.5,
        limit: 2,
        n: 1020,
      },
      {
        rule: 'error-rate',
        metric: 'errorRateIncreasePct',
        outcome: 'inconclusive',
        observed: null,
        baseline: 0,
        limit: 5,
        n: 0,
      },
    ],
  },
  series: [
    {
      rule: 'component-crash',
      metric: 'crashes',
      limit: 0,
      points: [
        [START_MS, 0],
        [START_MS + 825 * MINUTE_MS, 1],
      ],
    },
    {
      rule: 'cycle-time',
      metric: 'cycleTimeIncreasePct',
      limit: 10,
      points: Array.from({ length: 60 }, (_, i) => [START_MS + i * 10 * MINUTE_MS, (i * i) / 300 - 1] as const),
    },
  ],
  faults: [{ kind: 'memory-leak', onsetAtMs: START_MS + 4 * MINUTE_MS, ofRelease: true, devices: 17 }],
  legs: {
    detectedAtMs: START_MS + 825 * MINUTE_MS,
    devices: 17,
    received: { count: 17, slowestMinutes: 0.7 },
    reverted: { count: 2, slowestMinutes: 2.6 },
    healthy: { count: 0, sinceOnsetMinutes: null },
  },
  exposure: { devices: 17, deviceHours: 1_233.4, steps: [[START_MS + 4 * MINUTE_MS, 17]] },
  log: [
    { atMs: START_MS, kind: 'deployed', stage: 'canary', version: '2.4.0' },
    {
      atMs: START_MS + 825 * MINUTE_MS,
      kind: 'decided',
      stage: 'canary',
      decision: 'rollback',
      reason: { code: 'EXAMPLE', data: { thing: 'line-08-07' } },
    },
  ],
  outcome: null,
}
