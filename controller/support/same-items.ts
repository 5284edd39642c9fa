/** Whether two lists hold the same in the same order; mostly they are one list, and then it costs nothing. */
export const hasSameItems = (a: readonly string[], b: readonly string[]): boolean =>
  a === b || (a.length === b.length && a.every((item, i) => item === b[i]))
