import type { Message } from '../../controller/messages/message.ts'
import { textOf } from './registry.ts'

/** A message as report.json holds it: programs decide by its code and data, its sentence is for people. */
export interface ReportedMessage extends Message {
  readonly text: string
}

export const reported = ({ code, data }: Message): ReportedMessage => ({ code, data, text: textOf({ code, data }) })

/** One line: the code to search for, and the sentence. */
export const reportedLine = ({ code, text }: ReportedMessage): string => `${code}: ${text}`
