import type { Play, Played } from './run-many.ts'

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
const [{ conclude }, { rehearse }] = await Promise.all([
  import('../outcome/conclude.ts'),
  import('../world/rehearse.ts'),
])

/** A thread's work: one rehearsal at model level. */
export default async function play({ scenario, seed, untilMs }: Play): Promise<Played> {
  const { name } = scenario
  try {
    const result = await rehearse(scenario, { seed, level: 'model', ...(untilMs !== undefined && { untilMs }) })
    return { scenario: name, seed, report: conclude(scenario, result) }
  } catch (error) {
    const { name: kind, message } = error as Error
    return { scenario: name, seed, error: { name: kind, message } }
  }
}
