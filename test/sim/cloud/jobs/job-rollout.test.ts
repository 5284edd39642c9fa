import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ratePerMinute } from '../../../../sim/cloud/jobs/job-rollout.ts'

const none = { notified: 0, succeeded: 0 }

it('is 1,000 per minute unless the job has a lower one', () => {
  expect(ratePerMinute(undefined, none)).toBe(1000)
  expect(ratePerMinute({ maximumPerMinute: 60 }, none)).toBe(60)
})

it('rises by the factor each time the criterion is reached again', () => {
  const exponentialRate = {
    baseRatePerMinute: 10,
    incrementFactor: 1.5,
    rateIncreaseCriteria: { numberOfSucceededThings: 20 },
  }
  const rates = [0, 19, 20, 40, 60].map((succeeded) => ratePerMinute({ exponentialRate }, { notified: 999, succeeded }))
  expect(rates).toEqual([10, 10, 15, 22, 33])
})

it('stays between its base and its maximum and never falls as things are notified', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 11, max: 50 }).map((tenths) => tenths / 10),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 0, max: 340 }),
      (base, max, incrementFactor, numberOfNotifiedThings, notified) => {
        const rollout = {
          maximumPerMinute: max,
          exponentialRate: {
            baseRatePerMinute: base,
            incrementFactor,
            rateIncreaseCriteria: { numberOfNotifiedThings },
          },
        }
        const rate = ratePerMinute(rollout, { notified, succeeded: 0 })
        expect(rate).toBeGreaterThanOrEqual(Math.min(base, max))
        expect(rate).toBeLessThanOrEqual(max)
        expect(ratePerMinute(rollout, { notified: notified + 1, succeeded: 0 })).toBeGreaterThanOrEqual(rate)
      },
    ),
  )
})
