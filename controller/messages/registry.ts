import { type Registry, textsOf } from './message.ts'

/** Every message of the controller. A part of the registry is added here, by the file that defines it. */
export const CONTROLLER_MESSAGES = {} satisfies Registry

/** The sentence of a message of the controller, for notifications, logs and answers of its functions. */
export const textOf = textsOf(CONTROLLER_MESSAGES)
