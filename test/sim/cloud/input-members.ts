import type { NormalizedSchema } from '@smithy/core/schema'

/** `input`, which notes the path of every member that is read. */
export const noting = (input: object, read: Set<string>, path = ''): object =>
  new Proxy(input, {
    get(target, key) {
      const at = `${path}${String(key)}`
      read.add(at)
      const value: unknown = Reflect.get(target, key)
      return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? noting(value, read, `${at}.`)
        : value
    },
  })

/** Paths of the members of an input; those of maps and lists are values, and what MQTT 5 has is one. */
export const membersOf = (schema: NormalizedSchema, path = ''): string[] =>
  schema.isStructSchema()
    ? [...schema.structIterator()].flatMap(([name, member]) => [
        `${path}${name}`,
        ...(name === 'mqtt5Configuration' ? [] : membersOf(member, `${path}${name}.`)),
      ])
    : []
