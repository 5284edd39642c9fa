import { NotEmulated } from '../base/aws-error.ts'
import { defineOperations } from '../base/operations.ts'
import type { Deployment } from './deployment-registry.ts'
import { effectiveMembers } from './effective-deployments.ts'
import type { GreengrassService } from './greengrass.ts'
import { checkOneOf, greengrassPage, notFound, requireMatch } from './validate.ts'
import { validateDeployment } from './validate-deployment.ts'

const DEFAULT_LIST_RESULTS = 50

/** Deployments and their outcome on core devices. [source: create-deployment-limits] */
export const deploymentOperations = defineOperations<'greengrass', { readonly greengrass: GreengrassService }>()({
  CreateDeployment: (input, { greengrass }) => {
    validateDeployment(input)
    return greengrass.deploymentTokens.once(
      input.clientToken,
      input,
      () => {
        const deployment = greengrass.deployments.create(input)
        return { deploymentId: deployment.deploymentId, ...jobMembers(deployment, greengrass) }
      },
      ({ deploymentId }, token) => greengrass.deployments.requestedAgain(deploymentId as string, token),
    )
  },

  GetDeployment: ({ deploymentId }, { greengrass }) => {
    const { registry } = greengrass.deployments
    const deployment = registry.deploymentOrThrow(deploymentId)
    const { components, deploymentPolicies, iotJobConfiguration } = deployment.input
    return {
      ...summary(deployment, greengrass),
      components,
      deploymentPolicies,
      iotJobConfiguration,
      ...jobMembers(deployment, greengrass),
      tags: greengrass.tags.of(registry.arnOf(deployment)),
    }
  },

  ListDeployments: (input, { greengrass }) => {
    const { targetArn, historyFilter, maxResults = DEFAULT_LIST_RESULTS, nextToken } = input
    if (input.parentTargetArn !== undefined) throw new NotEmulated('ListDeployments parentTargetArn')
    if (targetArn !== undefined) requireMatch('targetArn', targetArn)
    checkOneOf('historyFilter', historyFilter, ['ALL', 'LATEST_ONLY'])
    const found = greengrass.deployments.registry
      .list(historyFilter ?? 'LATEST_ONLY')
      .filter((one) => targetArn === undefined || one.input.targetArn === targetArn)
    const { items, nextToken: next } = greengrassPage(found, { maxResults, nextToken })
    return { deployments: items.map((deployment) => summary(deployment, greengrass)), nextToken: next }
  },

  CancelDeployment: ({ deploymentId }, { greengrass: { deployments } }) => {
    deployments.cancel(deployments.registry.deploymentOrThrow(deploymentId))
    return { message: 'SUCCESS' }
  },

  DeleteDeployment: ({ deploymentId }, { greengrass: { deployments } }) => {
    deployments.delete(deployments.registry.deploymentOrThrow(deploymentId))
    return {}
  },

  ListEffectiveDeployments: (input, { greengrass }) => {
    const thing = requireMatch('coreDeviceThingName', input.coreDeviceThingName)
    const effective = greengrass.deployments.effectiveOn(thing)
    if (effective.length === 0 && !greengrass.cores.exists(thing)) throw notFound(thing, 'CoreDevice')
    const { items, nextToken } = greengrassPage(effective, input)
    return {
      effectiveDeployments: items.map(({ deployment, outcome }) => ({
        deploymentId: deployment.deploymentId,
        deploymentName: deployment.input.deploymentName ?? deployment.target.name,
        ...jobMembers(deployment, greengrass),
        targetArn: deployment.input.targetArn,
        creationTimestamp: new Date(deployment.createdAtMs),
        ...effectiveMembers(outcome),
      })),
      nextToken,
    }
  },
})

const summary = (deployment: Deployment, { deployments }: GreengrassService) => ({
  targetArn: deployment.input.targetArn,
  revisionId: String(deployment.revision),
  deploymentId: deployment.deploymentId,
  deploymentName: deployment.input.deploymentName,
  creationTimestamp: new Date(deployment.createdAtMs),
  deploymentStatus: deployment.status,
  isLatestForTarget: deployments.registry.isLatest(deployment),
})

/** Only a deployment of a group has a job. */
const jobMembers = ({ jobId }: Deployment, greengrass: GreengrassService): { iotJobId?: string; iotJobArn?: string } =>
  jobId === null ? {} : { iotJobId: jobId, iotJobArn: greengrass.jobArn(jobId) }
