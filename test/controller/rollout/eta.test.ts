import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Policy } from '../../../controller/policy/policy.ts'
import { policyFor } from '../../../controller/reconcile/reconcile.ts'
import { etaOf } from '../../../controller/rollout/eta.ts'
import type { Freeze, Rollout, RolloutState } from '../../../controller/rollout/rollout.ts'
import type { SoakClock } from '../../../controller/rollout/soak.ts'
import { OPEN_GATES } from '../../seed-stages.ts'
import { HOUR_MS, MINUTE_MS, policyWith, START_MS } from '../fixtures.ts'
import { FROZEN, heldBack, heldFor, hotfix, NOT_FROZEN, PAUSE, rollout, withStage } from './situations.ts'

/** 15 minutes of install and 24 hours of watch. */
const STAGE_H = 24.25
/** The same of devices that were held back: an hour of watch. */
const FOLLOW_H = 1.25
const policy = policyWith({ holdback: false, bakeMs: 0 })
const open = policyWith({ gates: OPEN_GATES, holdback: false, bakeMs: 0 })
const holding = policyWith({ gates: OPEN_GATES, holdback: true })

interface Asked {
  readonly rollout: Rollout
  readonly policy?: Policy
  readonly soak?: SoakClock
  readonly freeze?: Freeze
  /** Since the start: a Monday, 14:00. */
  readonly hours: number
}

const etaAt = ({ rollout: one, policy: own = open, soak, freeze = NOT_FROZEN, hours }: Asked) =>
  etaOf(one, freeze, soak ?? null, own, START_MS + hours * HOUR_MS)

/** What is expected, in hours: the end since the start. */
const eta = (atH: number, workH: number, waitingH: number) => ({
  atMs: START_MS + atH * HOUR_MS,
  workMs: workH * HOUR_MS,
  waitingMs: waitingH * HOUR_MS,
})

const deploying = rollout('deploying')
const soaking = rollout('soaking')
const PRODUCTION = { stageIndex: 2 } as const

describe('the work that is left', () => {
  it.each<[string, Asked, number]>([
    ['of three stages before the first', { rollout: rollout('waiting'), hours: 1 }, 3 * STAGE_H],
    ['of a stage that waits, and those after it', { rollout: rollout('waiting', { stageIndex: 1 }), hours: 1 }, 48.5],
    [
      'is a whole install before the deployment is created',
      { rollout: withStage(deploying, { deployment: null }), hours: 5 },
      72.75,
    ],
    ['is what an install has left', { rollout: deploying, hours: 0.125 }, 72.625],
    ['is no install once that had its time', { rollout: deploying, hours: 0.25 }, 72.5],
    ['never makes up for an install that takes longer', { rollout: deploying, hours: 2 }, 72.5],
    ['is what the window has left', { rollout: soaking, hours: 5 }, 19 + 48.5],
    ['counts no install twice', { rollout: soaking, hours: 0.125 }, 23.875 + 48.5],
    [
      'grows with the time that the clock was held',
      { rollout: soaking, soak: heldFor(2 * HOUR_MS), hours: 5 },
      21 + 48.5,
    ],
    ['is nothing of a window that is exactly over', { rollout: soaking, hours: 24 }, 48.5],
    ['never makes up for a window that is extended', { rollout: soaking, hours: 30 }, 48.5],
    ['of the second stage', { rollout: rollout('soaking', { stageIndex: 1 }), hours: 5 }, 19 + STAGE_H],
    ['of the last stage is its window', { rollout: rollout('soaking', PRODUCTION), hours: 5 }, 19],
    ['of the last stage, extended, is none', { rollout: rollout('soaking', PRODUCTION), hours: 30 }, 0],
  ])('%s', (_, asked, workH) => {
    expect(etaAt(asked)).toEqual(eta(asked.hours + workH, workH, 0))
  })
})

