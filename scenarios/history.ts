import { Temporal } from 'temporal-polyfill'
import { HISTORY } from '../fixtures/history.ts'
import { foldHistory, type History, type Release } from '../reports/history.ts'
import { findScenario } from './catalogue.ts'
import { runMany, type SweepOptions } from './run-many.ts'
import type { Scenario } from './scenario.ts'
import { SweepFailed } from './sweep-failed.ts'

const DAY_MS = 86_400_000
/** Starts on Monday to Thursday in turn. [detection E3] */
const START_DAYS = 4

/**
 * The releases of the history as scenarios, in order. Each is played on the same fleet by itself: with 18.5 days from one
 * to the next no rollout meets another, and a clean week lies before each. [detection E4]
 */
export function releases(): readonly Scenario[] {
  const { firstMonday, zone, days, faulty, meanDaysBetweenCrashes } = HISTORY
  const base = findScenario('healthy')
  let running = '2.0.0'
  return Array.from({ length: HISTORY.releases }, (_, index): Scenario => {
    const week = Math.round((index * days) / HISTORY.releases / 7)
    const start = Temporal.PlainDate.from(firstMonday)
      .add({ days: week * 7 + (index % START_DAYS) })
      .toZonedDateTime({ timeZone: zone, plainTime: '14:00' })
    const version = `2.${index + 1}.0`
    const isFaulty = (faulty as readonly number[]).includes(index)
    const scenario: Scenario = {
      ...base,
      name: `release-${String(index + 1).padStart(2, '0')}`,
      story: `Release ${index + 1} of ${HISTORY.releases}.`,
      start: { atMs: start.epochMilliseconds, zone },
      release: { ...base.release, version, replaces: running },
      faults: isFaulty ? [{ kind: 'crash', in: { firmware: version }, every: meanDaysBetweenCrashes * DAY_MS }] : [],
      expect: {},
    }
    if (!isFaulty) running = version
    return scenario
  })
}

/** Plays the whole history `repeat` times, with seeds of their own. @throws SweepFailed; the signal's reason when aborted */
export async function playHistory(repeat: number, options: SweepOptions = {}): Promise<History> {
  const scenarios = releases()
  const seeds = Array.from({ length: repeat }, (_, i) => i + 1)
  const played = await runMany(scenarios, seeds, options)
  return foldHistory(
    played.map((one, i): Release => {
      if ('error' in one) throw new SweepFailed(one)
      const { faults } = scenarios[Math.floor(i / repeat)] as Scenario
      return { isFaulty: faults.length > 0, report: one.report }
    }),
  )
}
