import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { GreengrassV2Client } from '@aws-sdk/client-greengrassv2'
import { IoTClient } from '@aws-sdk/client-iot'
import { deployments } from '../controller/aws/deployments.ts'
import { eventSink } from '../controller/aws/event-sink.ts'
import { fleetHealth } from '../controller/aws/fleet-health.ts'
import { MemoryStore } from '../controller/memory-store.ts'
import { openModelLevel } from '../sim/model/model-level.ts'
import { bindClient } from '../sim/model/sdk-binding.ts'
import { ACCOUNT_ID, REGION } from '../sim/twin.ts'
import type { Platform, PlatformOptions } from './platform.ts'

/** No sockets: devices linked directly, SDK clients bound to the services, the store in memory. */
export const modelPlatform = (options: PlatformOptions): Platform => ({
  openLevel: async (events) => openModelLevel(events, options.inFlight, options.onBug),

  async openPorts(twin) {
    const config = { region: REGION, credentials: { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' } }
    const greengrass = new GreengrassV2Client(config)
    const iot = new IoTClient(config)
    const events = new EventBridgeClient(config)
    const { services } = twin.cloud
    const unbind = [
      await bindClient(greengrass, 'greengrass', services, options),
      await bindClient(iot, 'iot', services, options),
      await bindClient(events, 'events', services, options),
    ]
    return {
      ports: {
        // The document that the shadow stands for, without the shadow's text.
        health: fleetHealth(iot, ({ thingName }) => twin.healthReport(thingName as string) ?? undefined),
        deployments: deployments(greengrass, iot, { region: REGION, accountId: ACCOUNT_ID }),
        store: new MemoryStore(),
        events: eventSink(events),
      },
      close: () => {
        for (const restore of unbind) restore()
        for (const client of [greengrass, iot, events]) client.destroy()
      },
    }
  },
})
