import { define, type Message, type MessageOf } from '../../controller/messages/message.ts'

/** What `rehearse fuzz` demands of a generated scenario in addition to the invariants. */
export const PROBE_MESSAGES = {
  REHEARSAL_FAILED: define<{ error: string; message: string }>(
    'A rehearsal of a valid scenario runs to its end.',
    ({ error, message }) => `the rehearsal failed: ${error}: ${message}`,
  ),
  HEALTHY_BASELINE_REFUSED: define<{ refusals: readonly Message[] }>(
    'A baseline week without faults is no reason to refuse a release.',
    ({ refusals }, textOf) => `preflight refused a healthy baseline: ${refusals.map(textOf).join('; ')}`,
  ),
  LEVELS_DIFFER: define<{ model: string; wire: string }>(
    'A scenario plays at wire level as at model level.',
    ({ model, wire }) => `the digest is ${wire} at wire level and ${model} at model level`,
  ),
  EXPECTATION_NOT_MET: define<{ what: string; expected: string; actual: string }>(
    'A scenario comes to what its file expects.',
    ({ what, expected, actual }) => `${what} is ${actual}, expected ${expected}`,
  ),
}

export type ProbeViolation = MessageOf<typeof PROBE_MESSAGES>
