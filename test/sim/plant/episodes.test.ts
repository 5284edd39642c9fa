import { describe, expect, it } from 'vitest'
import { type Episode, Episodes } from '../../../sim/plant/episodes.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, mean, sum } from './statistics.ts'

const KEY = 4_711
const FIRST = 29_000_000

function allOf(episodes: Episodes, minutes: number): Episode[] {
  const all: Episode[] = []
  for (let minute = FIRST; ; ) {
    const next = episodes.next(minute, minutes)
    if (next === null || next.from >= FIRST + minutes) return all
    all.push(next)
    minute = next.from + 1
  }
}

describe.each([
  ['rare', { everyMs: 30 * DAY_MS, medianMs: 30 * MINUTE_MS, spread: 1 }, 30 * 60_000],
  ['frequent', { everyMs: 2 * HOUR_MS, medianMs: 5 * MINUTE_MS, spread: 0.5 }, 2 * 2_000],
])('%s episodes', (_, settings, hours) => {
  const minutes = hours * 60
  const all = allOf(Episodes.logNormal(KEY, settings), minutes)
  const expected = (minutes * MINUTE_MS) / settings.everyMs

  it('begin at their rate, as independently as a Poisson process', () => {
    expect(Math.abs(all.length - expected)).toBeLessThan(4 * Math.sqrt(expected))
    const gaps = all.slice(1).map(({ from }, index) => from - (all[index] as Episode).from)
    const everyMinutes = settings.everyMs / MINUTE_MS
    // Of exponential gaps the share e^-1 is longer than their mean.
    const longer = mean(gaps.map((gap) => Number(gap > everyMinutes)))
    expect(Math.abs(longer - Math.exp(-1))).toBeLessThan(4 * Math.sqrt(0.24 / gaps.length))
  })

  it('last log-normally: median, and the share beyond one and two spreads', () => {
    const lengths = all.map(({ from, to }) => to - from)
    const beyond = (spreads: number): number => {
      const limit = (settings.medianMs / MINUTE_MS) * Math.exp(spreads * settings.spread)
      return mean(lengths.map((length) => Number(length > limit)))
    }
    // Lengths are whole minutes, which moves the share by up to half a minute's worth of density.
    const rounding = (0.4 * 0.5 * MINUTE_MS) / (settings.spread * settings.medianMs)
    for (const [spreads, share] of [
      [0, 0.5],
      [1, 0.1587],
      [2, 0.0228],
    ] as const) {
      const tolerance = 4 * Math.sqrt((share * (1 - share)) / all.length) + rounding
      expect(Math.abs(beyond(spreads) - share), `${spreads}`).toBeLessThan(tolerance)
    }
  })

  it('are active in the minutes between begin and end, in whatever order one asks', () => {
    const days = 40 * 1_440
    const episodes = Episodes.logNormal(KEY, settings)
    const active = new Set(
      allOf(episodes, days).flatMap(({ from, to }) => Array.from({ length: to - from }, (_, index) => from + index)),
    )
    const forwards = Array.from({ length: days - 1_440 }, (_, index) => FIRST + 1_440 + index)
    const [one, other] = [forwards, forwards.toReversed()].map((order) => {
      const fresh = Episodes.logNormal(KEY, settings)
      return new Map(order.map((minute) => [minute, fresh.isActiveAt(minute)]))
    })
    for (const minute of forwards) {
      if (one?.get(minute) !== other?.get(minute)) expect.fail(`${minute}`)
      if (active.has(minute) && one?.get(minute) !== true) expect.fail(`${minute} is active`)
    }
    const share = sum(forwards.map((minute) => Number(one?.get(minute)))) / forwards.length
    expect(Math.abs(share - sum(forwards.map((minute) => Number(active.has(minute)))) / forwards.length)).toBeLessThan(
      0.001,
    )
  })
})

it('of geometric length have their share of the minutes, and their mean length', () => {
  const [share, burst, days] = [0.02, 4, 2_000]
  const episodes = Episodes.geometric(KEY, share, burst)
  const minutes = days * 1_440
  let [active, bursts, before] = [0, 0, false]
  for (let minute = FIRST; minute < FIRST + minutes; minute++) {
    const isActive = episodes.isActiveAt(minute)
    active += Number(isActive)
    bursts += Number(isActive && !before)
    before = isActive
  }
  // The number of bursts has a relative standard deviation of 1/sqrt(n), the sum of geometric lengths of about sqrt(2/n).
  const expected = (minutes * share) / burst
  expect(Math.abs(active / minutes / share - 1)).toBeLessThan(4 * Math.sqrt(2 / expected))
  // Bursts that overlap are one: by the share they are longer.
  expect(Math.abs(active / bursts / burst - 1)).toBeLessThan(4 / Math.sqrt(expected) + share)
})

it('end where those end that follow on them', () => {
  const episodes = Episodes.logNormal(KEY, { everyMs: 20 * MINUTE_MS, medianMs: 20 * MINUTE_MS, spread: 0.5 })
  for (let minute = FIRST; minute < FIRST + 2_000; minute++) {
    const end = episodes.endAt(minute)
    if (end === null) expect(episodes.isActiveAt(minute)).toBe(false)
    else expect([episodes.isActiveAt(end - 1), episodes.isActiveAt(end)]).toEqual([true, false])
  }
})
