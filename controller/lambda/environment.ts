import { MisconfiguredFunction } from '../errors.ts'
import type { Policy } from '../policy/policy.ts'
import type { Ports } from '../ports/ports.ts'
import { loadPolicy, POLICY_FILE, POLICY_KEY } from './policy-source.ts'

/** What a function is given by its environment variables. */
export interface Settings {
  readonly region: string
  readonly accountId: string
  readonly tableName: string
  readonly topicArn: string
  /** Path of the policy file that was bundled with the function; `policy.json` next to it if absent. */
  readonly policyFile?: string
}

interface Environment {
  readonly ports: Ports
  readonly policy: Policy
  /** The clock of the function. */
  readonly nowMs: () => number
}

type Variables = Readonly<Record<string, string | undefined>>

/** What must be set in every deployment, and what it must look like; AWS_REGION is set by Lambda itself. */
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

/** A variable of version 0.1, whose members had other names and no units. */
const OLD_POLICY_VARIABLE =
  `POLICY_JSON is no longer read: put the policy document into item "${POLICY_KEY}" of the table, or bundle it as ` +
  `${POLICY_FILE} (another path: POLICY_FILE); rehearse policy prints one`

/**
 * Reads AWS_REGION, ACCOUNT_ID, TABLE_NAME, TOPIC_ARN and, if it is there, POLICY_FILE.
 * @throws MisconfiguredFunction with everything that is wrong, in one line
 */
export function readSettings(variables: Variables): Settings {
  const problems = Object.entries(REQUIRED).flatMap(([name, { pattern, is }]) => {
    const value = variables[name] ?? ''
    if (value === '') return [`${name} is not set`]
    return pattern.test(value) ? [] : [`${name} is "${value}", not ${is}`]
  })
  if (isSet(variables.POLICY_JSON)) problems.push(OLD_POLICY_VARIABLE)
  if (problems.length > 0) throw new MisconfiguredFunction(problems)
  const given = variables as Record<string, string>
  const { AWS_REGION: region, ACCOUNT_ID: accountId, TABLE_NAME: tableName, TOPIC_ARN: topicArn } = given
  const { POLICY_FILE: policyFile } = variables
  return { region, accountId, tableName, topicArn, ...(isSet(policyFile) && { policyFile }) } as Settings
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== ''

let made: Promise<Environment> | null = null

/**
 * Made once per container, at its cold start, and kept as long as the container: a changed policy document takes effect
 * in new containers, so functions are published again (or a variable of theirs is changed) after the document. What
 * failed is not kept: the next invocation tries again.
 */
export function environment(): Promise<Environment> {
  made ??= make(process.env).catch((error: unknown) => {
    made = null
    throw error
  })
  return made
}

/** The clients are loaded here and not before, since a rehearsal brings its own. */
async function make(variables: Variables): Promise<Environment> {
  const { region, accountId, policyFile, ...resources } = readSettings(variables)
  const { makeClients } = await import('../aws/clients.ts')
  const { awsPorts } = await import('../aws/ports.ts')
  const ports = awsPorts(makeClients({ region }), { region, accountId }, resources)
  const places = { tableName: resources.tableName, file: policyFile, folder: import.meta.dirname }
  return { ports, policy: await loadPolicy(ports.store, places), nowMs: () => Date.now() }
}
