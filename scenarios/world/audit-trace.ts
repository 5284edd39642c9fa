import type { RolloutStore } from '../../controller/ports/ports.ts'
import type { Trace } from '../../sim/kernel/trace.ts'

/** Documents under such keys are lines of the controller's audit trail. */
const AUDIT_PREFIX = 'audit#'

/** The store, with every line of the audit trail in the trace once it is written. */
export const withAuditTrace = (store: RolloutStore, trace: Trace): RolloutStore => ({
  get: (key) => store.get(key),
  putIf: (key, value, expectedVersion) => store.putIf(key, value, expectedVersion),
  delete: (key) => store.delete(key),
  async put(key, value) {
    await store.put(key, value)
    if (key.startsWith(AUDIT_PREFIX)) trace.record('audit', { kind: 'audit-written', key, entry: value as object })
  },
})
