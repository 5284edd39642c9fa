/** Values that files and command lines should not hold, and that a reader may take for something else. */
export const NASTY_VALUES = [
  '1e400',
  '-1e400',
  '-1',
  '0',
  '1e15',
  '9007199254740993',
  '0.0000001',
  '1000000000',
  '.inf',
  '.nan',
  'null',
  '~',
  'true',
  '""',
  '[]',
  '{}',
  '[[[[]]]]',
  '{ __proto__: 1 }',
  '{ constructor: { prototype: 1 } }',
  'toString',
  'constructor',
  '__proto__',
  '*nowhere',
  '&a [*a]',
  '!!binary aGVsbG8=',
  '!!set { a }',
  '99999999999d',
  '0.5ms',
  '1ms',
  '0h',
  '366d',
  '100 %',
  '0 %',
  '1000000000 %',
  '0.000001 %',
  '1000000000 MiB',
  '"\\e[31m\\u0000\\u202e"',
  "'::error::x'",
  '"a\\n::error::b"',
  '2026-02-30T25:61',
  '9999-12-31T23:59',
  '+275760-09-13T00:00[UTC]',
  '2026-03-29T02:30[Europe/Berlin]',
  '2026-03-02T14:00[+05:30]',
  '02:60',
  'v2.4.0',
  '2.4',
  '02.4.0',
  'line-99-99',
  `"${'x'.repeat(5_000)}"`,
  '\uFFFE',
  '\uD800',
] as const

type Chance = () => number

const pick = <T>(from: readonly T[], chance: Chance): T => from[Math.floor(chance() * from.length)] as T
const place = (length: number, chance: Chance): number => Math.floor(chance() * (length + 1))

/** One change of a text: of characters, of lines, or of one of its values. */
const CHANGES: readonly ((text: string, chance: Chance) => string)[] = [
  (text, chance) => text.slice(0, place(text.length, chance)),
  (text, chance) => {
    const at = place(text.length, chance)
    return text.slice(0, at) + text.slice(at + 1 + Math.floor(chance() * 5))
  },
  (text, chance) => {
    const at = place(text.length, chance)
    return text.slice(0, at) + String.fromCharCode(Math.floor(chance() * 256)) + text.slice(at)
  },
  (text, chance) => {
    const lines = text.split('\n')
    lines.splice(
      place(lines.length, chance),
      0,
      ...Array.from({ length: 1 + Math.floor(chance() * 3) }, () => pick(lines, chance)),
    )
    return lines.join('\n')
  },
  (text, chance) => {
    const lines = text.split('\n')
    lines.splice(Math.floor(chance() * lines.length), 1)
    return lines.join('\n')
  },
  (text, chance) => {
    const at = place(text.length, chance)
    return (
      text.slice(0, at) +
      pick(['[', '{', '}', ']', ':', '- ', '"', "'", '|', '&a ', '*a', '#', ',', '\t', '\r\n', '? '], chance) +
      text.slice(at)
    )
  },
  replacedValue,
  replacedValue,
  replacedValue,
  replacedValue,
]

/** Another value for what stands after a colon, a comma or a bracket. */
function replacedValue(text: string, chance: Chance): string {
  const values = [...text.matchAll(/(?<=[:,[{]\s*)[^\s,:[\]{}"]+/g)]
  if (values.length === 0) return text
  const { 0: value, index } = pick(values, chance)
  return text.slice(0, index) + pick(NASTY_VALUES, chance) + text.slice(index + value.length)
}

/** The text with one to three changes. */
export function mutated(text: string, chance: Chance): string {
  let changed = text
  for (let left = 1 + Math.floor(chance() * 3); left > 0; left--) changed = pick(CHANGES, chance)(changed, chance)
  return changed
}
