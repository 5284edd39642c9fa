/** The member of this name, not one that every object has: a device may be called `constructor`. */
export const own = <Value>(map: Readonly<Record<string, Value>> | null | undefined, name: string): Value | undefined =>
  map !== null && map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined
