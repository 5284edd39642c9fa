import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { foldReport } from '../../reports/report.ts'
import { renderSummary } from '../../reports/summary.ts'
import { findScenario } from '../../scenarios/catalogue.ts'
import { compareRuns } from '../../scenarios/determinism.ts'
import { checkExpectation } from '../../scenarios/expectation.ts'
import { checkInvariants } from '../../scenarios/invariants.ts'
import type { RehearsalOptions, RehearsalResult } from '../../scenarios/rehearsal.ts'
import { rehearse } from '../../scenarios/rehearse.ts'
import type { Scenario } from '../../scenarios/scenario.ts'

/** Whole rehearsals over real sockets: MQTT, the SDK's HTTP and dynalite. */
const play = (scenario: Scenario, over: Partial<RehearsalOptions> = {}): Promise<RehearsalResult> =>
  rehearse(scenario, { seed: 1, level: 'wire', ...over })

function outcomeOf(scenario: Scenario, { header, records, facts }: RehearsalResult) {
  const report = foldReport(header, records, facts)
  const expectation = checkExpectation(scenario.expect, report, header, records)
  return { report, failures: [...expectation.failures, ...checkInvariants(header, records).violated] }
}

/** A fleet of 3 lines, so that days of virtual time take seconds. */
const small = (scenario: Scenario): Scenario => ({ ...scenario, fleet: { lines: 3, devicesPerLine: 10 } })

describe('shipped scenarios on the whole fleet', () => {
  it('memory-leak is caught in canary and rolled back, with every leg told', async () => {
    const scenario = findScenario('memory-leak')
    const result = await play(scenario, { level: 'model' }) // over sockets in test/extended
    const { header, records } = result
    const { report, failures } = outcomeOf(scenario, result)
    expect(failures).toEqual([])
    expect(report).toMatchObject({ outcome: 'rolled-back', caughtIn: 'canary', exposure: { devices: 17, lines: 17 } })
    const { detectedToReceived, receivedToReverted, onsetToAllHealthy } = report.rollback?.legsMinutes ?? {}
    expect(detectedToReceived?.max).toBeLessThanOrEqual(1) // [seed: within 60 seconds]
    expect(receivedToReverted?.p50).toBeGreaterThanOrEqual(2) // [seed: within 2-3 minutes]
    expect(receivedToReverted?.max).toBeLessThanOrEqual(3)
    expect(onsetToAllHealthy).not.toBeNull()
    // The README shows this very run; only the real times are its own.
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    const whole = {
      ...report,
      expectation: { met: true, failures: [], checked: [] },
      invariants: checkInvariants(header, records),
    }
    const lines = renderSummary(whole, scenario.story).split('\n')
    const isTimed = (line: string): boolean => line.includes('of plant time in') || line.includes('evaluations of')
    expect(lines.filter((line) => !isTimed(line) && !readme.includes(line))).toEqual([])
  })

  describe('crash-on-start', () => {
    const scenario = findScenario('crash-on-start')
    const played: RehearsalResult[] = []

    // What the levels decide is the same.
    beforeAll(async () => {
      played.push(await play(scenario))
      for (const seed of [2, 3, 4, 5]) played.push(await play(scenario, { seed, level: 'model' }))
    })

    it('is healthy again within 4.5 to 11.4 minutes, whatever the seed', () => {
      expect(played.flatMap((result) => outcomeOf(scenario, result).failures)).toEqual([])
    })

    it('gives the digest of the table over TCP, and another with another seed', () => {
      const table = readFileSync(new URL('digests.txt', import.meta.url), 'utf8')
      expect(table).toContain(`crash-on-start 1 ${played[0]?.facts.digest}\n`)
      expect(new Set(played.map(({ facts }) => facts.digest)).size).toBe(5)
    })
  })
})

describe('on a small fleet', () => {
  it('gives the same digest over TCP with the same seed', async () => {
    const scenario = small(findScenario('crash-on-start'))
    expect(compareRuns(await play(scenario), await play(scenario))).toBeNull()
  })

  it('stops where it is told to, inconclusive', async () => {
    const scenario = small(findScenario('memory-leak'))
    const { report } = outcomeOf(scenario, await play(scenario, { untilMs: 3_600_000 }))
    expect([report.outcome, report.virtual.hours]).toEqual(['inconclusive', 1])
  })

  it('stops at once when it is aborted, and leaves nothing open', async () => {
    const abort = new AbortController()
    const reason = new Error('enough')
    const playing = play(small(findScenario('memory-leak')), {
      signal: abort.signal,
      pace: { kind: 'times', factor: 1 },
      onListening: () => abort.abort(reason),
    })
    await expect(playing).rejects.toBe(reason)
  })

  it('tells what the preflight refused, as a result', async () => {
    const scenario = small(findScenario('healthy'))
    const blind = { ...scenario, release: { ...scenario.release, data: { writes: 7, reads: [7] } } }
    await expect(play(blind)).rejects.toMatchObject({
      name: 'RolloutRefused',
      exitCode: 1,
      message: `preflight refused: ${[
        '2.4.0 writes data version 7 and does not read 6',
        '2.4.0 writes data version 7 and does not read 8',
        '2.4.0 does not read data version 6 that 2.3.1 writes: a breaking change without release.migration',
      ].join('; ')}`,
    })
  })

  it('does not start a release that some disks have no room for', async () => {
    const scenario = small(findScenario('disk-full'))
    const full = scenario.faults.map((fault) => ({ ...fault, in: { device: 'line-02-07' } }) as typeof fault)
    await expect(play({ ...scenario, faults: full }, { level: 'model' })).rejects.toMatchObject({
      name: 'RolloutRefused',
      message: 'preflight refused: line-02-07 has 3 MiB of its disk free, 20 MiB needed',
    })
  })

  it('refuses a port that is in use, with nothing left open', async () => {
    const scenario = small(findScenario('crash-on-start'))
    let taken = 0
    const holder = new AbortController()
    const holding = play(scenario, {
      pace: { kind: 'times', factor: 1 },
      signal: holder.signal,
      onListening: ({ mqttUrl }) => {
        taken = Number(new URL(mqttUrl).port)
      },
    }).catch(() => undefined)
    while (taken === 0) await new Promise((resolve) => setImmediate(resolve))
    await expect(play(scenario, { mqttPort: taken })).rejects.toMatchObject({ name: 'PortInUse', exitCode: 70 })
    await expect(play(scenario, { httpPort: taken })).rejects.toMatchObject({ name: 'PortInUse', exitCode: 70 })
    holder.abort(new Error('done'))
    await holding
  })
})
