import type { HistoryTask, PlayedHistory } from './history.ts'

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
const { playHistory, releases } = await import('./history.ts')

/** A thread's work: one history. */
export default async function play({ seed, port }: HistoryTask): Promise<PlayedHistory> {
  try {
    return { rows: await playHistory(releases(), { seed, onRelease: () => port.postMessage(null) }) }
  } catch (error) {
    const { name, message } = error as Error
    return { error: { name, message } }
  } finally {
    port.close()
  }
}
