/** The link of a device, implemented by each level: an MQTT connection at wire level, direct calls at model level. */
export interface DeviceLink {
  /** Opens the connection; `onConnected` follows. Client id = thing name. [source: client-id] */
  connect(): void
  /** Drops the connection as a network failure does. */
  disconnect(): void
  /** QoS 0 may be lost; QoS 1 is acknowledged by the broker. The payload must not change after the call. */
  publish(topic: string, payload: object, qos: 0 | 1): void
  /**
   * `onGranted` runs once the broker has acknowledged all filters (SUBACK). At most 8 filters.
   * [source: subscribe-limit]
   */
  subscribe(filters: readonly string[], onGranted: () => void): void
  unsubscribe(filters: readonly string[]): void
}

/** What a link reports to its device. Payloads are parsed JSON; the device must not change them. */
export interface DeviceLinkEvents {
  onConnected(): void
  onDisconnected(): void
  onMessage(topic: string, payload: unknown): void
}

/**
 * The Greengrass data plane as a core device reaches it (HTTPS with mutual TLS in AWS; a call in the twin at both levels).
 * [source: data-plane]
 */
export interface DataPlane {
  thingGroupsForCoreDevice(thingName: string): readonly string[]
  /** `requirements` by component name; the answer lists those that no deployable version satisfies. */
  resolveComponentCandidates(requirements: ReadonlyMap<string, string>): { readonly missing: readonly string[] }
}
