import { define, type MessageOf } from '../../controller/messages/message.ts'

/** Why a run cannot show that an invariant holds. */
export const UNDECIDED_MESSAGES = {
  NOTHING_EVALUATED: define<object>('The controller evaluated nothing in this run.', () => 'nothing was evaluated'),
  DISTURBANCE_NEVER_ENDS: define<object>(
    'A fault of the environment lasts to the end of the run.',
    () => 'a disturbance lasts to the end of the run',
  ),
  RUN_ENDED_TOO_EARLY: define<{ devices?: number }>(
    'The run ended while there was still time for what the invariant demands.',
    ({ devices }) => `the run ended too early${devices === undefined ? '' : `; ${devices} devices had no time left`}`,
  ),
  CLIENT_INTERVENED: define<object>(
    'The trace violates the invariant, but a client from outside changed something in this run.',
    () => 'a client from outside may be the cause of what violates it',
  ),
}

export type UndecidedReason = MessageOf<typeof UNDECIDED_MESSAGES>
