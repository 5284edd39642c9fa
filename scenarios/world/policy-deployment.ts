import { loadPolicy, POLICY_KEY } from '../../controller/lambda/policy-source.ts'
import { documentOf } from '../../controller/policy/document.ts'
import type { Policy } from '../../controller/policy/policy.ts'
import type { RolloutStore } from '../../controller/ports/ports.ts'
import { packageRoot } from '../support/package-root.ts'
import { TABLE_NAME } from './platform.ts'

/**
 * Deploys the policy as an operator does: its document goes into the table, and the functions read it from there at
 * their cold start. Returns the policy that they read, so that what is rehearsed is what is deployed.
 */
export async function deployPolicy(store: RolloutStore, policy: Policy): Promise<Policy> {
  await store.put(POLICY_KEY, documentOf(policy))
  return loadPolicy(store, { tableName: TABLE_NAME, folder: packageRoot() })
}
