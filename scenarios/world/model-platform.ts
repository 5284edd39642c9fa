import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { GreengrassV2Client } from '@aws-sdk/client-greengrassv2'
import { IoTClient } from '@aws-sdk/client-iot'
import { SNSClient } from '@aws-sdk/client-sns'
import { deployments } from '../../controller/aws/deployments.ts'
import { eventSink } from '../../controller/aws/event-sink.ts'
import { fleetHealth, reportedInShadow } from '../../controller/aws/fleet-health.ts'
import { notifications } from '../../controller/aws/notifications.ts'
import type { ServiceName } from '../../sim/cloud/base/operations.ts'
import { isPresent } from '../../sim/cloud/iot/indexed-thing.ts'
import { openModelLevel } from '../../sim/model/model-level.ts'
import { bindClient, type SdkClient } from '../../sim/model/sdk-binding.ts'
import { ACCOUNT_ID, REGION } from '../../sim/twin/account.ts'
import { MemoryStore } from './memory-store.ts'
import type { Platform, PlatformOptions } from './platform.ts'
import { VirtualRetryStrategy } from './virtual-retry.ts'

/** No sockets: devices linked directly, SDK clients bound to the services, the store in memory. */
export const modelPlatform = (options: PlatformOptions): Platform => ({
  openLevel: async (events) => openModelLevel(events, options.inFlight, options.onBug),

  async openPorts(twin, seed, topicArn) {
    const config = { region: REGION, credentials: { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' } }
    const greengrass = new GreengrassV2Client(config)
    const iot = new IoTClient(config)
    const events = new EventBridgeClient(config)
    const sns = new SNSClient(config)
    const bind = (client: SdkClient, service: ServiceName): Promise<() => void> => {
      const retryStrategy = new VirtualRetryStrategy(service, { ...options, clock: twin.clock, seed })
      return bindClient(client, service, twin.cloud.services, { ...options, faults: twin.apiFaults, retryStrategy })
    }
    const unbind = [
      await bind(greengrass, 'greengrass'),
      await bind(iot, 'iot'),
      await bind(events, 'events'),
      await bind(sns, 'sns'),
    ]
    return {
      ports: {
        // The document of the shadow, without parsing the shadow's text where that is current.
        health: fleetHealth(iot, (document) =>
          isPresent(document)
            ? (twin.healthReport(document.thingName as string) ?? undefined)
            : reportedInShadow(document),
        ),
        deployments: deployments(greengrass, iot, { region: REGION, accountId: ACCOUNT_ID }),
        store: new MemoryStore(),
        events: eventSink(events),
        notifications: notifications(sns, topicArn),
      },
      close: () => {
        for (const restore of unbind) restore()
        for (const client of [greengrass, iot, events, sns]) client.destroy()
      },
    }
  },
})
