/** Several contenders in turn, round after round, so that a slow moment of the machine hits all of them. */
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

/** Where a few in a hundred matter: nothing makes work faster than it is. */
export const least = (values: readonly number[]): number => Math.min(...values)

/** Seconds that `work` takes. */
export async function secondsOf(work: () => Promise<unknown> | unknown): Promise<number> {
  const startedMs = performance.now()
  await work()
  return (performance.now() - startedMs) / 1000
}

/** One line: what was measured, the value, and the limit it is held against. */
export function tell(what: string, value: string, limit = ''): void {
  process.stdout.write(`${what.padEnd(64)} ${value.padStart(12)}${limit === '' ? '' : `   ${limit}`}\n`)
}

export const ratio = (value: number): string => `${value.toFixed(2)} x`
export const rate = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`
