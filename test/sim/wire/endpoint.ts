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
