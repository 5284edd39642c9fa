import { describe, expect, it } from 'vitest'
import { NO_EVIDENCE, observe } from '../../../controller/evidence/evidence.ts'
import { awayBefore, NO_PRESENCE, observePresence } from '../../../controller/evidence/presence.ts'
import type { Snapshot } from '../../../controller/evidence/snapshot.ts'
import { record } from '../../../controller/reconcile/records.ts'
import { MemoryStore } from '../../../scenarios/world/memory-store.ts'
import { MINUTE_MS, policyWith, START_MS, sample } from '../fixtures.ts'
import { oneCase } from '../judge/one-case.ts'

const policy = policyWith()
const LINE = Array.from({ length: 10 }, (_, i) => `a${i}`)
const lineOf = Object.fromEntries([...LINE.map((thing) => [thing, 1] as const), ['b0', 2], ['other', 2]])
const watch = { controls: LINE, others: ['other', 'b0'], lineOf }

/** Presence of line 1 at every evaluation, while devices report in the minutes that are given. */
async function play(untilMin: number, reports: (thing: string, minute: number) => boolean) {
  const store = new MemoryStore()
  let presence = { ...NO_PRESENCE, stage: [] as const }
  const seen = []
  for (let minute = 0; minute <= untilMin; minute += 5) {
    const devices = Object.fromEntries(
      Object.keys(lineOf).map((thing) => {
        let last = minute
        while (last > 0 && !reports(thing, last)) last -= 1
        return [thing, sample({ sequence: 100 + last, sampledAtMs: 0 })]
      }),
    )
    const current: Snapshot = { atMs: START_MS + minute * MINUTE_MS, devices }
    const previous = await record(store, policy, current)
    presence = { ...observePresence(presence, watch, previous, current, policy), stage: [] }
    seen.push(presence.lines.find(({ line }) => line === 1)?.peers.away)
  }
  return { seen, presence }
}

describe('the peers of a line', () => {
  it('are away from the first evaluation that they miss, and for ten minutes after they are back', async () => {
    const { seen } = await play(60, (_, minute) => minute <= 10 || minute > 32)
    //                     0  5 10 15  20  25  30  35  40  45 50 55 60
    expect(seen).toEqual([0, 0, 0, 10, 10, 10, 10, 10, 10, 10, 0, 0, 0])
  })

  it('are counted by the device, however much one brings that has caught up', async () => {
    const { seen } = await play(40, (thing, minute) => minute <= 5 || (thing === 'a0' && minute > 29))
    expect(seen.at(-1)).toBe(10)
    expect(seen.at(-2)).toBe(10)
  })

  it('show how much devices are away, unless their line is', async () => {
    const one = await play(60, (thing, minute) => thing !== 'a3' || minute <= 30)
    expect(one.presence.awayMs).toBe(30 * MINUTE_MS)
    const all = await play(60, (thing, minute) => !LINE.includes(thing) || minute <= 30)
    expect(all.presence.awayMs).toBe(0)
    expect(all.presence.observedMs).toBeLessThan(one.presence.observedMs)
  })

  it('are the devices of other stages where a line has no controls', async () => {
    const { presence } = await play(20, (thing) => thing !== 'other')
    expect(presence.lines).toContainEqual({ line: 2, peers: { of: 2, away: 1, down: 1 } })
  })
})

describe('the week before', () => {
  /** Snapshots at the ends of shifts, with the minutes that each device has sent by then. */
  const week = (minutesOf: (thing: string, shift: number) => number, bootId = 'boot') =>
    [0, 1, 2, 3, 4].map((shift): Snapshot => {
      const read = (thing: string) =>
        [thing, sample({ line: 1, bootId, sequence: 1 + minutesOf(thing, shift) })] as const
      return { atMs: START_MS + shift * 480 * MINUTE_MS, devices: Object.fromEntries(LINE.map(read)) }
    })

  it('has the devices that had not sent their last minutes', () => {
    const missing: Record<string, number> = { a0: 300, a1: 15, a2: 5 }
    const sent = (thing: string, shift: number): number => shift * 480 - (shift === 2 ? (missing[thing] ?? 0) : 0)
    expect(awayBefore(week(sent), policy)).toEqual({ readings: 40, away: 2, long: 1 })
  })

  it('leaves out a device that is away for days, and lines of which many are', () => {
    const off = (thing: string, shift: number): number => (thing === 'a0' ? 0 : shift * 480)
    // Away for 8, 16 and 24 hours, then longer than any stage would have seen.
    expect(awayBefore(week(off), policy)).toEqual({ readings: 39, away: 3, long: 3 })
    const lineOff = (_: string, shift: number): number => shift * 480 - (shift === 2 ? 60 : 0)
    expect(awayBefore(week(lineOff), policy)).toEqual({ readings: 30, away: 0, long: 0 })
  })
})

it('a member that has left its group begins anew, and nothing that it does then is the release’s', () => {
  const one = oneCase({ lines: 1 })
  const at = (sequence: number, firmwareVersion: string): Snapshot => ({
    atMs: START_MS + sequence * MINUTE_MS,
    devices: { 'line-1-0': sample({ sequence, firmwareVersion, bootId: firmwareVersion }) },
  })
  const see = (evidence: typeof NO_EVIDENCE, from: Snapshot, to: Snapshot, left?: ReadonlySet<string>) =>
    observe(evidence, { ...one.watch, ...(left !== undefined && { left }) }, from, to, one.baseline, policy)
  const steps = [at(0, '2.3.1'), at(5, '2.4.0'), at(10, '2.4.0'), at(15, '2.3.1'), at(20, '2.3.1')] as const
  const installed = see(see(NO_EVIDENCE, steps[0], steps[1]), steps[1], steps[2])
  expect(installed.members['line-1-0']?.installedAtMs).toBe(steps[2].atMs)
  expect(see(installed, steps[2], steps[3]).members['line-1-0']?.hasFallenBack).toBe(true)
  const gone = see(installed, steps[2], steps[3], new Set(['line-1-0']))
  expect(gone.members['line-1-0']).toMatchObject({ hasFallenBack: false, installedAtMs: null, exposureMs: 0 })
  expect(see(gone, steps[3], steps[4]).members['line-1-0']?.hasFallenBack).toBe(false)
})
