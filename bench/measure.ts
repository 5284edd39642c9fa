/** Measures several contenders in turn, round after round, so that a slow moment of the machine affects all of them. */
export async function inTurn<K extends string>(
  rounds: number,
  contenders: Readonly<Record<K, () => Promise<number> | number>>,
  typical: (values: readonly number[]) => number = median,
): Promise<Record<K, number>> {
  const names = Object.keys(contenders) as K[]
  const values = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>
  for (let round = 0; round < rounds; round++) {
    for (const name of names) values[name].push(await contenders[name]())
  }
  return Object.fromEntries(names.map((name) => [name, typical(values[name])])) as Record<K, number>
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] as number
}

/** For differences of a few per cent: other load never makes a run shorter. */
export const least = (values: readonly number[]): number => Math.min(...values)

/** Seconds that `work` takes. */
export async function secondsOf(work: () => Promise<unknown> | unknown): Promise<number> {
  const startedMs = performance.now()
  await work()
  return (performance.now() - startedMs) / 1000
}

/** Prints one line: the measurement, its value, and the limit if there is one. */
export function print(what: string, value: string, limit = ''): void {
  process.stdout.write(`${what.padEnd(64)} ${value.padStart(12)}${limit === '' ? '' : `   ${limit}`}\n`)
}

export const ratio = (value: number): string => `${value.toFixed(2)} x`
export const rate = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`
