/** Digits 0 to 9, three cells wide, five high. */
const ROWS = [
  '### ##  ### ### # # ### ### ### ### ###',
  '# #  #    #   # # # #   #     # # # # #',
  '# #  #  ### ### ### ### ###   # ### ###',
  '# #  #  #     #   #   # # #   # # #   #',
  '### ### ### ###   # ### ###   # ### ###',
] as const

/** A whole number in large digits; five lines. */
export const bigNumber = (value: number): string[] =>
  ROWS.map((row) =>
    [...String(Math.round(value))].map((digit) => row.slice(Number(digit) * 4, Number(digit) * 4 + 3)).join(' '),
  )
