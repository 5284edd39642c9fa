import { expect, it } from 'vitest'
import { InvalidPolicy } from '../../../controller/errors.ts'
import { parsePolicy } from '../../../controller/policy/parse.ts'
import { DEFAULT_POLICY } from '../../../controller/policy/policy.ts'
import { OPEN_GATES } from '../../seed-stages.ts'

const problemsOf = (document: unknown): readonly string[] => {
  try {
    parsePolicy(document)
    return []
  } catch (error) {
    if (!(error instanceof InvalidPolicy)) throw error
    return error.problems
  }
}

it('an empty document is the default policy, and so is one that writes the defaults out', () => {
  expect(parsePolicy({})).toEqual(DEFAULT_POLICY)
  const spelled = {
    window: '24h',
    profile: 'default',
    gates: 'plant',
    zone: 'Europe/Berlin',
    tick: '5min',
    baseline: '7d',
    limits: { connectionFailures: '2 %', cycleTimeIncrease: '10 %', errorRateIncrease: '5 %', crashes: 0 },
    evidence: {
      rolling: '1h',
      falseRollbacks: '1 %',
      horizon: '7d',
      connectionMinAttempts: 500,
      minExtraErrors: 4,
    },
    memory: { rollbackWithin: '72h', gateWithin: '14d', freeFloor: '25 %' },
    onNoisyBaseline: 'refuse',
    dryRun: [],
    deny: {},
    freezes: [],
    incidents: [],
    laterQuorum: '90 %',
    telemetry: { silentShare: '30 %', pageAfter: '15min', noRollbackFor: '1h' },
    stages: { canariesPerLine: 1, early: '20 %' },
    preflight: { shareTolerance: 1, freeDisk: '20 MiB', baselineCoverage: '70 %' },
    quorum: '88 %',
    exposure: '90 %',
    holdback: true,
    installTimeout: '10min',
    lostAfter: '10min',
  }
  expect(parsePolicy(spelled)).toEqual(DEFAULT_POLICY)
})

it('has lists that end, and says of a longer one in one line how long it may be', () => {
  const window = { from: '00:00', to: '02:00' }
  const freeze = { name: 'x', from: '2026-12-23T18:00', to: '2027-01-02T06:00' }
  const incident = { from: freeze.from, to: freeze.to, reason: 'x' }
  const many = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one)
  const refused: readonly (readonly [document: (count: number) => object, most: number, problem: string])[] = [
    [(count) => ({ deny: { early: many(count, window) } }), 168, 'deny.early: has 169 windows, 168 at most'],
    [(count) => ({ gates: { early: many(count, window) } }), 168, 'gates.early: has 169 windows, 168 at most'],
    [
      (count) => ({ deny: { early: [{ ...window, days: many(count, 'mon') }] } }),
      7,
      'deny.early.0.days: has 8 days, 7 at most',
    ],
    [(count) => ({ freezes: many(count, freeze) }), 366, 'freezes: has 367 freezes, 366 at most'],
    [(count) => ({ incidents: many(count, incident) }), 366, 'incidents: has 367 incidents, 366 at most'],
    [(count) => ({ dryRun: many(count, 'output') }), 43, 'dryRun: has 44 rules, 43 at most'],
  ]
  for (const [document, most, problem] of refused) {
    expect(problemsOf(document(most))).toEqual([])
    expect(problemsOf(document(most + 1))).toEqual([problem])
    expect(problemsOf(document(100_000))).toHaveLength(1)
  }
  const shifts = many(25, { name: 'x', from: '00:00', to: '00:00' })
  expect(problemsOf({ shifts })).toContain('shifts: has 25 shifts, 24 at most')
})

it('is laid over the default, piece by piece', () => {
  const file = {
    window: '4h',
    gates: { early: [{ days: ['mon', 'sun'], from: '18:00', to: '02:00' }] },
    limits: { crashes: 3 },
    evidence: { rolling: '2h' },
    quorum: '50 %',
    holdback: false,
  }
  expect(parsePolicy(file)).toEqual({
    ...DEFAULT_POLICY,
    windowMs: 4 * 3_600_000,
    gates: { ...DEFAULT_POLICY.gates, early: [{ days: [1, 7], from: '18:00', to: '02:00' }] },
    limits: { ...DEFAULT_POLICY.limits, crashes: 3 },
    evidence: { ...DEFAULT_POLICY.evidence, rollingMs: 2 * 3_600_000 },
    quorumShare: 0.5,
    holdback: false,
  })
  expect(parsePolicy({ gates: 'open' }).gates).toEqual(OPEN_GATES)
})

it('takes zone and shifts from the site where it has none', () => {
  const site = { zone: 'Asia/Tokyo', shifts: [{ name: 'all', from: '00:00', to: '00:00' }] }
  expect(parsePolicy({}, site)).toMatchObject(site)
  expect(parsePolicy({ zone: 'UTC' }, site)).toMatchObject({ ...site, zone: 'UTC' })
})

