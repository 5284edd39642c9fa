import type { ComponentDeploymentSpecification, CreateDeploymentRequest } from '@aws-sdk/client-greengrassv2'
import { NotEmulated } from '../base/aws-error.ts'
import { type JsonObject, parseObject } from '../base/json.ts'
import type { JobTarget } from '../jobs/job.ts'
import { validationError } from './validate.ts'

/** The identity of a revision and its target, as the device's document needs it. */
export interface DocumentIdentity {
  readonly deploymentId: string
  readonly target: JobTarget
  readonly revision: number
  readonly region: string
  readonly accountId: string
  readonly createdAtMs: number
}

/** Above these the message carries no full document and the device downloads it. [source: large-document] */
const MAX_BYTES = { thing: 7 * 1024, group: 31 * 1024 } as const
const DEFAULT_UPDATE_TIMEOUT_S = 60
const DEFAULT_VALIDATION_TIMEOUT_S = 30

/** `arn:...:configuration:thinggroup/canary:3`; the device takes target and revision from it. [source: job-document] */
export const configurationArn = ({ region, accountId, target, revision }: DocumentIdentity): string =>
  `arn:aws:greengrass:${region}:${accountId}:configuration:${target.kind === 'group' ? 'thinggroup' : 'thing'}/${target.name}:${revision}`

/**
 * The document that a core device receives for a deployment; its member names differ from the API's.
 * [source: job-document]
 * @throws AwsError ValidationException for a `merge` that is not JSON, NotEmulated for a document too large for a message
 */
export function deploymentDocument(input: CreateDeploymentRequest, identity: DocumentIdentity): JsonObject {
  const { deploymentName, components = {}, deploymentPolicies: policies } = input
  const update = policies?.componentUpdatePolicy
  const limited = Object.values(components).some(({ runWith }) => runWith?.systemResourceLimits !== undefined)
  const document: JsonObject = {
    deploymentId: identity.deploymentId,
    schemaDate: '2021-05-17',
    ...(deploymentName !== undefined && { deploymentName }),
    configurationArn: configurationArn(identity),
    creationTimestamp: identity.createdAtMs,
    components: Object.fromEntries(
      Object.entries(components).map(([name, component]) => [name, componentOf(name, component)]),
    ),
    failureHandlingPolicy: policies?.failureHandlingPolicy ?? 'ROLLBACK',
    requiredCapabilities: limited ? ['LINUX_RESOURCE_LIMITS'] : [],
    componentUpdatePolicy: {
      timeout: update?.timeoutInSeconds ?? DEFAULT_UPDATE_TIMEOUT_S,
      action: update?.action ?? 'NOTIFY_COMPONENTS',
    },
    configurationValidationPolicy: {
      timeout: policies?.configurationValidationPolicy?.timeoutInSeconds ?? DEFAULT_VALIDATION_TIMEOUT_S,
    },
  }
  if (Buffer.byteLength(JSON.stringify(document)) > MAX_BYTES[identity.target.kind]) {
    throw new NotEmulated('a deployment document that the device must download (GetDeploymentConfiguration)')
  }
  return document
}

function componentOf(name: string, component: ComponentDeploymentSpecification): JsonObject {
  const { componentVersion, configurationUpdate: update, runWith } = component
  return {
    version: componentVersion,
    ...(update && {
      configurationUpdate: {
        ...(update.merge !== undefined && { merge: parseMerge(name, update.merge) }),
        ...(update.reset && { reset: update.reset }),
      },
    }),
    ...(runWith && { runWith: runWith as JsonObject }),
  }
}

/** Escaped text in the API, an object in the document. */
function parseMerge(component: string, merge: string): JsonObject {
  const parsed = parseObject(merge)
  if (parsed === null) throw validationError('configurationUpdate.merge', `of ${component} is not a JSON object`)
  return parsed
}
