import { deviceList, lineList } from '../messages/wording.ts'
import type { RuleInput } from './rule-input.ts'
import type { Finding } from './verdict.ts'

/** The devices that a finding is about and their lines: how many, and the first few by name; nothing for none. */
export function concerned(things: readonly string[], { watch }: RuleInput): Pick<Finding, 'things' | 'lines'> {
  if (things.length === 0) return {}
  const lines = [...new Set(things.map((thing) => watch.lineOf[thing] as number))]
  return { things: deviceList(things), lines: lineList(lines) }
}
