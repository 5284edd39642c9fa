import { defineOperations } from '../base/operations.ts'
import { type CoreDevice, installedOn } from './core-devices.ts'
import type { GreengrassService } from './greengrass.ts'
import { checkOneOf, greengrassPage, requireMatch } from './validate.ts'

const RUNTIME = 'aws_nucleus_classic'
/** Details above this length are cut. [source: lifecycle-details] */
const MAX_DETAILS_CHARACTERS = 1_000

/** Core devices and their components. [source: lifecycle-details] */
export const coreDeviceOperations = defineOperations<'greengrass', { readonly greengrass: GreengrassService }>()({
  GetCoreDevice: ({ coreDeviceThingName }, { greengrass: { cores, tags } }) => {
    const device = cores.deviceOrThrow(coreDeviceThingName)
    return { ...summary(device), coreVersion: device.coreVersion, tags: tags.of(cores.arnOf(device)) }
  },

  ListCoreDevices: (input, { greengrass: { cores, deployments } }) => {
    checkOneOf('status', input.status, ['HEALTHY', 'UNHEALTHY'])
    const devicesApplied =
      input.thingGroupArn === undefined
        ? null
        : deployments.devicesApplied(requireMatch('thingGroupArn', input.thingGroupArn))
    const devices = cores
      .all()
      .filter(
        ({ thing, status }) =>
          (input.status === undefined || status === input.status) &&
          (input.runtime === undefined || input.runtime === RUNTIME) &&
          (devicesApplied === null || devicesApplied.has(thing)),
      )
    const { items, nextToken } = greengrassPage(devices, input)
    return { coreDevices: items.map(summary), nextToken }
  },

  DeleteCoreDevice: ({ coreDeviceThingName }, { greengrass: { cores } }) => {
    cores.delete(cores.deviceOrThrow(coreDeviceThingName))
    return {}
  },

  ListInstalledComponents: (input, { greengrass: { cores } }) => {
    checkOneOf('topologyFilter', input.topologyFilter, ['ROOT', 'ALL'])
    const device = cores.deviceOrThrow(input.coreDeviceThingName)
    const components = installedOn(device).filter(({ isRoot }) => isRoot || input.topologyFilter === 'ALL')
    const { items, nextToken } = greengrassPage(components, input)
    return {
      installedComponents: items.map((component) => ({
        componentName: component.name,
        componentVersion: component.version,
        lifecycleState: component.state,
        lifecycleStateDetails: component.statusReason?.slice(0, MAX_DETAILS_CHARACTERS),
        lifecycleStatusCodes: component.statusCodes,
        isRoot: component.isRoot,
        lastStatusChangeTimestamp: new Date(component.changedAtMs),
        lastReportedTimestamp: new Date(component.reportedAtMs),
        lastInstallationSource: component.deploymentId,
      })),
      nextToken,
    }
  },
})

const summary = (device: CoreDevice) => ({
  coreDeviceThingName: device.thing,
  status: device.status,
  lastStatusUpdateTimestamp: new Date(device.lastStatusUpdateMs),
  platform: device.platform,
  architecture: device.architecture,
  runtime: RUNTIME,
})
