import { define, type MessageOf } from '../../controller/messages/message.ts'

/** Why a firmware process died. */
export const CRASH_MESSAGES = {
  EXITED: define<{ readonly exitCode: number }>(
    'The process ended itself with an error.',
    ({ exitCode }) => `exited with code ${exitCode}`,
  ),
  STARTUP_FAILED: define<{ readonly exitCode: number }>(
    'The startup script of the component failed.',
    ({ exitCode }) => `startup script exited with code ${exitCode}`,
  ),
  OUT_OF_MEMORY: define<{ readonly limitMiB: number }>(
    'The kernel killed the process at its memory limit.',
    ({ limitMiB }) => `out of memory at ${limitMiB} MiB`,
  ),
  COUNTER_OVERFLOW: define<{ readonly cycles: number }>(
    'A counter of the firmware overflowed.',
    ({ cycles }) => `counter overflowed after ${cycles} cycles`,
  ),
}

export type CrashReason = MessageOf<typeof CRASH_MESSAGES>
