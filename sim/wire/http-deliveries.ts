import { request } from 'node:http'
import type { HttpMessage, HttpSender } from '../cloud/base/http-sender.ts'
import type { OutsideClients } from '../kernel/outside-clients.ts'
import { drain } from './request-body.ts'

/** Receivers that are being sent to at once. */
const MAX_RECEIVERS = 64
/** Of what waits for one receiver. */
const MAX_WAITING_BYTES = 1024 * 1024
/** In real time, for one request and its answer. [source: sns-http-timeout] */
const TIMEOUT_MS = 15_000

/** What waits for one receiver; the first is on its way. */
interface Queue {
  readonly messages: HttpMessage[]
  bytes: number
}

/**
 * Sends what services deliver to clients: to each receiver in order, one request at a time and each once. Nothing waits
 * for it. What fails is told to the account of the client who asked for it.
 */
export class HttpDeliveries implements HttpSender {
  ownUrl = ''
  readonly #outside: OutsideClients
  readonly #timeoutMs: number
  readonly #queues = new Map<string, Queue>()
  readonly #end = new AbortController()

  constructor(outside: OutsideClients, timeoutMs = TIMEOUT_MS) {
    this.#outside = outside
    this.#timeoutMs = timeoutMs
  }

  post(message: HttpMessage): void {
    if (this.#end.signal.aborted) return
    const { url, body } = message
    const queue = this.#queues.get(url)
    const bytes = Buffer.byteLength(body)
    if (queue === undefined) {
      if (this.#queues.size >= MAX_RECEIVERS) return this.#failed(message, 'too many other receivers are slow')
      const begun = { messages: [message], bytes }
      this.#queues.set(url, begun)
      void this.#work(url, begun)
    } else if (queue.bytes + bytes > MAX_WAITING_BYTES) {
      this.#failed(message, `more than ${MAX_WAITING_BYTES} bytes wait for this receiver`)
    } else {
      queue.messages.push(message)
      queue.bytes += bytes
    }
  }

  /** Closes every connection; what has not been sent is dropped. */
  close(): void {
    this.#end.abort()
    this.#queues.clear()
  }

  async #work(url: string, queue: Queue): Promise<void> {
    for (;;) {
      const [next] = queue.messages
      if (next === undefined || this.#end.signal.aborted) break
      const failure = await send(next, this.#end.signal, this.#timeoutMs).catch((error: unknown) => String(error))
      if (failure !== null) this.#failed(next, failure)
      queue.messages.shift()
      queue.bytes -= Buffer.byteLength(next.body)
    }
    if (this.#queues.get(url) === queue) this.#queues.delete(url)
  }

  #failed({ client, name, url }: HttpMessage, why: string): void {
    if (client === null || this.#end.signal.aborted) return
    this.#outside.failed(client, name, 'DeliveryFailed', `${url}: ${why}`)
  }
}

/** Sends one message; why it failed, or null. The answer's body is dropped. */
function send({ url, headers, body }: HttpMessage, end: AbortSignal, timeoutMs: number): Promise<string | null> {
  const late = AbortSignal.timeout(timeoutMs)
  const signal = AbortSignal.any([end, late])
  const length = { 'content-length': String(Buffer.byteLength(body)) }
  return new Promise((resolve) => {
    const outgoing = request(url, { method: 'POST', agent: false, signal, headers: { ...headers, ...length } })
    outgoing.on('error', ({ message }) =>
      resolve(late.aborted ? `no answer within ${timeoutMs / 1000} s of real time` : message),
    )
    outgoing.on('response', (response) => {
      const { statusCode = 0 } = response
      response.on('error', () => undefined)
      void drain(response).then(() => resolve(statusCode >= 200 && statusCode < 300 ? null : `answered ${statusCode}`))
    })
    outgoing.end(body)
  })
}
