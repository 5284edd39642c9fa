import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { InvalidPolicy, MisconfiguredFunction, StaleRollout } from '../errors.ts'
import { parsePolicy } from '../policy/parse.ts'
import { DEFAULT_POLICY, type Policy } from '../policy/policy.ts'
import type { RolloutStore } from '../ports/ports.ts'

/** Key of the item of the controller's table that holds the policy document. */
export const POLICY_KEY = 'policy'
/** File next to the functions that holds the document where the table has none. */
export const POLICY_FILE = 'policy.json'

/** Where a function looks for the policy document. */
export interface PolicyPlaces {
  /** For messages: the table behind the store. */
  readonly tableName: string
  /** Path of a file that must be there, absolute or from the folder of the functions; `policy.json` there if absent. */
  readonly file?: string | undefined
  /** The folder of the functions. */
  readonly folder: string
}

/**
 * The policy of a function: the item "policy" of its table; where there is none, the file that was bundled with it; where
 * there is none either, the default.
 * @throws MisconfiguredFunction for a document that cannot be read or is invalid, naming its source and every problem;
 * what the store fails with
 */
export async function loadPolicy(store: Pick<RolloutStore, 'get'>, places: PolicyPlaces): Promise<Policy> {
  const item = await readItem(store, places.tableName)
  if (item !== null) return item
  return bundledPolicy(places)
}

/** The policy of the file that was bundled with the functions; the default where there is none. */
export const bundledPolicy = (places: Pick<PolicyPlaces, 'file' | 'folder'>): Policy =>
  readBundledFile(places) ?? DEFAULT_POLICY

async function readItem(store: Pick<RolloutStore, 'get'>, tableName: string): Promise<Policy | null> {
  const source = `item "${POLICY_KEY}" of table ${tableName}`
  try {
    const stored = await store.get<unknown>(POLICY_KEY)
    return stored === null ? null : parsePolicy(stored.value)
  } catch (error) {
    // How the store reports an item without a body: it might be one that a writer is about to replace.
    if (error instanceof StaleRollout) throw misconfigured(source, ['no attribute "body" that holds the document'])
    throw readable(error, source)
  }
}

function readBundledFile({ file, folder }: Pick<PolicyPlaces, 'file' | 'folder'>): Policy | null {
  const path = resolve(folder, file ?? POLICY_FILE)
  const source = `file ${path}`
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (file === undefined && code === 'ENOENT') return null
    throw misconfigured(source, [`cannot be read (${code})`])
  }
  try {
    return parsePolicy(JSON.parse(text))
  } catch (error) {
    throw readable(error, source)
  }
}

function readable(error: unknown, source: string): unknown {
  if (error instanceof InvalidPolicy) return misconfigured(source, error.problems)
  if (error instanceof SyntaxError) return misconfigured(source, [`is not JSON: ${error.message}`])
  return error
}

const misconfigured = (source: string, problems: readonly string[]): MisconfiguredFunction =>
  new MisconfiguredFunction(problems.map((problem) => `${source}: ${problem}`))
