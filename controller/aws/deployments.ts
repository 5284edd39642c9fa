import {
  CancelDeploymentCommand,
  ConflictException,
  CreateDeploymentCommand,
  DescribeComponentCommand,
  GetDeploymentCommand,
  type GreengrassV2Client,
  ListDeploymentsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-greengrassv2'
import {
  AddThingToThingGroupCommand,
  DescribeThingGroupCommand,
  type IoTClient,
  ResourceNotFoundException as IotResourceNotFoundException,
  ListJobExecutionsForJobCommand,
  RemoveThingFromThingGroupCommand,
} from '@aws-sdk/client-iot'
import type { StageName } from '../contract.ts'
import type { DeploymentSpec, Deployments, DeviceExecution } from '../ports/ports.ts'

/** The account that the fleet lives in. */
export interface Account {
  readonly region: string
  readonly accountId: string
}

const PAGE_SIZE = 250
/** The most that ListDeployments takes. [source: list-deployments] */
const DEPLOYMENTS_PER_PAGE = 100
/** Tag of a deployment with its client token, which AWS itself forgets and never returns. */
const TOKEN_TAG = 'firmware-rollout-token'

/**
 * Deployments through Greengrass v2, and their progress through IoT Jobs: a group's GetDeployment returns ACTIVE at
 * most.
 */
export function deployments(greengrass: GreengrassV2Client, iot: IoTClient, account: Account): Deployments {
  const groupArn = (group: StageName): string =>
    `arn:aws:iot:${account.region}:${account.accountId}:thinggroup/${group}`
  return {
    async current(group) {
      const list = new ListDeploymentsCommand({ targetArn: groupArn(group), historyFilter: 'LATEST_ONLY' })
      const deploymentId = (await greengrass.send(list)).deployments?.[0]?.deploymentId
      if (deploymentId === undefined) return null
      const found = await greengrass.send(new GetDeploymentCommand({ deploymentId }))
      const { deploymentName = group, components = {}, deploymentPolicies, iotJobConfiguration } = found
      const spec = { deploymentName, components, deploymentPolicies, iotJobConfiguration } as DeploymentSpec
      return { deploymentId, jobId: found.iotJobId as string, spec, clientToken: found.tags?.[TOKEN_TAG] ?? null }
    },

    async newest() {
      const found: Record<string, string> = {}
      let nextToken: string | undefined
      do {
        const list = new ListDeploymentsCommand({
          historyFilter: 'LATEST_ONLY',
          maxResults: DEPLOYMENTS_PER_PAGE,
          nextToken,
        })
        const answer = await greengrass.send(list)
        for (const { targetArn, deploymentId } of answer.deployments ?? []) {
          const group = targetArn?.split(':thinggroup/')[1]
          if (group !== undefined && deploymentId !== undefined) found[group] ??= deploymentId
        }
        nextToken = answer.nextToken
      } while (nextToken !== undefined)
      return found
    },

    async create(group, spec, clientToken) {
      const created = await greengrass.send(
        new CreateDeploymentCommand({
          targetArn: groupArn(group),
          ...spec,
          components: { ...spec.components },
          clientToken,
          tags: { [TOKEN_TAG]: clientToken },
        }),
      )
      return { deploymentId: created.deploymentId as string, jobId: created.iotJobId as string }
    },

    async cancel(deploymentId) {
      try {
        await greengrass.send(new CancelDeploymentCommand({ deploymentId }))
      } catch (error) {
        // The revision that superseded it has stopped it already.
        if (!(error instanceof ConflictException || error instanceof ResourceNotFoundException)) throw error
      }
    },

    async executions(jobId) {
      const found: DeviceExecution[] = []
      let nextToken: string | undefined
      do {
        const command = new ListJobExecutionsForJobCommand({ jobId, maxResults: PAGE_SIZE, nextToken })
        const answer = await iot.send(command)
        for (const { thingArn, jobExecutionSummary } of answer.executionSummaries ?? []) {
          const { status, lastUpdatedAt } = jobExecutionSummary ?? {}
          found.push({
            thing: thingArn?.split('/').at(-1) as string,
            status: status as string,
            ...(lastUpdatedAt !== undefined && { updatedAtMs: lastUpdatedAt.getTime() }),
          })
        }
        nextToken = answer.nextToken
      } while (nextToken !== undefined)
      return found
    },

    async isDeployable(component, version) {
      const arn = `arn:aws:greengrass:${account.region}:${account.accountId}:components:${component}:versions:${version}`
      try {
        const { status } = await greengrass.send(new DescribeComponentCommand({ arn }))
        return status?.componentState === 'DEPLOYABLE'
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return false
        throw error
      }
    },

    async hasGroup(group) {
      try {
        await iot.send(new DescribeThingGroupCommand({ thingGroupName: group }))
        return true
      } catch (error) {
        if (error instanceof IotResourceNotFoundException) return false
        throw error
      }
    },

    async move(thing, from, to) {
      // In both for a moment rather than in none: a device in no group is not read by the evaluation. Both calls can be
      // repeated. [source: membership-calls]
      await iot.send(new AddThingToThingGroupCommand({ thingName: thing, thingGroupName: to }))
      await iot.send(new RemoveThingFromThingGroupCommand({ thingName: thing, thingGroupName: from }))
    },
  }
}
