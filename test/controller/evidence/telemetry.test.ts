import { expect, it } from 'vitest'
import { isTelemetryDown } from '../../../controller/evidence/telemetry.ts'
import { MINUTE_MS, policyWith, START_MS, sample } from '../fixtures.ts'

const policy = policyWith()
const CONTROLS = [5, 6, 7, 8, 9]

/** Ten devices of which the named ones have reported nothing for a while; the last five are controls. */
function down(silentMinutes: number, silent: readonly number[], controls = CONTROLS, under = policy): boolean {
  const at = (sequence: (device: number) => number) =>
    Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`d${i}`, sample({ sequence: sequence(i) })]))
  const heardAtMs = Object.fromEntries(silent.map((i) => [`d${i}`, START_MS - silentMinutes * MINUTE_MS]))
  return isTelemetryDown(
    { atMs: START_MS - 5 * MINUTE_MS, devices: at(() => 100), heardAtMs },
    { atMs: START_MS, devices: at((i) => (silent.includes(i) ? 100 : 105)) },
    controls.map((i) => `d${i}`),
    under,
  )
}

it.each([
  ['none is silent', [], false],
  ['some are, no more than 30 %', [0, 5, 6], false],
  ['many are, all of them on the new firmware', [0, 1, 2, 3, 4], false],
  ['many are, controls among them', [0, 1, 5, 6], true],
] as const)('when %s: %j', (_, silent, isDown) => {
  expect(down(11, silent)).toBe(isDown)
})

it('ten minutes of silence are none', () => {
  expect(down(10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])).toBe(false)
})

it('needs more than the policy’s share of the controls, whatever the rest is', () => {
  const under = (silentShare: number) => policyWith({ telemetry: { ...policy.telemetry, silentShare } })
  expect(down(11, [0, 1, 2, 3, 5, 6], CONTROLS, under(0.4))).toBe(false)
  expect(down(11, [0, 1, 2, 3, 5, 6], CONTROLS, under(0.39))).toBe(true)
})

it('takes no control for silent that has never been heard', () => {
  expect(down(11, [0, 1, 2, 3, 4, 5], [5, 41, 42, 43])).toBe(false)
})

it('without controls only the silence of all devices is telemetry', () => {
  expect(down(11, [0, 1, 2, 3, 4, 5, 6, 7, 8], [])).toBe(false)
  expect(down(11, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [])).toBe(true)
})

it('is not the devices’ clocks, and nothing is silent before the first evaluation', () => {
  const things = Array.from({ length: 10 }, (_, i) => `d${i}`)
  const at = (sequence: number, clockMs: number) =>
    Object.fromEntries(things.map((thing) => [thing, sample({ sequence, sampledAtMs: clockMs })]))
  const [before, now] = [START_MS - 5 * MINUTE_MS, START_MS]
  for (const offsetMs of [-24 * 60, -11, 60, 9999].map((minutes) => minutes * MINUTE_MS)) {
    const [previous, current] = [at(100, before + offsetMs), at(105, now + offsetMs)]
    expect(isTelemetryDown({ atMs: before, devices: previous }, { atMs: now, devices: current }, ['d1'], policy)).toBe(
      false,
    )
  }
  expect(isTelemetryDown(null, { atMs: now, devices: at(1, 0) }, ['d1'], policy)).toBe(false)
})
