import { HEALTH_COMPONENT, HOLDBACK_GROUP, SAMPLE_PERIOD_MS } from '../../controller/contract.ts'
import type { Cloud } from '../cloud/cloud.ts'
import type { TwinPlan } from './plan.ts'

/** As the releases before left their deployments: configured, and with criteria by which IoT Jobs gives up a rollout. */
const HEALTH_CONFIGURATION = { merge: JSON.stringify({ samplePeriodSeconds: SAMPLE_PERIOD_MS / 1000 }) }
const JOB_CONFIGURATION = {
  abortConfig: {
    criteriaList: [
      {
        failureType: 'FAILED' as const,
        action: 'CANCEL' as const,
        thresholdPercentage: 50,
        minNumberOfExecutedThings: 3,
      },
    ],
  },
}

/** Registers things, thing groups and deployments as they were before the rehearsal. */
export function registerFleet(
  { devices, installed, deployable }: TwinPlan,
  { things, greengrass, services }: Cloud,
): void {
  const stages = [...new Set(devices.map(({ stage }) => stage))]
  for (const group of [...stages, HOLDBACK_GROUP]) services.iot.CreateThingGroup({ thingGroupName: group })
  for (const { thing, attributes, stage } of devices) {
    services.iot.CreateThing({ thingName: thing, attributePayload: { attributes } })
    services.iot.AddThingToThingGroup({ thingGroupName: stage, thingName: thing })
  }
  const components = Object.fromEntries(
    Object.entries(installed).map(([name, version]) => [
      name,
      { componentVersion: version, ...(name === HEALTH_COMPONENT && { configurationUpdate: HEALTH_CONFIGURATION }) },
    ]),
  )
  greengrass.installHistory({
    components: [...Object.entries(installed).map(([name, version]) => ({ name, version })), ...deployable],
    deployments: stages.map((stage) => ({
      targetArn: things.groupArn(stage),
      deploymentName: `Line firmware ${stage}`,
      components,
      iotJobConfiguration: JOB_CONFIGURATION,
    })),
  })
}
