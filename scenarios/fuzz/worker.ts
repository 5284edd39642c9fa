import type { Batch, BatchTask } from './batch.ts'

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
const { runBatch } = await import('./batch.ts')

/** A thread's work: some generated scenarios. */
export default (task: BatchTask): Promise<Batch> => runBatch(task)
