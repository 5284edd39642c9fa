import type { Message } from '../../controller/messages/message.ts'
import { textOf } from './registry.ts'

/** A message as report.json holds it: programs decide by its code and data, its sentence is for readers. */
export interface ReportedMessage extends Message {
  readonly text: string
}

export const reported = ({ code, data }: Message): ReportedMessage => ({ code, data, text: textOf({ code, data }) })

/** One line: the code to search for, and the sentence. */
export const reportedLine = ({ code, text }: ReportedMessage): string => `${code}: ${text}`

/** One line per expected item that was not met and per invariant that was violated; none for a run as it should be. */
export const failureTexts = ({
  expectation,
  invariants,
}: {
  readonly expectation: { readonly failures: readonly ReportedMessage[] }
  readonly invariants: { readonly violated: readonly ReportedMessage[] }
}): readonly string[] => [...expectation.failures.map(({ text }) => text), ...invariants.violated.map(reportedLine)]
