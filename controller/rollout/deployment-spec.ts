import type { DeploymentSpec } from '../ports/ports.ts'

/** A component in the version that a rollout brings. */
interface TargetComponent {
  readonly component: string
  readonly version: string
}

/** Minutes a device may work on a deployment before IoT Jobs gives it up. [source: in-progress-timeout] */
const TIMEOUT_CONFIG = { inProgressTimeoutInMinutes: 60 }

/** A second safety net below the controller's own: most of what ran has failed. [source: abort-safety-net] */
const ABORT_CONFIG = {
  criteriaList: (['FAILED', 'REJECTED', 'TIMED_OUT'] as const).map((failureType) => ({
    failureType,
    action: 'CANCEL' as const,
    thresholdPercentage: 50,
    minNumberOfExecutedThings: 3,
  })),
}

/**
 * The group's deployment with the new component; every other one stays, or it would be uninstalled.
 * [source: components-replaced]
 */
export const releaseSpec = (previous: DeploymentSpec, { component, version }: TargetComponent): DeploymentSpec => ({
  ...previous,
  components: {
    ...previous.components,
    [component]: { ...previous.components[component], componentVersion: version },
  },
  deploymentPolicies: {
    ...previous.deploymentPolicies,
    failureHandlingPolicy: 'ROLLBACK',
    componentUpdatePolicy: { action: 'NOTIFY_COMPONENTS', timeoutInSeconds: 60 },
  },
  iotJobConfiguration: { abortConfig: ABORT_CONFIG, timeoutConfig: TIMEOUT_CONFIG },
})

/**
 * What the group ran before, to all devices at once. Without the abort criteria and rate that it may have been rolled
 * out with: a rollback that stops when three devices fail would leave the others on the bad firmware.
 */
export const rollbackSpec = (previous: DeploymentSpec): DeploymentSpec => ({
  ...previous,
  iotJobConfiguration: { timeoutConfig: TIMEOUT_CONFIG },
})
