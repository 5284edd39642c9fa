/** Brings a device's publish on a reserved topic to the service that owns the topic. [iot: reserved topics] */
export interface MqttServices {
  shadow(thing: string, shadow: string | null, verb: 'get' | 'update' | 'delete', payload: unknown): void
  /** `rest` is the topic after `$aws/things/{thing}/jobs/`. */
  jobs(clientId: string, thing: string, rest: string, payload: unknown): void
  fleetStatus(thing: string, payload: unknown): void
}

const PREFIX = '$aws/things/'

/** Returns false when no emulated service listens to `topic`. */
export function routePublish(services: MqttServices, clientId: string, topic: string, payload: unknown): boolean {
  if (!topic.startsWith(PREFIX)) return false
  const [thing, area, ...rest] = topic.slice(PREFIX.length).split('/') as [string, string | undefined, ...string[]]
  if (area === 'shadow') {
    const named = rest[0] === 'name'
    const verb = named ? rest[2] : rest[0]
    if (rest.length !== (named ? 3 : 1) || !isVerb(verb)) return false
    services.shadow(thing, named ? (rest[1] as string) : null, verb, payload)
    return true
  }
  if (area === 'jobs') {
    services.jobs(clientId, thing, rest.join('/'), payload)
    return true
  }
  if (area === 'greengrassv2' && rest.join('/') === 'health/json') {
    services.fleetStatus(thing, payload)
    return true
  }
  return false
}

const isVerb = (text: string | undefined): text is 'get' | 'update' | 'delete' =>
  text === 'get' || text === 'update' || text === 'delete'
