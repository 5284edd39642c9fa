import { signsAgainst } from '../statistics/trend.ts'

/** What is kept of one gauge of one device since its install: its mean in every half hour, a day of them. */
export interface TrendSeries {
  /** Above what its baseline and the controls let expect, oldest first. */
  readonly means: readonly number[]
  /** Mann-Kendall S: pairs that rise less pairs that fall. */
  readonly s: number
  /** The half hour that is not over yet. */
  readonly running: { readonly block: number; readonly count: number; readonly sum: number }
}

/** By rule and device. */
export type TrendsOfRules = Readonly<Record<string, Readonly<Record<string, TrendSeries>>>>

const BLOCK_MS = 30 * 60_000
const MAX_BLOCKS = 48
export const TREND_BLOCKS_PER_HOUR = 3_600_000 / BLOCK_MS

export const NO_TREND: TrendSeries = { means: [], s: 0, running: { block: -1, count: 0, sum: 0 } }

/** Takes in the effect of one evaluation. A half hour without any has no mean, and the trend goes on after it. */
export function withEffect(series: TrendSeries, effect: number, nowMs: number): TrendSeries {
  const block = Math.floor(nowMs / BLOCK_MS)
  const { running } = series
  if (block === running.block)
    return { ...series, running: { block, count: running.count + 1, sum: running.sum + effect } }
  const begun = { block, count: 1, sum: effect }
  if (running.count === 0) return { ...series, running: begun }
  const mean = running.sum / running.count
  const kept = series.means.length < MAX_BLOCKS ? series.means : series.means.slice(1)
  const lost = kept === series.means ? 0 : -signsAgainst(series.means[0] as number, kept)
  return { means: [...kept, mean], s: series.s - lost + signsAgainst(mean, kept), running: begun }
}
