import { readFileSync } from 'node:fs'
import { IoTClient, ListThingsCommand, SearchIndexCommand } from '@aws-sdk/client-iot'
import { beforeAll, describe, expect, it } from 'vitest'
import { foldReport } from '../../../reports/run/report.ts'
import { renderSummary } from '../../../reports/text/summary.ts'
import type { Scenario } from '../../../scenarios/files/scenario.ts'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { conclude } from '../../../scenarios/outcome/conclude.ts'
import { compareRuns } from '../../../scenarios/outcome/determinism.ts'
import { checkExpectation } from '../../../scenarios/outcome/expectation.ts'
import { checkInvariants } from '../../../scenarios/outcome/invariants.ts'
import type { RehearsalOptions, RehearsalResult } from '../../../scenarios/world/rehearsal.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'

/** Whole rehearsals over real sockets: MQTT, the SDK's HTTP and dynalite. */
const play = (scenario: Scenario, over: Partial<RehearsalOptions> = {}): Promise<RehearsalResult> =>
  rehearse(scenario, { seed: 1, level: 'wire', ...over })

function outcomeOf(scenario: Scenario, { header, records, facts }: RehearsalResult) {
  const report = foldReport(header, records, facts)
  const expectation = checkExpectation(scenario.expect, report, header, records)
  return { report, failures: [...expectation.failures, ...checkInvariants(header, records).violated] }
}

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }

/** A fleet of 2 lines, so that days of virtual time take seconds. */
const small = (scenario: Scenario): Scenario => ({
  ...scenario,
  fleet: { lines: 2, devicesPerLine: 10, noise: 'quiet' as const },
})

describe('shipped scenarios on the whole fleet', () => {
  it('memory-leak is caught in canary and rolled back, with every phase of the rollback recorded', async () => {
    const scenario = findScenario('memory-leak')
    const result = await play(scenario, { level: 'model' }) // `.ci/run` runs it over sockets
    const { report, failures } = outcomeOf(scenario, result)
    expect(failures).toEqual([])
    expect(report).toMatchObject({ outcome: 'rolled-back', caughtIn: 'canary', exposure: { devices: 17, lines: 17 } })
    const { detectedToReceived, receivedToReverted, onsetToAllHealthy } = report.rollback?.legsMinutes ?? {}
    expect(detectedToReceived?.max).toBeLessThanOrEqual(1) // within 60 seconds [source: rollback-times]
    expect(receivedToReverted?.p50).toBeGreaterThanOrEqual(2) // within 2-3 minutes [source: rollback-times]
    expect(receivedToReverted?.max).toBeLessThanOrEqual(3)
    expect(onsetToAllHealthy).not.toBeNull()
    // The README shows this very run; only the real times are its own.
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
    const lines = renderSummary(conclude(scenario, result), scenario.story).split('\n')
    const isTimed = (line: string): boolean =>
      line.includes('of simulated time in') || line.includes('real time per simulated hour')
    expect(lines.filter((line) => !isTimed(line) && !readme.includes(line))).toEqual([])
  })

  describe('crash-on-start', () => {
    const scenario = findScenario('crash-on-start')
    const played: RehearsalResult[] = []

    // With the first seed in the tests of the library, over sockets in test/extended.
    beforeAll(async () => {
      for (const seed of [2, 3]) played.push(await play(scenario, { seed, level: 'model' }))
    })

    it('is healthy again within 4.5 to 11.4 minutes, whatever the seed', () => {
      expect(played.flatMap((result) => outcomeOf(scenario, result).failures)).toEqual([])
    })

    it('gives another digest than that of the table with another seed', () => {
      const table = readFileSync(new URL('../library/digests.txt', import.meta.url), 'utf8')
      const [, ofFirst] = /^crash-on-start 1 (\w{64})$/m.exec(table) ?? []
      expect(new Set([ofFirst, ...played.map(({ facts }) => facts.digest)]).size).toBe(3)
    })
  })
})

describe('on a small fleet', () => {
  it('gives the same digest over TCP with the same seed', async () => {
    const scenario = small(findScenario('crash-on-start'))
    expect(compareRuns(await play(scenario), await play(scenario))).toBeNull()
  })

  it('stops at the time limit of the options, inconclusive', async () => {
    const scenario = small(findScenario('memory-leak'))
    const { report } = outcomeOf(scenario, await play(scenario, { untilMs: 3_600_000 }))
    expect([report.outcome, report.simulated.hours]).toEqual(['inconclusive', 1])
  })

  it('stops at once when it is aborted, and leaves nothing open', async () => {
    const abort = new AbortController()
    const reason = new Error('enough')
    const running = play(small(findScenario('memory-leak')), {
      signal: abort.signal,
      pace: { kind: 'times', factor: 1 },
      onListening: () => abort.abort(reason),
    })
    await expect(running).rejects.toBe(reason)
  })

  it('listens once every device is connected', async () => {
    const abort = new AbortController()
    const counts = new Promise<readonly (number | undefined)[]>((resolve, reject) => {
      const countsOf = async (endpoint: string) => {
        const iot = new IoTClient({ endpoint, region: 'eu-central-1', credentials })
        const { things } = await iot.send(new ListThingsCommand({}))
        const query = { queryString: 'connectivity.connected:true', maxResults: 100 }
        const { things: connected } = await iot.send(new SearchIndexCommand(query))
        iot.destroy()
        return [things?.length, connected?.length]
      }
      play(small(findScenario('memory-leak')), {
        signal: abort.signal,
        pace: { kind: 'times', factor: 1 },
        onListening: ({ httpUrl }) => void countsOf(httpUrl).then(resolve, reject),
      }).catch(() => undefined)
    })
    const [things, connected] = await counts
    abort.abort(new Error('enough'))
    expect(connected).toBe(things)
  })

  it('ends at once with the reasons of a preflight refusal', async () => {
    const scenario = small(findScenario('healthy'))
    const blind = { ...scenario, release: { ...scenario.release, data: { writes: 7, reads: [7] } } }
    expect(conclude(blind, await play(blind))).toMatchObject({
      outcome: 'refused',
      notStarted: [
        { code: 'DATA_VERSIONS_UNREAD', data: { version: '2.4.0', writes: 7, unread: [6, 8] } },
        {
          code: 'BREAKING_DATA_CHANGE',
          data: { changes: [{ reader: '2.4.0', writer: '2.3.1', written: '6' }] },
        },
      ],
    })
  })

  it('does not start a release that does not fit on some disks', async () => {
    const scenario = small(findScenario('disk-full'))
    const full = scenario.faults.map((fault) => ({ ...fault, in: { device: 'line-02-07' } }) as typeof fault)
    const result = await play({ ...scenario, faults: full }, { level: 'model' })
    expect(conclude({ expect: { outcome: 'refused', code: 'DISK_TOO_LOW' } }, result)).toMatchObject({
      outcome: 'refused',
      expectation: { met: true },
      notStarted: [{ code: 'DISK_TOO_LOW', data: { devices: [{ thing: 'line-02-07', freeMiB: 3 }], neededMiB: 20 } }],
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
