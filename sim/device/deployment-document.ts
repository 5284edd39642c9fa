/** A deployment as the nucleus keeps it. [source: device-deployment] */
export interface DeviceDeployment {
  readonly id: string
  readonly configurationArn: string
  /** `thinggroup/canary` or `thing/line-01-01`. */
  readonly target: string
  readonly createdAtMs: number
  /** Versions of the root components by name. */
  readonly components: Readonly<Record<string, string>>
  readonly failureHandlingPolicy: 'ROLLBACK' | 'DO_NOTHING'
  readonly requiredCapabilities: readonly string[]
}

/** The document cannot be processed; `code` is the nucleus' error code. */
export interface UnreadableDocument {
  readonly code: 'DEPLOYMENT_DOCUMENT_PARSE_ERROR' | 'NUCLEUS_MISSING_REQUIRED_CAPABILITIES'
  readonly reason: string
}

const CAPABILITIES = ['LARGE_CONFIGURATION', 'LINUX_RESOURCE_LIMITS', 'SUB_DEPLOYMENTS']

/** Accepts a job document or fleetConfig. [source: job-document] */
export function parseDeployment(document: unknown): DeviceDeployment | UnreadableDocument {
  const parsed = document as Partial<Record<string, unknown>> | null
  const arn = parsed?.configurationArn
  const target = typeof arn === 'string' ? /:configuration:(thing(?:group)?\/.+):\d+$/.exec(arn)?.[1] : undefined
  if (parsed === null || parsed === undefined || target === undefined) return unreadable('configurationArn')
  const { deploymentId, creationTimestamp, components, requiredCapabilities = [] } = parsed
  if (typeof deploymentId !== 'string') return unreadable('deploymentId')
  if (typeof creationTimestamp !== 'number') return unreadable('creationTimestamp')
  const versions = versionsOf(components)
  if (versions === null) return unreadable('components')
  if (!isTextList(requiredCapabilities)) return unreadable('requiredCapabilities')
  const missing = requiredCapabilities.filter((capability) => !CAPABILITIES.includes(capability))
  if (missing.length > 0) {
    return { code: 'NUCLEUS_MISSING_REQUIRED_CAPABILITIES', reason: `missing capabilities: ${missing.join(', ')}` }
  }
  return {
    id: deploymentId,
    configurationArn: arn as string,
    target,
    createdAtMs: creationTimestamp,
    components: versions,
    failureHandlingPolicy: parsed.failureHandlingPolicy === 'DO_NOTHING' ? 'DO_NOTHING' : 'ROLLBACK',
    requiredCapabilities,
  }
}

/** Null when any component has no version. */
function versionsOf(components: unknown): Record<string, string> | null {
  if (typeof components !== 'object' || components === null || Array.isArray(components)) return null
  const versions: [string, string][] = []
  for (const [name, component] of Object.entries(components)) {
    const version: unknown = (component as { version?: unknown } | null)?.version
    if (typeof version !== 'string') return null
    versions.push([name, version])
  }
  return Object.fromEntries(versions)
}

const isTextList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')

const unreadable = (member: string): UnreadableDocument => ({
  code: 'DEPLOYMENT_DOCUMENT_PARSE_ERROR',
  reason: `the deployment document has no valid ${member}`,
})