describe('devices that are held back', () => {
  const held = { ...PRODUCTION, holdback: heldBack() }
  const releaseHoldback = { ...PRODUCTION, holdback: heldBack(START_MS + 30 * HOUR_MS) }
  const gated = policyWith({ holdback: false })
  const alone = { ...gated, gates: OPEN_GATES }

  it.each<[string, Asked, number]>([
    [
      'will follow with a stage of their own',
      { rollout: rollout('waiting'), policy: holding, hours: 1 },
      3 * STAGE_H + FOLLOW_H,
    ],
    [
      'will follow a stage that is watched',
      { rollout: soaking, policy: holding, hours: 5 },
      19 + 2 * STAGE_H + FOLLOW_H,
    ],
    ['follow production', { rollout: rollout('soaking', held), policy: holding, hours: 5 }, 19 + FOLLOW_H],
    [
      'follow too where no others will be held',
      { rollout: rollout('soaking', held), policy: alone, hours: 5 },
      19 + FOLLOW_H,
    ],
    [
      'are none if no device could be chosen: production bakes for its hour',
      { rollout: rollout('soaking', PRODUCTION), policy: holding, hours: 5 },
      19 + 1,
    ],
    ['at their gate are all that is left', { rollout: rollout('waiting', held), policy: holding, hours: 26 }, FOLLOW_H],
    [
      'install and are watched when they are released',
      { rollout: rollout('soaking', releaseHoldback), policy: holding, hours: 30 },
      FOLLOW_H,
    ],
    [
      'have an hour less to go an hour after',
      { rollout: rollout('soaking', releaseHoldback), policy: holding, hours: 31 },
      FOLLOW_H - 1,
    ],
    ['have nothing left after that', { rollout: rollout('soaking', releaseHoldback), policy: holding, hours: 55 }, 0],
  ])('%s', (_, asked, workH) => {
    expect(etaAt(asked)).toEqual(eta(asked.hours + workH, workH, 0))
  })

  it('follow through the first gate of any stage', () => {
    // Watched until Thursday 14:00, when the second shift begins; production opens on Sunday at 02:00.
    const production = withStage(rollout('soaking', held), { soakingSinceMs: START_MS + 48 * HOUR_MS })
    expect(etaAt({ rollout: production, policy: gated, hours: 52 })).toEqual(eta(72 + FOLLOW_H, 20 + FOLLOW_H, 0))
    // Friday, 06:00: a first shift.
    const later = withStage(rollout('soaking', held), { soakingSinceMs: START_MS + 64 * HOUR_MS })
    expect(etaAt({ rollout: later, policy: gated, hours: 70 })).toEqual(eta(96 + FOLLOW_H, 18 + FOLLOW_H, 8))
    expect(etaAt({ rollout: rollout('waiting', held), policy: gated, hours: 89 })).toEqual(
      eta(96 + FOLLOW_H, FOLLOW_H, 7),
    )
  })
})

it('counts the bake time after the last window, once', () => {
  const baking = { ...open, bakeMs: 3 * HOUR_MS }
  const workMs = (one: Rollout, under: Policy): number =>
    etaOf(one, NOT_FROZEN, null, under, START_MS)?.workMs as number
  for (const one of [rollout('waiting'), rollout('soaking'), rollout('soaking', { stageIndex: 2 })]) {
    expect(workMs(one, baking) - workMs(one, open)).toBe(3 * HOUR_MS)
  }
})

describe('waiting for gates', () => {
  it.each<[string, Asked, ReturnType<typeof eta>]>([
    [
      'is apart from work at every gate: Tuesday 14:00, Wednesday 22:00, Sunday 02:00',
      { rollout: rollout('waiting'), hours: 9 },
      eta(132 + STAGE_H, 3 * STAGE_H, 15 + 7.75 + 51.75),
    ],
    [
      'is none at a gate that is open: then Tuesday 22:00, Sunday 02:00',
      { rollout: rollout('waiting'), hours: 0 },
      eta(132 + STAGE_H, 3 * STAGE_H, 7.75 + 75.75),
    ],
    [
      'is counted from the end of the window that runs: Tuesday 22:00, Sunday 02:00',
      { rollout: rollout('soaking'), hours: 5 },
      eta(132 + STAGE_H, 19 + 2 * STAGE_H, 8 + 75.75),
    ],
    [
      'is what the last gate takes: Wednesday 02:00',
      { rollout: rollout('waiting', PRODUCTION), hours: 30 },
      eta(36 + STAGE_H, STAGE_H, 6),
    ],
    ['is over when the last stage is watched', { rollout: rollout('soaking', PRODUCTION), hours: 9 }, eta(24, 15, 0)],
    ['is none for a hotfix', { rollout: hotfix('waiting'), hours: 9 }, eta(9 + 3 * STAGE_H, 3 * STAGE_H, 0)],
    [
      'is none for a hotfix past a line that is stopped',
      { rollout: hotfix('waiting'), freeze: FROZEN, hours: 9 },
      eta(9 + 3 * STAGE_H, 3 * STAGE_H, 0),
    ],
    [
      'is, for a hotfix as well, the end of a deny window: Wednesday 02:00',
      {
        rollout: hotfix('waiting'),
        policy: policyWith({
          holdback: false,
          bakeMs: 0,
          deny: { early: [{ days: [2], from: '22:00', to: '02:00' }] },
        }),
        hours: 9,
      },
      eta(36 + 2 * STAGE_H, 3 * STAGE_H, 2.75),
    ],
  ])('%s', (_, asked, expected) => {
    expect(etaAt({ policy, ...asked })).toEqual(expected)
  })
})

