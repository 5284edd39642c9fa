import { MisconfiguredFunction } from '../errors.ts'
import { DEFAULT_POLICY, type Policy } from '../policy/policy.ts'
import type { Ports } from '../ports/ports.ts'

/** What a function is told by its environment. */
export interface Settings {
  readonly region: string
  readonly accountId: string
  readonly tableName: string
  readonly topicArn: string
  readonly policy: Policy
}

interface Environment {
  readonly ports: Ports
  readonly policy: Policy
  /** The clock of the function. */
  readonly nowMs: () => number
}

type Variables = Readonly<Record<string, string | undefined>>

/** What whoever deploys a function must set, and what it must look like; AWS_REGION is set by Lambda itself. */
const REQUIRED: Readonly<Record<string, { readonly pattern: RegExp; readonly is: string }>> = {
  AWS_REGION: { pattern: /^[a-z]{2}(-[a-z]+)+-\d$/, is: 'a region such as eu-central-1' },
  ACCOUNT_ID: { pattern: /^\d{12}$/, is: 'an account id of 12 digits' },
  TABLE_NAME: { pattern: /^[A-Za-z0-9_.-]{3,255}$/, is: 'a table name' },
  // A FIFO topic would want more of a message.
  TOPIC_ARN: {
    pattern: /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/,
    is: 'the ARN of a standard topic',
  },
}

/**
 * Reads AWS_REGION, ACCOUNT_ID, TABLE_NAME, TOPIC_ARN and, if it is there, POLICY_JSON: the members of the policy that
 * differ from the default, such as `{"zone":"Europe/Paris"}`.
 * @throws MisconfiguredFunction with everything that is wrong, in one line
 */
export function readSettings(variables: Variables): Settings {
  const problems = Object.entries(REQUIRED).flatMap(([name, { pattern, is }]) => {
    const value = variables[name] ?? ''
    if (value === '') return [`${name} is not set`]
    return pattern.test(value) ? [] : [`${name} is "${value}", not ${is}`]
  })
  const policy = readPolicy(variables.POLICY_JSON, problems)
  if (problems.length > 0) throw new MisconfiguredFunction(problems)
  const given = variables as Record<string, string>
  const { AWS_REGION: region, ACCOUNT_ID: accountId, TABLE_NAME: tableName, TOPIC_ARN: topicArn } = given
  return { region, accountId, tableName, topicArn, policy } as Settings
}

function readPolicy(text: string | undefined, problems: string[]): Policy {
  if (text === undefined || text === '') return DEFAULT_POLICY
  try {
    return merged(DEFAULT_POLICY, JSON.parse(text), 'POLICY_JSON', problems) as Policy
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    problems.push(`POLICY_JSON is not JSON: ${error.message}`)
    return DEFAULT_POLICY
  }
}

/** Objects merge member by member; lists and values are replaced whole, by one of the same kind. */
function merged(known: unknown, given: unknown, path: string, problems: string[]): unknown {
  if (kindOf(known) !== kindOf(given)) {
    problems.push(`${path} is of kind ${kindOf(given)}, not ${kindOf(known)}`)
    return known
  }
  if (kindOf(known) !== 'object') return given
  const members = known as Readonly<Record<string, unknown>>
  const result: Record<string, unknown> = { ...members }
  for (const [name, value] of Object.entries(given as object)) {
    if (name in members) result[name] = merged(members[name], value, `${path}.${name}`, problems)
    else problems.push(`${path}.${name} is unknown; one of ${Object.keys(members).join(', ')}`)
  }
  return result
}

const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'list' : (typeof value as string)

let made: Promise<Environment> | null = null

/** Made once per container. The clients are loaded here and not before, since a rehearsal brings its own. */
export function environment(): Promise<Environment> {
  made ??= make(process.env)
  return made
}

async function make(variables: Variables): Promise<Environment> {
  const { region, accountId, policy, ...resources } = readSettings(variables)
  const { makeClients } = await import('../aws/clients.ts')
  const { awsPorts } = await import('../aws/ports.ts')
  const ports = awsPorts(makeClients({ region }), { region, accountId }, resources)
  return { ports, policy, nowMs: () => Date.now() }
}
