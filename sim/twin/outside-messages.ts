import type { Cloud } from '../cloud/cloud.ts'
import { isReadRequest, routePublish } from '../cloud/iot/mqtt-router.ts'
import type { OutsideClient } from '../kernel/client-activity.ts'
import type { OutsideClients } from '../kernel/outside-clients.ts'

/** Takes a message of a client from outside to the service that owns its topic, and accounts for it. @throws what the service throws */
export function takeOutsideMessage(
  cloud: Cloud,
  outside: OutsideClients,
  client: OutsideClient,
  message: { readonly topic: string; readonly payload: unknown },
): void {
  const { topic, payload } = message
  const route = (): boolean => routePublish(cloud.mqtt, client.id, topic, payload)
  const request = `PUBLISH ${topic}`
  if (isReadRequest(topic)) {
    route()
    outside.read(client, request)
  } else if (outside.serve(client, route)) {
    outside.changed(client, request, { code: 'MESSAGE_TAKEN', data: { client, request } })
  } else outside.read(client, 'PUBLISH')
}
