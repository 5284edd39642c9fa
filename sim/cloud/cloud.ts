import type { CloudContext } from './base/cloud-context.ts'
import { TagStore } from './base/tags.ts'
import { type DeliveryFate, EventBus } from './events/event-bus.ts'
import { Topics } from './events/topics.ts'
import { DEPLOYMENT_SHADOW } from './greengrass/deployment-service.ts'
import { GreengrassService } from './greengrass/greengrass.ts'
import { DataEndpoint } from './iot/data-endpoint.ts'
import { FleetIndex } from './iot/fleet-index.ts'
import { IOT_TAG_RULES } from './iot/iot-tags.ts'
import type { MqttServices } from './iot/mqtt-router.ts'
import { ThingTypes } from './iot/thing-types.ts'
import { ThingRegistry } from './iot/things.ts'
import { DeviceMessages } from './jobs/device-plane/device-messages.ts'
import { JobsService } from './jobs/jobs-service.ts'
import { bindServices, type CloudServices } from './operations.ts'
import { ShadowService } from './shadow/shadow-service.ts'

/** The emulated services of one account and region, wired to each other. */
export interface Cloud {
  readonly things: ThingRegistry
  readonly shadows: ShadowService
  readonly jobs: JobsService
  readonly greengrass: GreengrassService
  readonly events: EventBus
  readonly topics: Topics
  readonly index: FleetIndex
  readonly dataEndpoint: DataEndpoint
  /** The operations that the endpoints serve, by signing name. */
  readonly services: CloudServices
  /** The services that receive the publishes of devices. */
  readonly mqtt: MqttServices
}

/** `invoke` runs a Lambda function; it must not throw. `eventFate`: the copies and delays of each event's delivery to it. */
export function makeCloud(
  ctx: CloudContext,
  settings: { readonly indexedShadows: readonly string[] },
  invoke: (functionArn: string, event: object) => void,
  eventFate?: DeliveryFate,
): Cloud {
  const things = new ThingRegistry(ctx)
  const shadows = new ShadowService(ctx, { exists: (thing) => things.existedEver(thing) })
  const jobs = new JobsService(ctx, things)
  const events = new EventBus(ctx, invoke, eventFate)
  const topics = new Topics(ctx)
  const greengrass = new GreengrassService(
    ctx,
    { things, jobs, events, shadows },
    { supersededStatus: 'INACTIVE', cancelInProgressOnSupersede: true },
  )
  shadows.onReported((thing, shadow, reported) => {
    if (shadow === DEPLOYMENT_SHADOW) greengrass.handleDeploymentShadow(thing, reported)
  })
  const index = new FleetIndex({ things, shadows }, settings.indexedShadows)
  const dataEndpoint = new DataEndpoint()
  const state = {
    clock: ctx.clock,
    messaging: ctx.messaging,
    things,
    shadows,
    jobs,
    greengrass,
    events,
    topics,
    index,
    dataEndpoint,
  }
  const iotTags = new TagStore(IOT_TAG_RULES)
  jobs.onJobDeleted(({ jobId }) => iotTags.forget(jobs.jobArn(jobId)))
  const registry = { account: ctx, thingTypes: new ThingTypes(ctx), iotTags }
  const deviceMessages = new DeviceMessages(ctx, jobs, things)
  return {
    ...state,
    services: bindServices({ ...state, ...registry }),
    mqtt: {
      shadow: (thing, shadow, verb, payload) => shadows.handleMessage(thing, shadow, verb, payload),
      jobs: (clientId, thing, rest, payload) => deviceMessages.handle(clientId, thing, rest, payload),
      fleetStatus: (thing, payload) => greengrass.handleFleetStatus(thing, payload),
    },
  }
}
