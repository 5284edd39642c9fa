import type { Cloud } from '../cloud/cloud.ts'
import type { ThingRegistry } from '../cloud/iot/things.ts'
import type { HealthMonitor } from '../device/health-monitor.ts'
import type { DeviceLinkEvents } from '../kernel/link.ts'

/** The client ids that clients from outside are connected with: a thing of such a name is connected. */
export class OutsideSessions {
  readonly #connected = new Set<string>()

  has(clientId: string): boolean {
    return this.#connected.has(clientId)
  }

  changed(clientId: string, isConnected: boolean, cloud: Pick<Cloud, 'things'> | null): void {
    if (isConnected) this.#connected.add(clientId)
    else this.#connected.delete(clientId)
    cloud?.things.setConnectivity(clientId, isConnected, isConnected ? undefined : 'CONNECTION_LOST')
  }
}

/** Link events that also update the connectivity of the thing in the registry, as the fleet index shows it. */
export const withConnectivity = (
  thing: string,
  { things, sessions }: { readonly things: ThingRegistry; readonly sessions: OutsideSessions },
  monitor: HealthMonitor,
  events: DeviceLinkEvents,
): DeviceLinkEvents => ({
  onConnected: () => {
    things.setConnectivity(thing, true)
    events.onConnected()
  },
  onDisconnected: () => {
    monitor.unsettle()
    // A client that has taken the connection over is connected.
    if (!sessions.has(thing)) things.setConnectivity(thing, false, 'CONNECTION_LOST')
    events.onDisconnected()
  },
  onMessage: (topic, payload) => events.onMessage(topic, payload),
})
