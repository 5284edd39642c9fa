import { DEFAULT_POLICY, type Policy } from '../policy.ts'
import type { Ports } from '../ports.ts'

/** What a function is given by its environment, made once per container. */
interface Environment {
  readonly ports: Ports
  readonly policy: Policy
}

let made: Promise<Environment> | null = null

/**
 * AWS_REGION is set by Lambda; ACCOUNT_ID and TABLE_NAME by whoever deploys the function. The clients are loaded here and
 * not before, since a rehearsal brings its own.
 */
export function environment(): Promise<Environment> {
  made ??= make()
  return made
}

async function make(): Promise<Environment> {
  const [region, accountId, tableName] = ['AWS_REGION', 'ACCOUNT_ID', 'TABLE_NAME'].map(required) as [
    string,
    string,
    string,
  ]
  const { makeClients } = await import('../aws/clients.ts')
  const { awsPorts } = await import('../aws/ports.ts')
  return { ports: awsPorts(makeClients({ region }), { region, accountId }, tableName), policy: DEFAULT_POLICY }
}

function required(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`the environment variable ${name} is not set`)
  return value
}
