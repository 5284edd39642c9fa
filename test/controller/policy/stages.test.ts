import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { InvalidPolicy } from '../../../controller/errors.ts'
import { parsePolicy } from '../../../controller/policy/parse.ts'
import { DEFAULT_POLICY, type StagePolicy } from '../../../controller/policy/policy.ts'
import { membership, policyAt, quorumOf, stageNames, windowOf, withWindow } from '../../../controller/policy/stages.ts'

const HOUR_MS = 3_600_000
const line = (number: number, devices: number, product = 'seat') =>
  Array.from({ length: devices }, (_, i) => ({ thing: `l${number}-${i}`, line: number, attributes: { product } }))
const sizes = (stages: readonly StagePolicy[], devices: Parameters<typeof membership>[1]) => {
  const found = [...membership(stages, devices).values()]
  return stages.map(({ name }) => found.filter((one) => one === name).length)
}

it('gives the seed 17, 68 and 255 devices', () => {
  const plant = Array.from({ length: 17 }, (_, i) => line(i, 20)).flat()
  expect(sizes(DEFAULT_POLICY.stages, plant)).toEqual([17, 68, 255])
})

it('takes named devices first, wherever their stage stands, and divides what is left of a line in order', () => {
  const { stages } = parsePolicy({
    stages: [
      { name: 'pilot', members: { perLine: 2 } },
      { name: 'half', members: { ofRest: '50 %' } },
      { name: 'bench', members: { things: ['l1-0'] } },
      { name: 'frames', members: { attribute: 'product', is: ['frame'] } },
      { name: 'plant', members: 'rest' },
    ],
  })
  const devices = [...line(1, 10), ...line(2, 3, 'frame')]
  expect(sizes(stages, devices)).toEqual([2, 4, 1, 3, 3]) // 7 left on line 1: half of it is 3.5, rounded up
  expect(membership(stages, devices).get('l1-1')).toBe('pilot')
})

it('deploys 5 %, then 50 %, then all of a stage with these steps, each with its window, gates and quorum', () => {
  const gates = [{ days: [1], from: '01:00', to: '02:00' }]
  const policy = parsePolicy({
    stages: [{ name: 'plant', members: 'rest', steps: ['5 %', '50 %'], window: '6h', quorum: '70 %' }],
    gates: { plant: [{ days: ['mon'], from: '01:00', to: '02:00' }] },
  })
  expect(stageNames(policy)).toEqual(['plant-1', 'plant-2', 'plant-3'])
  expect(sizes(policy.stages, line(1, 100))).toEqual([5, 45, 50])
  expect(policy.gates).toEqual({ 'plant-1': gates, 'plant-2': gates, 'plant-3': gates })
  expect(stageNames(policy).map((stage) => windowOf(policy, stage))).toEqual([6, 6, 6].map((hours) => hours * HOUR_MS))
  expect(quorumOf(policy, 'plant-2', 10)).toBe(7)
})

it('is the policy with the window of the stage, and one window for all where a run asks for it', () => {
  const policy = parsePolicy({
    window: '8h',
    stages: [
      { name: 'one', members: { perLine: 1 }, window: '2h' },
      { name: 'rest', members: 'rest' },
    ],
  })
  expect(policyAt(policy, 'one')).toEqual({ ...policy, windowMs: 2 * HOUR_MS })
  expect(policyAt(policy, 'one')).toBe(policyAt(policy, 'one'))
  expect(policyAt(policy, 'rest')).toBe(policy)
  const short = withWindow(policy, HOUR_MS)
  expect(stageNames(short).map((stage) => windowOf(short, stage))).toEqual([HOUR_MS, HOUR_MS])
})

it('gives every device to one stage where the last is the rest', () => {
  const member = fc.oneof(
    fc.record({ perLine: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ ofLine: fc.double({ min: 0.01, max: 1, noNaN: true }) }),
    fc.record({ ofRest: fc.double({ min: 0.01, max: 1, noNaN: true }) }),
  )
  fc.assert(
    fc.property(fc.array(member, { maxLength: 6 }), fc.array(fc.nat(30), { maxLength: 5 }), (members, lengths) => {
      const all = [...members, { ofRest: 1 }].map((own, i): StagePolicy => ({ name: `s${i}`, members: own }))
      const devices = lengths.flatMap((length, i) => line(i, length))
      expect(membership(all, devices).size).toBe(devices.length)
    }),
  )
})

it.each([
  [[{ name: '1', members: 'rest' }], 'is no name of a thing group'],
  [[{ name: 'holdback', members: 'rest' }], 'stages.0.name: "holdback" is the name of another thing group'],
  [
    [
      { name: 'a', members: { perLine: 1 } },
      { name: 'a', members: 'rest' },
    ],
    'stages.0.name: "a" is the name of another thing group',
  ],
  [
    [
      { name: 'a', members: 'rest' },
      { name: 'b', members: { perLine: 1 } },
    ],
    'stages.0.members: leaves nothing to the stages after it',
  ],
  [[{ name: 'a', members: 'rest', steps: ['50 %', '5 %'] }], 'stages.0.steps: must grow and stay below 100 %'],
  [[{ name: 'a', members: { perLine: 1 }, steps: ['5 %'] }], 'stages.0.steps: can only divide the rest'],
  [[{ name: 'a', members: 'all' }], 'stages.0.members: "all" is neither rest nor one of'],
  [[{ name: 'a', memebrs: 'rest' }], 'unknown key; did you mean "members"?'],
  [
    Array.from({ length: 11 }, (_, i) => ({
      name: `s${i}`,
      members: i < 10 ? { perLine: 1 } : 'rest',
      ...(i === 10 && { steps: ['9 %'] }),
    })),
    'stages: 12 stages and steps are more than 11',
  ],
])('refuses stages that cannot be: %j', (stages, problem) => {
  try {
    parsePolicy({ stages })
    expect.unreachable()
  } catch (error) {
    expect((error as InvalidPolicy).problems.join('\n')).toContain(problem)
  }
})
