import { define } from '../../controller/messages/message.ts'

/** Why no rollout was started, where the preflight refused nothing. */
export const NOT_STARTED_MESSAGES = {
  START_FAILED: define<{ readonly error: string; readonly message: string }>(
    'The function that starts a rollout failed, and so did every retry.',
    ({ error, message }) => `the rollout could not be started: ${error}: ${message}`,
  ),
}
