/**
 * A number of 0 or more in plain digits, times a power of ten, without the rounding that a multiplication would bring:
 * `decimalText(0.005, 2)` is "0.5". Reading the text and shifting it back gives exactly the same number.
 */
export function decimalText(value: number, shiftDigits = 0): string {
  const [, whole = '0', fraction = '', exponent = '0'] = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? []
  const point = whole.length + Number(exponent) + shiftDigits
  const digits = `${'0'.repeat(Math.max(0, -point + 1))}${whole}${fraction}`.padEnd(point, '0')
  const at = Math.max(point, 1)
  const text = `${digits.slice(0, at)}.${digits.slice(at)}`
  return text.replace(/^0+(?=\d)/, '').replace(/\.?0*$/, '')
}
