import { afterEach, expect, it, vi } from 'vitest'
import { VirtualClock } from '../../../sim/kernel/clock.ts'
import { InFlight } from '../../../sim/kernel/in-flight.ts'
import { runLockstep } from '../../../sim/kernel/lockstep.ts'

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const never = { untilMs: 1_000_000, pace: async (): Promise<void> => undefined }

it('is settled only when all work has ended, however many iterations of the event loop that takes', async () => {
  const inFlight = new InFlight()
  let done = false
  inFlight.begin('message')
  void (async () => {
    for (let i = 0; i < 20; i++) await nextTurn()
    inFlight.begin('forward') // work may begin other work before it ends
    inFlight.end('message')
    await nextTurn()
    done = true
    inFlight.end('forward')
  })()
  await inFlight.settled()
  expect(done).toBe(true)
})

it('names a kind that ends more often than it began', () => {
  expect(() => new InFlight().end('handler')).toThrow('"handler" ended more often')
})

it('counts work as ended when it throws', async () => {
  const inFlight = new InFlight()
  await expect(inFlight.during('call', () => Promise.reject(new Error('refused')))).rejects.toThrow('refused')
  expect(inFlight.pending()).toEqual({})
})

afterEach(() => {
  vi.restoreAllMocks()
})

/** Real time that jumps by `leapMs` at every read. */
function leapingBy(leapMs: number): void {
  let nowMs = 0
  vi.spyOn(performance, 'now').mockImplementation(() => {
    nowMs += leapMs
    return nowMs
  })
}

it('has stalled after a minute in which nothing changed', async () => {
  leapingBy(500)
  const inFlight = new InFlight()
  inFlight.begin('handler')
  await expect(inFlight.settled()).rejects.toThrow('still in flight after 60 s of real time: 1 handler')
})

it('has not stalled because the machine slept for an hour', async () => {
  leapingBy(3_600_000)
  const inFlight = new InFlight()
  inFlight.begin('handler')
  setImmediate(() => setImmediate(() => inFlight.end('handler')))
  await inFlight.settled()
})

it('does not let time move while something is in flight', async () => {
  const clock = new VirtualClock(0)
  const inFlight = new InFlight()
  let endedAtMs = -1
  clock.at(10, () => {
    inFlight.begin('call')
    void nextTurn().then(() => {
      endedAtMs = clock.nowMs()
      inFlight.end('call')
    })
  })
  clock.at(11, () => undefined)
  await runLockstep({ clock, inFlight, ...never, isOver: () => clock.nowMs() === 11 })
  expect(endedAtMs).toBe(10)
})

it('stops at the given time, and returns that it was not over', async () => {
  const clock = new VirtualClock(0)
  clock.at(50, () => undefined)
  clock.at(150, () => expect.unreachable('past the end'))
  const stop = await runLockstep({ clock, inFlight: new InFlight(), ...never, untilMs: 100, isOver: () => false })
  expect([stop, clock.nowMs()]).toEqual(['until', 100])
})

it('reports timers that create timers of the same instant without end', async () => {
  const clock = new VirtualClock(0)
  const again = (): void => void clock.after(0, again)
  again()
  await expect(runLockstep({ clock, inFlight: new InFlight(), ...never, isOver: () => false })).rejects.toThrow(
    'simulated time does not advance',
  )
})

it('stops with the reason of an abort', async () => {
  const clock = new VirtualClock(0)
  const again = (): void => void clock.after(1, again)
  again()
  const signal = AbortSignal.abort(new Error('interrupted'))
  await expect(runLockstep({ clock, inFlight: new InFlight(), ...never, signal, isOver: () => false })).rejects.toThrow(
    'interrupted',
  )
})

it('simulated time waits for work that an external client began while the pace waited', async () => {
  const clock = new VirtualClock(0)
  const inFlight = new InFlight()
  const log: string[] = []
  clock.at(10, () => log.push(`timer at ${clock.nowMs()}`))
  let calls = 0
  const pace = async (): Promise<void> => {
    calls += 1
    if (calls > 1) return
    inFlight.begin('handler')
    // It ends some iterations of the event loop later, at the instant at which it began.
    setImmediate(() =>
      setImmediate(() => {
        log.push(`handler ends at ${clock.nowMs()}`)
        inFlight.end('handler')
      }),
    )
  }
  await runLockstep({ clock, inFlight, untilMs: 100, pace, isOver: () => log.length === 2 })
  expect(log).toEqual(['handler ends at 0', 'timer at 10'])
})

it('counts nothing after the rehearsal is over', async () => {
  const inFlight = new InFlight()
  inFlight.begin('handler')
  inFlight.end('handler') // it waits on the virtual clock
  inFlight.abandon()
  inFlight.begin('publish')
  inFlight.end('handler')
  expect(inFlight.pending()).toEqual({})
})
