import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import type { ScenarioInput } from '../files/scenario.ts'

type WithGates<Policy> = Policy extends unknown ? ('gates' extends keyof Policy ? Policy : never) : never

/** A policy as a scenario file has it. */
export type PolicyInput = WithGates<NonNullable<ScenarioInput['policy']>>

/** When and where a rollout is started, and by which policy. */
export interface Surroundings {
  readonly start: string
  readonly zone: string
  readonly policy: PolicyInput
}

/** The first is what a counterexample is shrunk to; most scenarios leave a key out. */
const rarely = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.integer({ min: 0, max: 7 }).chain((dice) => (dice === 7 ? value : fc.constant(undefined)))

/** Windows of every length, some past midnight, some on some days only; a shift change, and the hour of a clock change. */
const gates = fc.constantFrom<PolicyInput['gates']>(
  'open',
  'open',
  'plant',
  {
    canary: [{ from: '14:00', to: '22:00' }],
    early: [{ from: '22:00', to: '02:30' }],
    production: [{ from: '00:00', to: '06:00' }],
  },
  {
    canary: [{ from: '00:00', to: '00:00' }],
    early: [{ from: '05:30', to: '07:00' }],
    production: [{ from: '02:00', to: '06:00', days: ['wed', 'thu', 'sun', 'mon'] }],
  },
)

const deny = fc.constantFrom<PolicyInput['deny']>(
  { canary: [{ from: '13:45', to: '14:30' }] },
  { early: [{ from: '21:00', to: '00:30' }], production: [{ from: '05:30', to: '06:30' }] },
  { canary: [{ from: '22:00', to: '02:15' }], early: [{ from: '06:00', to: '18:00' }] },
  { production: [{ from: '00:00', to: '00:00', days: ['sat', 'sun'] }] },
)

const limits = fc.constantFrom<PolicyInput['limits']>(
  { crashes: 2 },
  { errorRateIncrease: '20 %', connectionFailures: '5 %' },
  { cycleTimeIncrease: '5 %', outputDecrease: '20 %' },
  { failedDeployments: '10 %', crashes: 1 },
)

const evidence = fc.constantFrom<PolicyInput['evidence']>(
  { falseRollbacks: '5 %' },
  { rolling: '30min', connectionMinAttempts: 100 },
  { minExtraErrors: 8 },
)

/** Site-local freezes that begin within the days of the rollout. */
const freezesFrom = (day: string): fc.Arbitrary<PolicyInput['freezes']> =>
  fc
    .record({
      after: fc.constantFrom(0, 1, 2),
      from: fc.constantFrom('13:00', '18:00', '23:30'),
      hours: fc.constantFrom(3, 12, 40),
    })
    .map(({ after, from, hours }) => {
      const begin = Temporal.PlainDate.from(day).add({ days: after }).toPlainDateTime(from)
      const texts = [begin, begin.add({ hours })].map((one) => one.toString({ smallestUnit: 'minute' }))
      return [{ name: 'stock-taking', from: texts[0] as string, to: texts[1] as string }]
    })

const policyFrom = (day: string): fc.Arbitrary<PolicyInput> =>
  fc.record({
    window: fc.constantFrom('24h', '1h', '2h', '4h', '8h', '12h', '20h'),
    gates,
    profile: fc.constantFrom('default' as const, 'default' as const, 'default' as const, 'raw-thresholds' as const),
    holdback: rarely(fc.constant(false)),
    deny: rarely(deny),
    freezes: rarely(freezesFrom(day)),
    limits: rarely(limits),
    evidence: rarely(evidence),
    quorum: rarely(fc.constantFrom('60 %', '100 %')),
    laterQuorum: rarely(fc.constantFrom('60 %', '100 %')),
    dryRun: rarely(fc.constantFrom<string[]>(['error-rate'], ['component-crash'], ['cycle-time', 'memory-leak'])),
  })

/** Working days, a weekend, and the nights in which the clocks of Berlin change. */
export const surroundings: fc.Arbitrary<Surroundings> = fc
  .record({
    day: fc.constantFrom('2026-03-02', '2026-03-05', '2026-03-07', '2026-03-27', '2026-10-23'),
    hour: fc.constantFrom('14:00', '02:00', '05:55', '22:00', '09:30'),
    elsewhere: rarely(fc.constantFrom('America/Chicago', 'Asia/Kolkata', 'Australia/Lord_Howe')),
  })
  .chain(({ day, hour, elsewhere }) => {
    const zone = elsewhere ?? HOME
    return policyFrom(day).map((policy) => ({ start: `${day}T${hour}[${zone}]`, zone, policy }))
  })

export const HOME = 'Europe/Berlin'
