import { describe, expect, it } from 'vitest'
import type { MembershipChange } from '../../../controller/messages/decisions.ts'
import type { DeviceReading } from '../../../controller/ports/ports.ts'
import { membershipChanges } from '../../../controller/rollout/membership.ts'
import type { Holdback, Rollout } from '../../../controller/rollout/rollout.ts'
import { STAGES } from '../../seed-stages.ts'
import { HOUR_MS, MINUTE_MS, START_MS } from '../fixtures.ts'

const plain = {
  stages: STAGES.map((name) => ({ name, members: [`${name}-1`, `${name}-2`] })),
  pending: [],
} as unknown as Rollout

const changed = (thing: string, groups: readonly string[] | null, planned: string | null): MembershipChange => ({
  thing,
  groups,
  planned,
})

/** The plan as the fleet index shows it, with the groups of some devices changed. */
function changes(
  groupsOf: Readonly<Record<string, readonly string[] | null>>,
  rollout = plain,
  nowMs = 0,
): readonly MembershipChange[] {
  const planned = rollout.stages.flatMap(({ name, members }) => members.map((thing) => [thing, [name]] as const))
  const groups: Record<string, readonly string[] | null> = { ...Object.fromEntries(planned), ...groupsOf }
  const readings = Object.entries(groups).flatMap(([thing, own]): DeviceReading[] =>
    own === null ? [] : [{ thing, groups: own, line: 1, attributes: {}, connected: true, sample: null }],
  )
  return membershipChanges(rollout, readings, nowMs)
}

it.each([
  ['as planned', {}, []],
  ['in a group that is no stage next to its own', { 'early-1': ['early', 'spare-parts'] }, []],
  ['one that never was in a stage', { 'lab-1': ['lab'], 'lab-2': [] }, []],
  ['two stages', { 'early-1': ['canary', 'early'] }, [changed('early-1', ['canary', 'early'], 'early')]],
  ['moved', { 'production-1': ['canary'] }, [changed('production-1', ['canary'], 'production')]],
  ['taken out', { 'canary-2': [] }, [changed('canary-2', [], 'canary')]],
  ['new', { 'new-1': ['early'] }, [changed('new-1', ['early'], null)]],
  ['gone', { 'early-2': null }, [changed('early-2', null, 'early')]],
  ['gone when another is new', { 'early-2': null, 'lab-1': ['lab'] }, [changed('early-2', null, 'early')]],
] as const)('a device %s', (_, groups, expected) => {
  expect(changes(groups)).toEqual(expected)
})

describe('a device that is held back', () => {
  const thing = 'production-3'
  const holding = (releasedAtMs: number | null, pending: readonly object[] = []): Rollout => {
    const holdback: Holdback = { things: [thing], sinceMs: START_MS, releasedAtMs }
    const stages = plain.stages.map((stage) =>
      releasedAtMs !== null && stage.name === 'production' ? { ...stage, members: [...stage.members, thing] } : stage,
    )
    return { ...plain, stages, holdback, pending } as Rollout
  }
  const held = ['holdback']
  const back = ['production']
  const both = ['holdback', 'production']
  const RELEASED_MS = START_MS + HOUR_MS

  it.each([
    ['has its own group', held, holding(null), 60, []],
    [
      'may not be in production as well',
      both,
      holding(null),
      60,
      [changed(thing, ['production', 'holdback'], 'holdback')],
    ],
    ['may not leave by itself', back, holding(null), 60, [changed(thing, ['production'], 'holdback')]],
    ['is in either group while the index may be behind', back, holding(null), 14, []],
    ['and not any longer', back, holding(null), 15, [changed(thing, ['production'], 'holdback')]],
    ['may be in both while its move is pending', both, holding(null, [{ kind: 'hold-back' }]), 600, []],
    ['and while its move back is', held, holding(RELEASED_MS, [{ kind: 'release-holdback' }]), 6000, []],
    [
      'but not while something else is',
      back,
      holding(null, [{ kind: 'deploy' }]),
      600,
      [changed(thing, ['production'], 'holdback')],
    ],
    ['is in no third one meanwhile', ['canary'], holding(null), 10, [changed(thing, ['canary'], 'holdback')]],
    [
      'nor in one next to its own',
      ['canary', 'holdback'],
      holding(null),
      10,
      [changed(thing, ['canary', 'holdback'], 'holdback')],
    ],
    ['and not in none', [], holding(null), 10, [changed(thing, [], 'holdback')]],
    ['is on its way when it was released', held, holding(RELEASED_MS), 70, []],
    ['and back in the end', back, holding(RELEASED_MS), 120, []],
    ['or missed', held, holding(RELEASED_MS), 120, [changed(thing, ['holdback'], 'production')]],
  ] as const)('%s', (_, groups, rollout, minutes, expected) => {
    expect(changes({ [thing]: groups }, rollout, START_MS + minutes * MINUTE_MS)).toEqual(expected)
  })

  it('is one of the plan', () => {
    expect(changes({ 'spare-1': held })).toEqual([changed('spare-1', ['holdback'], null)])
    expect(changes({ [thing]: null }, holding(null))).toEqual([changed(thing, null, 'holdback')])
  })
})
