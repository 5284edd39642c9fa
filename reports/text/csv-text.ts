import { printableLine } from '../numbers/printable.ts'

/** What a spreadsheet takes for a formula. */
const FORMULA = /^[=+@-]/

/** A field of CSV: text that could be a formula begins with an apostrophe, and one with a separator or quote is quoted. */
export function csvField(value: string | number | null | undefined): string {
  if (typeof value !== 'string') return String(value ?? '')
  const plain = printableLine(FORMULA.test(value) ? `'${value}` : value)
  return /[",]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}
