import { type Registry, textsOf } from '../../controller/messages/message.ts'
import { CONTROLLER_MESSAGES } from '../../controller/messages/registry.ts'
import { CLIENT_MESSAGES } from '../../sim/kernel/client-messages.ts'
import { CRASH_MESSAGES } from '../../sim/plant/crash-messages.ts'
import { ADVICE_MESSAGES } from './advice.ts'
import { CONCLUSION_MESSAGES } from './conclusions.ts'
import { INTERVENTION_MESSAGES } from './interventions.ts'
import { INVARIANT_MESSAGES } from './invariants.ts'
import { NOT_STARTED_MESSAGES } from './not-started.ts'
import { PROBE_MESSAGES } from './probes.ts'
import { UNDECIDED_MESSAGES } from './undecided.ts'

/** Every message that a trace or a report can hold. A part is added here, by the file that defines it. */
export const MESSAGES = {
  ...CONTROLLER_MESSAGES,
  ...CRASH_MESSAGES,
  ...INVARIANT_MESSAGES,
  ...UNDECIDED_MESSAGES,
  ...NOT_STARTED_MESSAGES,
  ...PROBE_MESSAGES,
  ...INTERVENTION_MESSAGES,
  ...CLIENT_MESSAGES,
  ...CONCLUSION_MESSAGES,
  ...ADVICE_MESSAGES,
} satisfies Registry

/** The sentence of any message, for reports, the screen and the CLI. */
export const textOf = textsOf(MESSAGES)
