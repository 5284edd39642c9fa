import { expect, it } from 'vitest'
import { DEFAULT_POLICY, OPEN_GATES } from '../../../controller/policy/policy.ts'
import { policyOf, policySchema } from '../../../scenarios/files/policy-file.ts'

const SITE = { zone: DEFAULT_POLICY.zone, shifts: DEFAULT_POLICY.shifts }
const policy = (file: object) => policyOf(policySchema.parse(file), SITE)

it('a policy that says nothing is the default one, and so is one that says its numbers', () => {
  expect(policy({})).toEqual(DEFAULT_POLICY)
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
    laterQuorum: '90 %',
    telemetry: { silentShare: '30 %', pageAfter: '15min', noRollbackFor: '1h' },
    quorum: '88 %',
    exposure: '90 %',
    holdback: false,
    installTimeout: '10min',
    lostAfter: '10min',
  }
  expect(policy(spelled)).toEqual(DEFAULT_POLICY)
})

it('is laid over the default, piece by piece', () => {
  const file = {
    window: '4h',
    gates: { early: [{ days: ['mon', 'sun'], from: '18:00', to: '02:00' }] },
    limits: { crashes: 3 },
    evidence: { rolling: '2h' },
    quorum: '50 %',
    holdback: true,
  }
  expect(policy(file)).toEqual({
    ...DEFAULT_POLICY,
    windowMs: 4 * 3_600_000,
    gates: { ...DEFAULT_POLICY.gates, early: [{ days: [1, 7], from: '18:00', to: '02:00' }] },
    limits: { ...DEFAULT_POLICY.limits, crashes: 3 },
    evidence: { ...DEFAULT_POLICY.evidence, rollingMs: 2 * 3_600_000 },
    quorumShare: 0.5,
    holdback: true,
  })
  expect(policy({ gates: 'open' }).gates).toEqual(OPEN_GATES)
})

it('takes zone and shifts from the site where it has none', () => {
  const site = { zone: 'Asia/Tokyo', shifts: [{ name: 'all', from: '00:00', to: '00:00' }] }
  expect(policyOf(policySchema.parse({}), site)).toMatchObject(site)
  expect(policyOf(policySchema.parse({ zone: 'UTC' }), site)).toMatchObject({ ...site, zone: 'UTC' })
})

it.each([
  [{ window: '0h' }, 'is no time at all'],
  [{ tick: '90s' }, 'is not a whole number of minutes'],
  [{ baseline: '1h' }, 'is shorter than a day'],
  [{ quorum: '120 %' }, 'is not above 0 and up to 100 %'],
  [{ gates: { canary: [] } }, 'has no windows, so that the stage would never be deployed'],
  [{ shifts: [{ name: 'day', from: '06:00', to: '18:00' }] }, /no shift covers the day from 18:00 on/],
])('refuses %j', (file, message) => {
  const told = JSON.stringify(policySchema.safeParse(file).error?.issues)
  if (typeof message === 'string') expect(told).toContain(message)
  else expect(told).toMatch(message)
})
