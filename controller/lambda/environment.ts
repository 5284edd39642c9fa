import { makeClients } from '../aws/clients.ts'
import { awsPorts } from '../aws/ports.ts'
import { UnexpectedEvent } from '../errors.ts'
import { DEFAULT_POLICY, type Policy } from '../policy.ts'
import type { Ports } from '../ports.ts'

/** What a function is given by its environment, made once per container. */
interface Environment {
  readonly ports: Ports
  readonly policy: Policy
}

let made: Environment | null = null

/** AWS_REGION is set by Lambda; ACCOUNT_ID and TABLE_NAME by whoever deploys the function. */
export function environment(): Environment {
  if (made === null) {
    const [region, accountId, tableName] = ['AWS_REGION', 'ACCOUNT_ID', 'TABLE_NAME'].map(required) as [
      string,
      string,
      string,
    ]
    made = { ports: awsPorts(makeClients({ region }), { region, accountId }, tableName), policy: DEFAULT_POLICY }
  }
  return made
}

function required(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`the environment variable ${name} is not set`)
  return value
}

/** As EventBridge writes it: ISO 8601 in UTC. [eventbridge: event structure] */
const EVENT_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/

/** The time of an EventBridge event, which is the controller's clock. @throws UnexpectedEvent */
export function timeOf(event: unknown): number {
  const time = (event as { time?: unknown } | null)?.time
  const atMs = typeof time === 'string' && EVENT_TIME.test(time) ? Date.parse(time) : Number.NaN
  if (!Number.isFinite(atMs)) throw new UnexpectedEvent(`an event without a valid time: ${JSON.stringify(event)}`)
  return atMs
}
