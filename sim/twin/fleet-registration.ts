import { HOLDBACK_GROUP } from '../../controller/contract.ts'
import type { Cloud } from '../cloud/cloud.ts'
import type { TwinPlan } from './plan.ts'

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
    Object.entries(installed).map(([name, version]) => [name, { componentVersion: version }]),
  )
  greengrass.installHistory({
    components: [...Object.entries(installed).map(([name, version]) => ({ name, version })), ...deployable],
    deployments: stages.map((stage) => ({
      targetArn: things.groupArn(stage),
      deploymentName: `Line firmware ${stage}`,
      components,
    })),
  })
}
