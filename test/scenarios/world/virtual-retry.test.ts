import { expect, it } from 'vitest'
import { VirtualRetryStrategy } from '../../../scenarios/world/virtual-retry.ts'
import { VirtualClock } from '../../../sim/kernel/clock.ts'
import { InFlight } from '../../../sim/kernel/in-flight.ts'
import { Seed } from '../../../sim/kernel/random.ts'
import { HANDLER } from '../../../sim/kernel/virtual-wait.ts'
import { connectionReset, withRetries } from '../../../sim/model/sdk-retries.ts'

const awsError = (name: string, httpStatusCode: number): Error =>
  Object.assign(new Error('said AWS'), { name, $metadata: { httpStatusCode } })

function clientOf(label = 'iot') {
  const clock = new VirtualClock(0)
  const inFlight = new InFlight()
  const strategy = new VirtualRetryStrategy(label, { clock, inFlight, seed: new Seed(1) })
  /** When a call was tried that fails with `error` so many times, and what came of it. */
  const call = async (error: Error, failures: number): Promise<{ triedAtMs: number[]; error: Error | null }> => {
    const triedAtMs: number[] = []
    const fromMs = clock.nowMs()
    const send = withRetries(async () => {
      triedAtMs.push(clock.nowMs() - fromMs)
      if (triedAtMs.length <= failures) throw error
      return { $metadata: {} }
    }, strategy)
    let outcome: Error | null | undefined
    const done = inFlight
      .during(HANDLER, () => send({}))
      .then(
        () => {
          outcome = null
        },
        (thrown: Error) => {
          outcome = thrown
        },
      )
    while (outcome === undefined) {
      await inFlight.settled()
      if (outcome === undefined) clock.advance()
    }
    await done
    return { triedAtMs, error: outcome }
  }
  return { call, strategy }
}

it.each([
  ['a failing service', awsError('InternalFailureException', 500), 50],
  ['a broken connection', connectionReset(), 50],
  ['a throttle', awsError('ThrottlingException', 400), 1_000],
])('retries after %s, with waits on the virtual clock that at most double', async (_, error, baseMs) => {
  const { call } = clientOf()
  const { triedAtMs, error: outcome } = await call(error, 2)
  expect(outcome).toBeNull()
  const [first, second, third] = triedAtMs as [number, number, number]
  expect(first).toBe(0)
  expect(second).toBeLessThan(baseMs)
  expect(third - second).toBeLessThan(2 * baseMs)
  expect(third).toBeGreaterThan(0)
})

it('gives up after three attempts with the last error, and does not retry errors of the caller', async () => {
  const { call } = clientOf()
  const busy = awsError('ThrottlingException', 429)
  expect(await call(busy, 9)).toMatchObject({ error: busy, triedAtMs: { length: 3 } })
  const conflict = awsError('ConflictException', 409)
  expect(await call(conflict, 9)).toMatchObject({ error: conflict, triedAtMs: { length: 1 } })
})

it('has the retry budget of the SDK: a long burst of errors makes later calls fail at once', async () => {
  const { call, strategy } = clientOf()
  expect(strategy.getCapacity()).toBe(500)
  const error = awsError('InternalFailureException', 500)
  const attempts: number[] = []
  for (let i = 0; i < 20; i++) attempts.push((await call(error, 9)).triedAtMs.length)
  expect(attempts.slice(0, 17)).toEqual(Array(17).fill(3))
  expect(attempts.slice(18)).toEqual([1, 1])
})

it('waits the same for the same client, and differently for another', async () => {
  const error = awsError('ThrottlingException', 400)
  const waits = async (label: string) => (await clientOf(label).call(error, 2)).triedAtMs
  expect(await waits('iot')).toEqual(await waits('iot'))
  expect(await waits('iot')).not.toEqual(await waits('events'))
})
