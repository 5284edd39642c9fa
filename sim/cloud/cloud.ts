import type { CloudContext, Services } from './base/cloud-context.ts'
import { type DeliveryFate, EventBus } from './events/event-bus.ts'
import { Topics } from './events/topics.ts'
import { DEPLOYMENT_SHADOW, GreengrassService } from './greengrass/greengrass.ts'
import { FleetIndex } from './iot/fleet-index.ts'
import type { MqttServices } from './iot/mqtt-router.ts'
import { ShadowService } from './iot/shadow.ts'
import { ThingRegistry } from './iot/things.ts'
import { JobsService } from './jobs/jobs.ts'

/** The emulated services of one account and region, wired to each other. */
export interface Cloud {
  readonly things: ThingRegistry
  readonly shadows: ShadowService
  readonly jobs: JobsService
  readonly greengrass: GreengrassService
  readonly events: EventBus
  readonly topics: Topics
  readonly index: FleetIndex
  /** What the endpoints serve, by signing name. */
  readonly services: Services
  /** Who gets which publish of a device. */
  readonly mqtt: MqttServices
}

/** `invoke` runs a Lambda function; it must not throw. `eventFate`: what becomes of events on their way to it. */
export function makeCloud(
  ctx: CloudContext,
  settings: { readonly indexedShadows: readonly string[] },
  invoke: (functionArn: string, event: object) => void,
  eventFate?: DeliveryFate,
): Cloud {
  const things = new ThingRegistry(ctx)
  const shadows = new ShadowService(ctx, things)
  const jobs = new JobsService(ctx, things)
  const events = new EventBus(ctx, invoke, eventFate)
  const topics = new Topics(ctx)
  const greengrass = new GreengrassService(
    ctx,
    { things, jobs, events, shadow: shadows },
    { supersededStatus: 'INACTIVE', cancelInProgressOnSupersede: true },
  )
  shadows.onReported((thing, shadow, reported) => {
    if (shadow === DEPLOYMENT_SHADOW) greengrass.handleDeploymentShadow(thing, reported)
  })
  const index = new FleetIndex({ things, shadows }, settings.indexedShadows)
  return {
    things,
    shadows,
    jobs,
    greengrass,
    events,
    topics,
    index,
    services: new Map([
      ['greengrass', greengrass.operations],
      ['iot', { ...things.operations, ...jobs.operations, ...index.operations }],
      ['iotdata', shadows.operations],
      ['iot-jobs-data', jobs.dataOperations],
      ['events', events.operations],
      ['sns', topics.operations],
    ]),
    mqtt: {
      shadow: (thing, shadow, verb, payload) => shadows.handleMessage(thing, shadow, verb, payload),
      jobs: (clientId, thing, rest, payload) => jobs.handleMessage(clientId, thing, rest, payload),
      fleetStatus: (thing, payload) => greengrass.handleFleetStatus(thing, payload),
    },
  }
}
