/** The services that own reserved topics, as they receive a device's publish. [source: reserved-topics] */
export interface MqttServices {
  shadow(thing: string, shadow: string | null, verb: 'get' | 'update' | 'delete', payload: unknown): void
  /** `rest` is the topic after `$aws/things/{thing}/jobs/`. */
  jobs(clientId: string, thing: string, rest: string, payload: unknown): void
  fleetStatus(thing: string, payload: unknown): void
}

const PREFIX = '$aws/things/'

/** `{verb}` of the classic shadow, or `name/{shadow}/{verb}`. */
const SHADOW_REQUEST = /^(?:name\/([^/]+)\/)?(get|update|delete)$/

/** Whether a service that takes this topic only answers, and changes nothing. */
export const isReadRequest = (topic: string): boolean => topic.startsWith(PREFIX) && topic.endsWith('/get')

/** Passes a publish on to the service that owns its topic; false when no emulated service does. */
export function routePublish(services: MqttServices, clientId: string, topic: string, payload: unknown): boolean {
  if (!topic.startsWith(PREFIX)) return false
  const thingEnd = topic.indexOf('/', PREFIX.length)
  const areaEnd = topic.indexOf('/', thingEnd + 1)
  if (thingEnd < 0 || areaEnd < 0) return false
  const thing = topic.slice(PREFIX.length, thingEnd)
  const rest = topic.slice(areaEnd + 1)
  switch (topic.slice(thingEnd + 1, areaEnd)) {
    case 'shadow': {
      const request = SHADOW_REQUEST.exec(rest)
      if (request === null) return false
      services.shadow(thing, request[1] ?? null, request[2] as 'get' | 'update' | 'delete', payload)
      return true
    }
    case 'jobs':
      services.jobs(clientId, thing, rest, payload)
      return true
    case 'greengrassv2':
      if (rest !== 'health/json') return false
      services.fleetStatus(thing, payload)
      return true
    default:
      return false
  }
}
