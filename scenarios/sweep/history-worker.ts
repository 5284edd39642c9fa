import type { CompletedHistory, HistoryTask } from './history.ts'

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
const { runHistory, releases } = await import('./history.ts')

/** Runs one history; the entry point of a worker thread. */
export default async function run({ seed, port }: HistoryTask): Promise<CompletedHistory> {
  try {
    return { rows: await runHistory(releases(), { seed, onRelease: () => port.postMessage(null) }) }
  } catch (error) {
    const { name, message } = error as Error
    return { error: { name, message } }
  } finally {
    port.close()
  }
}
