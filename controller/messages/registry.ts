import { DECISION_MESSAGES, DECISION_PART_MESSAGES } from './decisions.ts'
import { FINDING_MESSAGES } from './findings.ts'
import { type Registry, textsOf } from './message.ts'
import { NOTIFICATION_MESSAGES } from './notifications.ts'
import { OPERATION_MESSAGES } from './operations.ts'
import { REFUSAL_MESSAGES } from './refusals.ts'

/** Every message of the controller. A part of the registry is added here, by the file that defines it. */
export const CONTROLLER_MESSAGES = {
  ...DECISION_MESSAGES,
  ...DECISION_PART_MESSAGES,
  ...FINDING_MESSAGES,
  ...REFUSAL_MESSAGES,
  ...OPERATION_MESSAGES,
  ...NOTIFICATION_MESSAGES,
} satisfies Registry

/** The sentence of a message of the controller, for notifications, logs and answers of its functions. */
export const textOf = textsOf(CONTROLLER_MESSAGES)
