import type { CompletedRun, PlannedRun } from './run-many.ts'

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
const [{ conclude }, { rehearse }] = await Promise.all([
  import('../outcome/conclude.ts'),
  import('../world/rehearse.ts'),
])

/** Runs one rehearsal at model level; the entry point of a worker thread. */
export default async function run({ scenario, seed, untilMs }: PlannedRun): Promise<CompletedRun> {
  const { name } = scenario
  try {
    const result = await rehearse(scenario, { seed, level: 'model', ...(untilMs !== undefined && { untilMs }) })
    return { scenario: name, seed, report: conclude(scenario, result) }
  } catch (error) {
    const { name: kind, message } = error as Error
    return { scenario: name, seed, error: { name: kind, message } }
  }
}
