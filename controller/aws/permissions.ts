import { HOLDBACK_GROUP, type StageName } from '../contract.ts'
import type { Account } from './deployments.ts'
import type { Resources } from './ports.ts'

/** What a command needs of IAM. */
interface Permission {
  readonly action: string
  /** ARNs, with `*` where the action has no resource or the name is not known before. */
  readonly resources: readonly string[]
  /** What the service does in the caller's name meanwhile. */
  readonly dependent?: readonly string[]
}

/** Dependent actions of the Greengrass calls; tags at creation need TagResource. [source: dependent-actions] */
const READS_DEPLOYMENT = ['iot:DescribeJob', 'iot:DescribeThing', 'iot:DescribeThingGroup', 'iot:GetThingShadow']
const ENDS_DEPLOYMENT = [
  ...READS_DEPLOYMENT,
  'iot:CancelJob',
  'iot:DeleteThingShadow',
  'iot:UpdateJob',
  'iot:UpdateThingShadow',
]

/**
 * Every SDK command that a function sends, and the least that it needs where devices are held back from a stage; a test holds this list against the source and
 * against the calls of a rehearsal.
 */
export const permissions = (
  { region, accountId }: Account,
  { tableName, topicArn }: Resources,
  heldFrom: StageName,
): Record<string, Permission> => {
  const greengrass = `arn:aws:greengrass:${region}:${accountId}`
  const iot = `arn:aws:iot:${region}:${accountId}`
  const table = [`arn:aws:dynamodb:${region}:${accountId}:table/${tableName}`]
  const bus = [`arn:aws:events:${region}:${accountId}:event-bus/default`]
  const deployment = [`${greengrass}:deployments:*`]
  const groups = [heldFrom, HOLDBACK_GROUP].map((group) => `${iot}:thinggroup/${group}`)
  return {
    AddThingToThingGroupCommand: { action: 'iot:AddThingToThingGroup', resources: [`${iot}:thing/*`, ...groups] },
    CancelDeploymentCommand: {
      action: 'greengrass:CancelDeployment',
      resources: deployment,
      dependent: ENDS_DEPLOYMENT,
    },
    CreateDeploymentCommand: {
      action: 'greengrass:CreateDeployment',
      resources: ['*'],
      dependent: [...ENDS_DEPLOYMENT, 'iot:CreateJob', 'greengrass:TagResource'],
    },
    DescribeComponentCommand: {
      action: 'greengrass:DescribeComponent',
      resources: [`${greengrass}:components:*:versions:*`],
    },
    DescribeThingGroupCommand: { action: 'iot:DescribeThingGroup', resources: [`${iot}:thinggroup/${HOLDBACK_GROUP}`] },
    GetDeploymentCommand: { action: 'greengrass:GetDeployment', resources: deployment, dependent: READS_DEPLOYMENT },
    ListDeploymentsCommand: { action: 'greengrass:ListDeployments', resources: ['*'], dependent: READS_DEPLOYMENT },
    ListJobExecutionsForJobCommand: { action: 'iot:ListJobExecutionsForJob', resources: [`${iot}:job/*`] },
    RemoveThingFromThingGroupCommand: {
      action: 'iot:RemoveThingFromThingGroup',
      resources: [`${iot}:thing/*`, ...groups],
    },
    SearchIndexCommand: { action: 'iot:SearchIndex', resources: [`${iot}:index/AWS_Things`] },
    PutEventsCommand: { action: 'events:PutEvents', resources: bus },
    PublishCommand: { action: 'sns:Publish', resources: [topicArn] },
    DeleteCommand: { action: 'dynamodb:DeleteItem', resources: table },
    GetCommand: { action: 'dynamodb:GetItem', resources: table },
    PutCommand: { action: 'dynamodb:PutItem', resources: table },
  }
}

interface Statement {
  readonly Effect: 'Allow'
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
}

/** The policy document of the functions' role, without the log group that Lambda's own managed policy is for. */
export function policyDocument(
  account: Account,
  made: Resources,
  heldFrom: StageName,
): { readonly Version: '2012-10-17'; readonly Statement: readonly Statement[] } {
  const byResource = new Map<string, { resources: readonly string[]; actions: Set<string> }>()
  const allow = (actions: readonly string[], resources: readonly string[]): void => {
    const key = resources.join()
    const known = byResource.get(key) ?? { resources, actions: new Set<string>() }
    for (const action of actions) known.actions.add(action)
    byResource.set(key, known)
  }
  const iot = `arn:aws:iot:${account.region}:${account.accountId}`
  const greengrass = `arn:aws:greengrass:${account.region}:${account.accountId}`
  for (const { action, resources, dependent = [] } of Object.values(permissions(account, made, heldFrom))) {
    allow([action], resources)
    allow(
      dependent.filter((one) => one.startsWith('greengrass:')),
      [`${greengrass}:deployments:*`],
    )
    allow(
      dependent.filter((one) => one.includes('Job')),
      [`${iot}:job/*`, `${iot}:thinggroup/*`],
    )
    allow(
      dependent.filter((one) => one.includes('Thing')),
      [`${iot}:thing/*`, `${iot}:thinggroup/*`],
    )
  }
  const Statement = [...byResource.values()]
    .filter(({ actions }) => actions.size > 0)
    .map(({ resources, actions }): Statement => ({ Effect: 'Allow', Action: [...actions].sort(), Resource: resources }))
  return { Version: '2012-10-17', Statement }
}
