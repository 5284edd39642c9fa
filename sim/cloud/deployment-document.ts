import type { CreateDeploymentRequest } from '@aws-sdk/client-greengrassv2'
import type { JsonObject } from './cloud-context.ts'
import { requireMatch, requireRange, validationError } from './validate.ts'

/** Who a revision is for, as the device's document needs it. */
export interface DocumentIdentity {
  readonly deploymentId: string
  readonly target: { readonly kind: 'thing' | 'group'; readonly name: string }
  readonly revision: number
  readonly region: string
  readonly accountId: string
  readonly createdAtMs: number
}

/** `arn:...:configuration:thinggroup/canary:3`; the device takes target and revision from it. [nucleus: Configuration] */
export const configurationArn = ({ region, accountId, target, revision }: DocumentIdentity): string =>
  `arn:aws:greengrass:${region}:${accountId}:configuration:${target.kind === 'group' ? 'thinggroup' : 'thing'}/${target.name}:${revision}`

/** The document a core device gets for a deployment; its member names differ from the API's. [component-common: Configuration.java] */
export function deploymentDocument(input: CreateDeploymentRequest, identity: DocumentIdentity): JsonObject {
  const policies = input.deploymentPolicies
  const update = policies?.componentUpdatePolicy
  return {
    deploymentId: identity.deploymentId,
    schemaDate: '2021-05-17',
    deploymentName: input.deploymentName,
    configurationArn: configurationArn(identity),
    creationTimestamp: identity.createdAtMs,
    components: Object.fromEntries(
      Object.entries(input.components ?? {}).map(([name, component]) => [
        name,
        {
          version: component.componentVersion,
          ...(component.configurationUpdate && {
            configurationUpdate: {
              merge: parseMerge(name, component.configurationUpdate.merge),
              reset: component.configurationUpdate.reset,
            },
          }),
          ...(component.runWith && { runWith: component.runWith as JsonObject }),
        },
      ]),
    ),
    failureHandlingPolicy: policies?.failureHandlingPolicy ?? 'ROLLBACK',
    requiredCapabilities: [],
    componentUpdatePolicy: {
      timeout: update?.timeoutInSeconds ?? 60,
      action: update?.action ?? 'NOTIFY_COMPONENTS',
    },
    configurationValidationPolicy: { timeout: policies?.configurationValidationPolicy?.timeoutInSeconds ?? 30 },
  }
}

/** @throws AwsError ValidationException naming the first member that breaks a limit of the service model. */
export function validateDeployment(input: CreateDeploymentRequest): void {
  requireMatch('targetArn', input.targetArn)
  if (input.deploymentName !== undefined) requireMatch('deploymentName', input.deploymentName)
  if (input.clientToken !== undefined) requireMatch('clientToken', input.clientToken)
  for (const [name, component] of Object.entries(input.components ?? {})) {
    requireMatch('componentName', name)
    requireMatch('componentVersion', component.componentVersion)
  }
  const job = input.iotJobConfiguration
  const rate = job?.jobExecutionsRolloutConfig?.maximumPerMinute
  requireRange('maximumPerMinute', rate, 1, 1000)
  requireRange('inProgressTimeoutInMinutes', job?.timeoutConfig?.inProgressTimeoutInMinutes, 1, 10080)
  for (const criteria of job?.abortConfig?.criteriaList ?? []) {
    requireRange('thresholdPercentage', criteria.thresholdPercentage, 0, 100)
    requireRange('minNumberOfExecutedThings', criteria.minNumberOfExecutedThings, 1, Number.MAX_SAFE_INTEGER)
  }
}

function parseMerge(component: string, merge: string | undefined): JsonObject | undefined {
  if (merge === undefined) return undefined
  try {
    return JSON.parse(merge) as JsonObject
  } catch {
    throw validationError('configurationUpdate.merge', `of ${component} is not JSON`)
  }
}