it.each<[unknown, string | RegExp]>([
  [{ window: '0h' }, 'window: must be longer than 0'],
  [{ window: 24 }, 'window: 24 is not a duration (ms, s, min, h, d); write it with its unit, such as "24h"'],
  [{ windowMs: 14_400_000 }, 'windowMs: unknown key; did you mean "window"?'],
  [{ tick: '90s' }, 'tick: is not a whole number of minutes'],
  [{ window: '5min' }, 'window: must be longer than the period of the evaluations (5min)'],
  [{ window: '1h', tick: '1h' }, 'window: must be longer than the period of the evaluations (1h)'],
  [{ migrationWindow: '3min' }, 'migrationWindow: must be longer than the period of the evaluations (5min)'],
  [
    {
      gates: {
        canary: [
          { from: '14:00', to: '22:00' },
          { days: ['sat'], from: '15:01', to: '15:02' },
        ],
      },
    },
    'gates.canary.1: is open for 1min, less than the period of the evaluations (5min): the stage might never be deployed',
  ],
  [{ tick: '15min', gates: { early: [{ from: '23:50', to: '00:04' }] } }, /^gates\.early\.0: is open for 14min/],
  [{ zone: '+02:00' }, '"+02:00" is not a zone of the IANA database, such as "Europe/Berlin"'],
  [
    { freezes: [{ name: 'x', from: '2026-02-30T00:00', to: '2026-03-23T00:00' }] },
    /^freezes\.0\.from: is not a local time/,
  ],
  [
    { freezes: [{ name: 'x', from: '2026-02-03T00:00', to: '2026-03-23T24:00' }] },
    /^freezes\.0\.to: is not a local time/,
  ],
  [{ baseline: '1h' }, 'baseline: is shorter than a day'],
  [{ quorum: '120 %' }, 'quorum: must be above 0 and at most 100 %'],
  [
    { limits: { conectionFailures: '2 %' } },
    'limits.conectionFailures: unknown key; did you mean "connectionFailures"?',
  ],
  [
    { limits: { connectionFailures: 2 } },
    'limits.connectionFailures: 2 is not a percentage; write it with its unit, such as "3 %"',
  ],
  [{ stages: { early: '0 %' } }, 'stages.early: must be above 0 and at most 100 %'],
  [{ preflight: { freeDisk: '20 GB' } }, /^preflight\.freeDisk: "20 GB" is not an amount of memory \(MiB\)/],
  [{ gates: { canary: [] } }, 'gates.canary: has no windows, so that the stage would never be deployed'],
  [
    { deny: { cannary: [{ from: '01:00', to: '02:00' }] } },
    'deny.cannary: "cannary" is no stage; did you mean "canary"?',
  ],
  [{ gates: 'shut' }, '"shut" is neither plant, open, nor windows of the stages'],
  [{ profile: 'raw' }, 'profile is "raw"; one of default, raw-thresholds; did you mean "default"?'],
  [{ zone: 'Europe/Berln' }, 'zone: "Europe/Berln" is not a zone of the IANA database, such as "Europe/Berlin"'],
  [
    { freezes: [{ name: 'x', from: '2026-12-24T00:00', to: '2026-12-23T00:00' }] },
    'freezes.0.to: does not lie after "from"',
  ],
  [
    { incidents: [{ reason: 'power cut', from: '2026-03-02T08:00', to: '2026-03-02T08:00' }] },
    'incidents.0.to: does not lie after "from"',
  ],
  [{ incidents: [{ from: '2026-03-02T08:00', to: '2026-03-02T09:00' }] }, /^incidents\.0\.reason/],
  [
    { incidents: [{ reason: 'x', from: '2026-03-02', to: '2026-03-03T09:00' }] },
    /^incidents\.0\.from: is not a local time/,
  ],
  [{ shifts: [{ name: 'day', from: '06:00', to: '18:00' }] }, /^shifts: no shift covers the day from 18:00 on/],
  [null, /^the document: /],
  [[], /^the document: /],
])('refuses %j', (document, problem) => {
  expect(problemsOf(document)).toEqual([
    typeof problem === 'string' ? expect.stringContaining(problem) : expect.stringMatching(problem),
  ])
})

it.each([
  { window: '6min' },
  { window: '10min', tick: '9min' },
  { gates: { canary: [{ from: '23:58', to: '00:03' }] } },
  { gates: { canary: [{ from: '23:58', to: '23:58' }] } },
  { zone: 'Etc/GMT-2' },
  { deny: { canary: [{ from: '12:00', to: '12:01' }] } },
])('accepts %j', (document) => {
  expect(problemsOf(document)).toEqual([])
})

it('names every problem of a document at once', () => {
  expect(problemsOf({ window: '0h', limits: { crash: 1 } })).toEqual([
    'window: must be longer than 0',
    'limits.crash: unknown key; did you mean "crashes"?',
  ])
})