it('of a migration is that of its own short windows, without a holdback', () => {
  const migration = rollout('waiting', { subject: 'migration' })
  expect(etaAt({ rollout: migration, policy: policyFor(migration, holding), hours: 1 })).toEqual(eta(4.75, 3.75, 0))
})

describe('it is unknown', () => {
  const GOING: readonly RolloutState[] = ['waiting', 'deploying', 'soaking']

  it.each(GOING)('while it is %s, and paused or stopped', (state) => {
    expect(etaAt({ rollout: rollout(state, { pause: PAUSE }), hours: 5 })).toBeNull()
    expect(etaAt({ rollout: hotfix(state, { pause: PAUSE }), hours: 5 })).toBeNull()
    expect(etaAt({ rollout: rollout(state), freeze: FROZEN, hours: 5 })).toBeNull()
  })

  it.each(GOING)('but while it is %s, and was resumed', (state) => {
    expect(etaAt({ rollout: rollout(state, { pause: null }), hours: 5 })).toEqual(
      etaAt({ rollout: rollout(state), hours: 5 }),
    )
    expect(etaAt({ rollout: rollout(state, { pause: null }), hours: 5 })).not.toBeNull()
  })

  it.each<RolloutState>(['rolling-back', 'completed', 'rolled-back', 'halted'])('once it is %s', (state) => {
    expect(etaAt({ rollout: rollout(state), hours: 5 })).toBeNull()
    expect(etaAt({ rollout: hotfix(state), hours: 5 })).toBeNull()
  })
})

describe('laws', () => {
  const anyAsked = fc.record({
    state: fc.constantFrom<RolloutState>('waiting', 'deploying', 'soaking'),
    stageIndex: fc.integer({ min: 0, max: 2 }),
    hours: fc.integer({ min: 0, max: 200 }),
  })

  it('work and waiting are never negative, and both together lead to the end', () => {
    fc.assert(
      fc.property(anyAsked, ({ state, stageIndex, hours }) => {
        const found = etaAt({ rollout: rollout(state, { stageIndex }), policy, hours })
        expect(Math.min(found?.workMs ?? -1, found?.waitingMs ?? -1)).toBeGreaterThanOrEqual(0)
        expect(START_MS + hours * HOUR_MS + (found?.workMs ?? 0) + (found?.waitingMs ?? 0)).toBe(found?.atMs)
      }),
      { numRuns: 50 },
    )
  })

  it('a minute later a watched window has a minute less to go', () => {
    const at = (minutes: number) => etaAt({ rollout: soaking, hours: minutes / 60 })?.workMs ?? 0
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 24 * 60 - 1 }), (minutes) => {
        expect(at(minutes) - at(minutes + 1)).toBeCloseTo(MINUTE_MS, 3)
      }),
      { numRuns: 50 },
    )
  })
})

// A Monday start: 5.51 days to production, and its window. [source: reference-calendar]
it('leads a start on a Monday to the days that the reference table gives', () => {
  const found = etaAt({ rollout: rollout('waiting'), policy, hours: 0 })
  expect(((found?.atMs ?? 0) - START_MS) / (24 * HOUR_MS)).toBeCloseTo(6.51, 2)
})
