import { expect, it } from 'vitest'
import { STAGES } from '../../controller/contract.ts'
import { membershipChanges } from '../../controller/membership.ts'
import type { DeviceReading } from '../../controller/ports.ts'
import type { Rollout } from '../../controller/rollout.ts'

const rollout = { stages: STAGES.map((name) => ({ name, members: [`${name}-1`, `${name}-2`] })) } as unknown as Rollout

/** The plan as the fleet index shows it, with the groups of some devices changed. */
function changes(groupsOf: Readonly<Record<string, readonly string[] | null>>): readonly string[] {
  const planned = rollout.stages.flatMap(({ name, members }) => members.map((thing) => [thing, [name]] as const))
  const groups: Record<string, readonly string[] | null> = { ...Object.fromEntries(planned), ...groupsOf }
  const readings = Object.entries(groups).flatMap(([thing, own]): DeviceReading[] =>
    own === null ? [] : [{ thing, groups: own, line: 1, connected: true, sample: null }],
  )
  return membershipChanges(rollout, readings)
}

it.each([
  ['as planned', {}, []],
  ['in a group that is no stage beside its own', { 'early-1': ['early', 'spare-parts'] }, []],
  ['one that never was in a stage', { 'lab-1': ['lab'], 'lab-2': [] }, []],
  ['two stages', { 'early-1': ['canary', 'early'] }, ['early-1 is in canary and early, planned for early']],
  ['moved', { 'production-1': ['canary'] }, ['production-1 is in canary, planned for production']],
  ['taken out', { 'canary-2': [] }, ['canary-2 is in no stage, planned for canary']],
  ['new', { 'new-1': ['early'] }, ['new-1 is in early, planned for none']],
  ['gone', { 'early-2': null }, ['early-2 is gone, planned for early']],
] as const)('a device %s', (_, groups, expected) => {
  expect(changes(groups)).toEqual(expected)
})
