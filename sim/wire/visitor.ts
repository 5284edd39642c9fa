import type { AwsError } from '../cloud/base/aws-error.ts'
import type { OutsideClient } from '../kernel/client-activity.ts'
import type { OutsideClients } from '../kernel/outside-clients.ts'

/** Operations that change nothing, by AWS's names for them. */
const READS = /^(?:BatchGet|Describe|Get|List|Query|Resolve|Scan|Search|Test)/
/** Operations of clients that only listen: as with MQTT, who subscribes changes nothing in the run. */
const LISTENS = new Set(['sns Subscribe', 'sns ConfirmSubscription', 'sns Unsubscribe'])

/** A client from outside at the HTTP endpoint. What it does is kept under its name. */
export class Visitor {
  readonly client: OutsideClient
  readonly #outside: OutsideClients

  /** Clients that have not signed are one: the port of a connection says nothing. */
  constructor(outside: OutsideClients, accessKeyId: string | null) {
    this.#outside = outside
    this.client = accessKeyId === null ? { by: 'address', id: '127.0.0.1' } : { by: 'access-key', id: accessKeyId }
  }

  /** Carries out a request: the trace names the client in what it leads to. */
  serve<T>(work: () => T): T {
    return this.#outside.serve(this.client, work)
  }

  /** An operation was carried out. `resource`: what it names first. */
  did(service: string, operation: string, resource: string | null): void {
    const request = `${service} ${operation}`
    if (READS.test(operation) || LISTENS.has(request)) return this.#outside.read(this.client, request)
    const data = { client: this.client, request, resource }
    this.#outside.changed(this.client, request, { code: 'AWS_OPERATION_CALLED', data })
  }

  /** A request was refused. */
  wasRefused(request: string, { name, message }: Pick<AwsError, 'name' | 'message'>): void {
    this.#outside.failed(this.client, request, name, message)
  }

  /** A request failed with an error that is none of AWS, or its connection broke. */
  failed(request: string, error: unknown): void {
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    this.#outside.failed(this.client, request, name, message)
  }
}

/** What an input names first; null if nothing. */
export function resourceOf(input: Readonly<Record<string, unknown>>): string | null {
  const named = Object.values(input).find((value) => typeof value === 'string')
  return named === undefined ? null : (named as string).slice(0, 256)
}
