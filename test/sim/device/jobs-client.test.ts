import fc from 'fast-check'
import { expect, it } from 'vitest'
import { JobsClient } from '../../../sim/device/jobs-client.ts'
import { VirtualClock } from '../../../sim/kernel/clock.ts'
import type { DeviceLink } from '../../../sim/kernel/link.ts'

const BASE = '$aws/things/a/jobs'
const NAMESPACE = 'namespace-aws-gg-deployment'
/** Far more than any of these conversations needs. */
const MANY = 200

/** A jobs service with one thing, whose messages arrive in order while it is connected. */
class Conversation {
  readonly #toDevice: { topic: string; payload: object }[] = []
  readonly #toCloud: string[] = []
  readonly #pending: string[] = []
  readonly #client: JobsClient
  readonly seen: string[] = []
  asked = 0
  #isConnected = false
  #jobs = 0

  constructor() {
    const link: DeviceLink = {
      connect: () => undefined,
      disconnect: () => undefined,
      publish: (topic) => void (this.#isConnected && this.#toCloud.push(topic)),
      subscribe: (_, onGranted) => onGranted(),
      unsubscribe: () => undefined,
    }
    this.#client = new JobsClient('a', new VirtualClock(0), link, {
      onJob: ({ jobId }) => void this.seen.push(jobId),
      onNothingPending: () => undefined,
    })
    this.reconnect()
  }

  queue(): void {
    this.#jobs += 1
    this.#pending.push(`job-${this.#jobs}`)
    this.#notify()
  }

  cancel(): void {
    this.#pending.shift()
    this.#notify()
  }

  /** Messages in transit are lost. */
  cut(): void {
    if (!this.#isConnected) return
    this.#isConnected = false
    this.#toDevice.length = 0
    this.#toCloud.length = 0
    this.#client.disconnected()
  }

  reconnect(): void {
    if (this.#isConnected) return
    this.#isConnected = true
    this.#client.subscribed()
  }

  /** One message arrives, the device's before the cloud's. False if none is in transit. */
  step(): boolean {
    const asked = this.#toCloud.shift()
    if (asked !== undefined) {
      this.asked += 1
      const jobId = this.#pending[0]
      const execution = jobId && { jobId, queuedAt: Number(jobId.slice(4)), jobDocument: {} }
      this.#send(`$next/${NAMESPACE}/get/accepted`, execution === undefined ? {} : { execution })
      return true
    }
    const message = this.#toDevice.shift()
    if (message !== undefined) this.#client.handle(`${BASE}/${message.topic}`, message.payload)
    return message !== undefined
  }

  /** @throws when the conversation does not end */
  settle(): void {
    for (let steps = 0; this.step(); steps++) if (steps > MANY) throw new Error('asks without end')
  }

  #notify(): void {
    const queued = this.#pending.map((jobId) => ({ jobId }))
    this.#send(`notify-${NAMESPACE}`, { jobs: queued.length === 0 ? {} : { QUEUED: queued } })
  }

  #send(topic: string, payload: object): void {
    if (this.#isConnected) this.#toDevice.push({ topic, payload })
  }
}

it('does not ask forever for a notified job that was lost with the connection', () => {
  const conversation = new Conversation()
  conversation.settle()
  conversation.queue()
  conversation.step() // the notification has arrived, the get is in transit
  conversation.cut()
  conversation.cancel()
  conversation.reconnect()
  conversation.settle()
  expect(conversation.seen).toEqual([])
  expect(conversation.asked).toBeLessThan(5)
})

it('whatever is queued, cancelled or disconnected, the conversation ends and the last job is known', () => {
  const moves = fc.array(fc.constantFrom('queue', 'cancel', 'cut', 'reconnect', 'step', 'settle'), { maxLength: 30 })
  fc.assert(
    fc.property(moves, (names) => {
      const conversation = new Conversation()
      for (const name of names as ('queue' | 'cancel' | 'cut' | 'reconnect' | 'step' | 'settle')[]) conversation[name]()
      conversation.reconnect()
      conversation.settle()
      conversation.queue()
      conversation.settle()
      // All but the first are behind it in the queue of the service.
      expect(conversation.seen.length).toBeGreaterThan(0)
    }),
    { numRuns: 300, seed: 20_261_124 },
  )
})
