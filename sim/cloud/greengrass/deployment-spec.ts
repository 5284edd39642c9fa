import type { CreateDeploymentRequest } from '@aws-sdk/client-greengrassv2'
import type { TraceDeploymentSpec } from '../../kernel/trace-events.ts'

/** What a request asks for, besides its target, its name and its token. Keys are sorted: both levels record the same. */
export const specOf = ({
  components,
  deploymentPolicies,
  iotJobConfiguration,
}: CreateDeploymentRequest): TraceDeploymentSpec =>
  sorted({ components: components ?? {}, deploymentPolicies, iotJobConfiguration }) as TraceDeploymentSpec

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const known = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(known.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sorted(member)]))
}
