import { connect, type Socket } from 'node:net'
import { VirtualClock } from '../../../sim/kernel/clock.ts'
import { OutsideClients } from '../../../sim/kernel/outside-clients.ts'
import { Trace } from '../../../sim/kernel/trace.ts'
import { type AwsEndpoint, type AwsEndpointOptions, startAwsEndpoint } from '../../../sim/wire/aws-endpoint.ts'

export const CONTROLLER = { accessKeyId: 'rehearsal', secretAccessKey: 'a secret of this test' }

export interface OpenEndpoint {
  readonly endpoint: AwsEndpoint
  readonly outside: OutsideClients
  readonly trace: Trace
  /** What ended the rehearsal. */
  readonly bugs: unknown[]
  /** The controller's calls of emulated operations. */
  readonly calls: string[]
}

/** An endpoint, and what it tells of its clients. */
export async function openEndpoint(options: Partial<AwsEndpointOptions> = {}): Promise<OpenEndpoint> {
  const clock = new VirtualClock(0)
  const trace = new Trace(clock)
  const outside = new OutsideClients(clock, trace)
  const bugs: unknown[] = []
  const calls: string[] = []
  const endpoint = await startAwsEndpoint({
    port: 0,
    services: {},
    controller: CONTROLLER,
    outside,
    onCall: (service, operation) => calls.push(`${service} ${operation}`),
    onBug: (bug) => bugs.push(bug),
    ...options,
  })
  return { endpoint, outside, trace, bugs, calls }
}

/** A header for a client that signs with any key. */
export const signed = (service: string, accessKeyId = 'AKIDTEST'): { readonly authorization: string } => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260302/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=00`,
})

/** What comes back for these bytes until the connection ends; `then` may send more, or end it. */
export function exchange(url: string, bytes: string | Buffer, then?: (socket: Socket) => void): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  return new Promise((resolve) => {
    let received = ''
    socket.on('data', (chunk) => {
      received += chunk
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(received))
    socket.write(bytes, () => then?.(socket))
  })
}

/** A request over HTTP/1.1 that asks for its connection to be closed. */
export function requestText(line: string, headers: Readonly<Record<string, string>>, body = ''): string {
  const all = { connection: 'close', ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${line} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}

export const statusOf = (response: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(response)?.[1] ?? 0)
