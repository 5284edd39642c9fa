import type {
  ComponentDeploymentSpecification,
  CreateDeploymentRequest,
  DeploymentIoTJobConfiguration,
  DeploymentPolicies,
} from '@aws-sdk/client-greengrassv2'
import { NotEmulated } from '../base/aws-error.ts'
import { checkOneOf, checkRange, requireMatch, validationError } from './validate.ts'

const MAX_MERGE_CHARACTERS = 10_485_760
const FAILURE_TYPES = ['FAILED', 'REJECTED', 'TIMED_OUT', 'ALL']

/**
 * The limits of the service model for CreateDeployment. [source: create-deployment-limits]
 * @throws AwsError ValidationException naming the first member that breaks one, NotEmulated for subdeployments
 */
export function validateDeployment(input: CreateDeploymentRequest): void {
  requireMatch('targetArn', input.targetArn)
  if (input.parentTargetArn !== undefined) throw new NotEmulated('CreateDeployment parentTargetArn (subdeployments)')
  if (input.deploymentName !== undefined) requireMatch('deploymentName', input.deploymentName)
  if (input.clientToken !== undefined) requireMatch('clientToken', input.clientToken)
  for (const [name, component] of Object.entries(input.components ?? {})) checkComponent(name, component)
  checkJob(input.iotJobConfiguration)
  checkPolicies(input.deploymentPolicies)
}

function checkComponent(name: string, { componentVersion, ...component }: ComponentDeploymentSpecification): void {
  requireMatch('componentName', name)
  requireMatch('componentVersion', componentVersion)
  const { merge, reset } = component.configurationUpdate ?? {}
  checkRange('configurationUpdate.merge length', merge?.length, 1, MAX_MERGE_CHARACTERS)
  if (reset?.some((pointer) => pointer.length > 256)) {
    throw validationError('configurationUpdate.reset', 'a JSON pointer is above 256 characters')
  }
  const { memory, cpus } = component.runWith?.systemResourceLimits ?? {}
  checkRange('systemResourceLimits.memory', memory, 0)
  checkRange('systemResourceLimits.cpus', cpus, 0)
}

function checkJob(job: DeploymentIoTJobConfiguration | undefined): void {
  const { maximumPerMinute, exponentialRate } = job?.jobExecutionsRolloutConfig ?? {}
  checkRange('maximumPerMinute', maximumPerMinute, 1, 1000)
  if (exponentialRate !== undefined) {
    checkRange('baseRatePerMinute', exponentialRate.baseRatePerMinute, 1, 1000)
    checkRange('incrementFactor', exponentialRate.incrementFactor, 1, 5)
    checkRange('numberOfNotifiedThings', exponentialRate.rateIncreaseCriteria?.numberOfNotifiedThings, 1)
    checkRange('numberOfSucceededThings', exponentialRate.rateIncreaseCriteria?.numberOfSucceededThings, 1)
  }
  for (const criteria of job?.abortConfig?.criteriaList ?? []) {
    checkOneOf('failureType', criteria.failureType, FAILURE_TYPES)
    checkOneOf('action', criteria.action, ['CANCEL'])
    checkRange('thresholdPercentage', criteria.thresholdPercentage, 0, 100)
    checkRange('minNumberOfExecutedThings', criteria.minNumberOfExecutedThings, 1)
  }
  if (job?.abortConfig?.criteriaList?.length === 0) throw validationError('criteriaList', 'is empty')
  checkRange('inProgressTimeoutInMinutes', job?.timeoutConfig?.inProgressTimeoutInMinutes, 1, 10_080)
}

function checkPolicies(policies: DeploymentPolicies | undefined): void {
  const update = policies?.componentUpdatePolicy
  checkOneOf('failureHandlingPolicy', policies?.failureHandlingPolicy, ['ROLLBACK', 'DO_NOTHING'])
  checkOneOf('action', update?.action, ['NOTIFY_COMPONENTS', 'SKIP_NOTIFY_COMPONENTS'])
  checkRange('componentUpdatePolicy.timeoutInSeconds', update?.timeoutInSeconds, 0)
  checkRange(
    'configurationValidationPolicy.timeoutInSeconds',
    policies?.configurationValidationPolicy?.timeoutInSeconds,
    0,
  )
}
