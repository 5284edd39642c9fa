/**
 * One message as it is stored, traced and compared: a stable code and its typed data. Its sentence is made from a
 * registry at the edge (CLI, reports, screen, notification), so that it may be reworded at any time.
 */
export interface Message {
  /** UPPER_SNAKE_CASE, stable over versions: what programs decide and count by. */
  readonly code: string
  readonly data: object
}

/** Turns any message into its sentence; a definition is given it for messages that its data holds. */
export type TextOf = (message: Message) => string

/** What one code means, what its data holds, and how it reads. */
export interface MessageDefinition<Data extends object = never> {
  /** When it is used, in one sentence, for the table of codes. */
  readonly meaning: string
  /** Read by people only. Nothing may match on it. */
  text: (data: Data, textOf: TextOf) => string
}

/**
 * Defines the message of one code.
 * @example
 * export const HOLD_MESSAGES = {
 *   GATE_CLOSED: define<{ stage: string; opensInMs: number }>(
 *     'The deployment window of the next stage is not open.',
 *     ({ stage, opensInMs }) => `the gate of ${stage} opens in ${hoursText(opensInMs)}`,
 *   ),
 * }
 */
export const define = <Data extends object>(
  meaning: string,
  text: (data: Data, textOf: TextOf) => string,
): MessageDefinition<Data> => ({ meaning, text })

/**
 * Every message of a part of the registry, by its codes: `{ code: 'GATE_CLOSED', data: { stage, opensInMs } } | ...`.
 */
export type MessageOf<Definitions> = {
  [Code in keyof Definitions & string]: Definitions[Code] extends MessageDefinition<infer Data>
    ? { readonly code: Code; readonly data: Data }
    : never
}[keyof Definitions & string]

/** A registry as it is looked up at run time. */
export type Registry = Readonly<Record<string, MessageDefinition>>

/** The function that makes sentences of a registry. A code that it does not hold is shown as code and data. */
export function textsOf(registry: Registry): TextOf {
  const textOf: TextOf = ({ code, data }) =>
    Object.hasOwn(registry, code)
      ? (registry[code] as MessageDefinition).text(data as never, textOf)
      : `${code} ${JSON.stringify(data)}`
  return textOf
}
