import type { ThingRegistry } from '../cloud/iot/things.ts'
import type { HealthMonitor } from '../device/health-monitor.ts'
import type { DeviceLinkEvents } from '../kernel/link.ts'

/** Link events that also update the connectivity of the thing in the registry, as the fleet index shows it. */
export const withConnectivity = (
  thing: string,
  things: ThingRegistry,
  monitor: HealthMonitor,
  events: DeviceLinkEvents,
): DeviceLinkEvents => ({
  onConnected: () => {
    things.setConnectivity(thing, true)
    events.onConnected()
  },
  onDisconnected: () => {
    monitor.unsettle()
    things.setConnectivity(thing, false, 'CONNECTION_LOST')
    events.onDisconnected()
  },
  onMessage: (topic, payload) => events.onMessage(topic, payload),
})
