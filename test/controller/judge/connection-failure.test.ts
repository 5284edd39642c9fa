import { describe, expect, it } from 'vitest'
import { NO_PRESENCE } from '../../../controller/evidence/presence.ts'
import { NO_SUMS, totalOf } from '../../../controller/evidence/sums.ts'
import { judgeConnection } from '../../../controller/judge/connection-failure.ts'
import { policyWith } from '../fixtures.ts'
import { oneCase } from './one-case.ts'

const judged = (failures: number, ofControls = 6) =>
  judgeConnection(oneCase({ stage: () => ({ failures }), controls: () => ({ failures: ofControls }) }))[0]

it('is a breach where 5 % fail and the controls are as ever', () => {
  expect(judged(3)).toStrictEqual({
    rule: 'connection-failure',
    metric: 'connectionFailurePct',
    outcome: 'breach',
    observed: 5,
    baseline: 0.5,
    limit: 2,
    n: 1020,
    statistic: { name: 'maxsprt', value: expect.closeTo(60.26, 2), boundary: expect.closeTo(11.84, 2) },
    interval: { low: expect.closeTo(2.05, 2), high: expect.closeTo(11.32, 2) },
    reason: {
      code: 'CONNECTION_FAILURES',
      data: {
        failures: 51,
        attempts: 1020,
        failedPct: 5,
        allowedPct: 2,
        controlsPct: expect.closeTo(0.526, 3),
        segment: { span: 'since-update' },
      },
    },
  })
})

it('records where it had history only', () => {
  const alone = judgeConnection(oneCase({ stage: () => ({ failures: 3 }), hasControls: false }))[0]
  expect(alone).toMatchObject({ outcome: 'breach' })
  expect(alone?.reason).toEqual({
    code: 'CONNECTION_FAILURES',
    data: {
      failures: 51,
      attempts: 1020,
      failedPct: 5,
      allowedPct: 2,
      controlsPct: null,
      segment: { span: 'since-update' },
    },
  })
})

it('needs no statistic up to the limit, and evidence above it', () => {
  const healthy = judgeConnection(oneCase({ stage: () => ({ attempts: 50, failures: 1 }) }))[0]
  expect(healthy).toMatchObject({ outcome: 'healthy', observed: 2, limit: 2 })
  expect(healthy).not.toHaveProperty('statistic')
  expect(healthy).not.toHaveProperty('inconclusive')
  expect(healthy).not.toHaveProperty('line')
  const above = (more: number) =>
    judgeConnection(
      oneCase({ stage: (line) => ({ attempts: 50, failures: line <= more ? 2 : 1 }), hasControls: false }),
    )[0]
  // 18 of 850, where 4.25 are as ever.
  expect(above(1)).toMatchObject({
    outcome: 'healthy',
    statistic: { name: 'maxsprt', value: expect.closeTo(11.79, 2) },
  })
  expect(above(1)).not.toHaveProperty('inconclusive')
  expect(above(2)).toMatchObject({ outcome: 'inconclusive', statistic: { value: expect.closeTo(13.19, 2) } })
})

it('holds what is beyond chance, but not beyond the limit, and is a breach from its 90 % bound on', () => {
  const above = (more: number, hasControls: boolean) =>
    judgeConnection(oneCase({ stage: (line) => ({ attempts: 50, failures: line <= more ? 2 : 1 }), hasControls }))[0]
  // The limit allows 17 of 850: 26 are 2.05 nats above them, 27 are 2.49, and ln 10 = 2.30.
  for (const hasControls of [false, true]) {
    expect(above(9, hasControls)).toMatchObject({ outcome: 'inconclusive', inconclusive: 'gate' })
    expect(above(10, hasControls)).toMatchObject({ outcome: 'breach', observed: expect.closeTo(100 * (27 / 850), 9) })
  }
})

it('is inconclusive where the controls fail as much', () => {
  expect(judged(3, 57)).toMatchObject({ outcome: 'inconclusive', inconclusive: 'common-mode' })
})

/** Since the update so many of 60 attempts failed on each line, and of as many attempts of its one control; later others. */
function afterwards(
  failures: (line: number) => number,
  ofControls: (line: number) => number,
  now: (line: number) => number = () => 0,
  ofControlsNow = 0,
) {
  const controls = (failed: number) => ({ minutes: 60, attempts: 60, failures: failed, expectedReadings: 1 })
  const stage = (line: number) => ({ failures: failures(line) })
  const one = oneCase({ stage, controls: (line) => controls(ofControls(line)) })
  const { evidence } = oneCase({
    stage: (line) => ({ failures: now(line) }),
    controls: () => controls(ofControlsNow),
  })
  return judgeConnection({ ...one, evidence: { ...one.evidence, evaluations: evidence.evaluations } })[0]
}

describe('a bad link that the controls have as well', () => {
  const [good, bad] = [() => 0, () => 12]
  const line4 = (line: number) => (line === 4 ? 30 : 0)

  it('holds no more once it is past, of the plant or of a line with a single control', () => {
    expect(afterwards(bad, bad)?.outcome).toBe('healthy')
    expect(afterwards(line4, line4)?.outcome).toBe('healthy')
  })

  it('holds while it lasts', () => {
    expect(afterwards(bad, bad, () => 2)).toMatchObject({ inconclusive: 'common-mode' })
    expect(afterwards(line4, line4, (line) => (line === 4 ? 2 : 0))).toMatchObject({
      inconclusive: 'common-mode',
      line: 4,
    })
    // Of the other lines it says nothing.
    expect(afterwards(line4, line4, (line) => (line === 5 ? 2 : 0))?.outcome).toBe('healthy')
  })

  it('holds on where the controls have not shown as much', () => {
    expect(afterwards(line4, (line) => (line === 4 ? 9 : 0))).toMatchObject({
      inconclusive: 'common-mode',
      line: 4,
    })
  })

  it('holds no more where one line of seventeen has more than its control by chance', () => {
    expect(afterwards(line4, (line) => (line === 4 ? 16 : 0))?.outcome).toBe('healthy')
  })

  it('hides no fault of the release that comes with it, or after it', () => {
    expect(afterwards(() => 40, bad)?.outcome).toBe('breach')
    expect(afterwards(bad, bad, () => 5)).toMatchObject({
      outcome: 'breach',
      reason: { data: { segment: { span: 'rolling-window' } } },
    })
    expect(afterwards(good, good, line4)).toMatchObject({ outcome: 'breach', line: 4 })
  })
})

it('is a breach where 40 % fail although the controls are a little over the limit too', () => {
  expect(judged(24, 24)).toMatchObject({ outcome: 'breach' })
})

it('needs evidence where the baseline is near the limit', () => {
  const usual = { connectionFailures: 46 }
  const stage = (): { failures: number } => ({ failures: 2 }) // 3.3 %
  expect(judgeConnection(oneCase({ stage, stratum: usual }))[0]?.outcome).toBe('healthy')
  expect(judgeConnection(oneCase({ stage }))[0]?.outcome).toBe('breach')
  // Beyond chance as well, but not beyond the limit.
  const near = (line: number): { failures: number } => ({ failures: 1 + (line % 2) }) // 2.5 %
  expect(judgeConnection(oneCase({ stage: near, stratum: usual }))[0]?.outcome).toBe('healthy')
  expect(judgeConnection(oneCase({ stage: near }))[0]).toMatchObject({ outcome: 'inconclusive', inconclusive: 'gate' })
})

it('is a breach of the one line that fails, which the stage hides', () => {
  const options = { attempts: 600, failures: 0 }
  const stage = (line: number) => ({ ...options, failures: line === 9 ? 90 : 1 })
  const finding = judgeConnection(oneCase({ stage }))[0]
  expect(finding).toMatchObject({ outcome: 'breach', line: 9, n: 600 })
  expect(finding?.reason).toEqual({
    code: 'CONNECTION_FAILURES',
    data: {
      failures: 90,
      attempts: 600,
      failedPct: 15,
      allowedPct: 2,
      controlsPct: expect.closeTo(0.526, 3),
      segment: { span: 'since-update', line: 9 },
    },
  })
})

it('compares a line with its own devices before, and with no others', () => {
  const stage = (line: number) => ({ attempts: 600, failures: line === 9 ? 30 : 0 })
  const one = oneCase({ stage })
  const strata = { ...one.baseline.devices['line-9-0'] }
  const usual = { 'second/weekday': { ...strata['second/weekday'], connectionFailures: 120 } } as typeof strata
  const devices = { ...one.baseline.devices, 'line-9-0': usual }
  expect(judgeConnection(one)[0]).toMatchObject({ outcome: 'breach', line: 9 })
  expect(judgeConnection({ ...one, baseline: { ...one.baseline, devices } })[0]?.outcome).toBe('healthy')
})

it('needs more where failures vary more from day to day than chance does', () => {
  const one = oneCase({ stage: () => ({ failures: 3 }) })
  const judgedWith = (device: number) => {
    const none = { device: 0, line: 0, plant: 0 }
    const tail = { from: 0, scale: 1 }
    const connectionVariation = {
      shiftMinutes: 480,
      ofShift: { ...none, device },
      ofDay: none,
      tails: { device: tail, line: tail },
    }
    return judgeConnection({ ...one, baseline: { ...one.baseline, connectionVariation } })[0]
  }
  const [none, some, much] = [judgedWith(0), judgedWith(0.05), judgedWith(1)]
  expect(none).toMatchObject({ outcome: 'breach' })
  expect(some).toMatchObject({ outcome: 'breach' })
  expect(some?.statistic?.value).toBeLessThan(0.8 * (none?.statistic?.value ?? 0))
  expect(much?.outcome).not.toBe('breach')
})

describe('a sudden loss', () => {
  /** So many devices of the stage and of its controls down, one line after the other; `of` are spread over the lines. */
  const of = (stage: number, stageOf: number, controls: number, controlsOf: number, lines = 17) => {
    const spread = (count: number, line: number): number => Math.floor((count + lines - line) / lines)
    const one = oneCase({ down: { stage, stageOf, controls, controlsOf } })
    const numbers = Array.from({ length: lines }, (_, i) => i + 1)
    const presence = {
      ...NO_PRESENCE,
      stage: numbers.map((line) => ({ line, of: spread(stageOf, line), down: spread(stage, line) })),
      lines: numbers.map((line) => {
        const down = spread(controls, line)
        return { line, peers: { of: spread(controlsOf, line), away: down, down } }
      }),
    }
    return judgeConnection({ ...one, evidence: { ...one.evidence, presence } })[1]
  }

  it('of a quarter of the stage is a breach at once, while the controls are up', () => {
    expect(of(4, 17, 3, 323)).toMatchObject({ outcome: 'healthy' })
    expect(of(4, 17, 3, 323)).not.toHaveProperty('inconclusive')
    expect(of(5, 17, 0, 323)).toStrictEqual({
      rule: 'connection-loss',
      metric: 'downDevicesPct',
      outcome: 'breach',
      observed: expect.closeTo(29.41, 2),
      baseline: 0,
      limit: 25,
      n: 17,
      statistic: { name: 'beta-binomial', value: expect.closeTo(18.9, 1), boundary: expect.closeTo(17.53, 2) },
      interval: { low: expect.closeTo(0.529, 3), high: expect.closeTo(88.24, 2) },
      reason: {
        code: 'DEVICES_DOWN',
        data: { stage: 'canary', own: { down: 5, of: 17 }, controls: { down: 0, of: 323 } },
      },
    })
  })

  it('is of two devices at least, and more than chance makes of what the controls lose', () => {
    expect(of(1, 2, 0, 320)).toMatchObject({ outcome: 'healthy', observed: 50 })
    expect(of(2, 4, 0, 320)).toMatchObject({ outcome: 'inconclusive', inconclusive: 'insufficient', observed: 50 })
    expect(of(4, 4, 0, 320)).toMatchObject({ outcome: 'breach', observed: 100 })
    // A tenth of all samples is lost in bursts: a third of the canaries at once is chance then.
    expect(of(6, 17, 32, 323)).toMatchObject({ outcome: 'inconclusive', inconclusive: 'insufficient' })
    expect(of(16, 17, 32, 323)).toMatchObject({ outcome: 'breach' })
  })

  it('is the network where at least half as many of the controls are gone', () => {
    expect(of(16, 16, 79, 320)?.outcome).toBe('breach')
    expect(of(8, 16, 80, 320)).toMatchObject({ outcome: 'inconclusive', inconclusive: 'common-mode', baseline: 25 })
  })

  it('may be telemetry where all controls are down, and is unknown where there are none', () => {
    expect(of(17, 17, 322, 323)).toMatchObject({ outcome: 'inconclusive', inconclusive: 'common-mode' })
    expect(of(17, 17, 323, 323)).toMatchObject({ outcome: 'inconclusive', inconclusive: 'stale', baseline: 100 })
    expect(of(17, 17, 0, 0)).toMatchObject({
      outcome: 'inconclusive',
      inconclusive: 'stale',
      baseline: null,
      reason: { code: 'DEVICES_DOWN', data: { stage: 'canary', own: { down: 17, of: 17 }, controls: null } },
    })
  })

  it('is unknown before any device has the new version, or was evaluated', () => {
    expect(of(0, 0, 0, 323)).toMatchObject({ outcome: 'healthy', observed: null, n: 0 })
    const one = oneCase()
    const finding = judgeConnection({ ...one, evidence: { ...one.evidence, evaluations: [] } })[1]
    expect(finding).toMatchObject({ outcome: 'healthy', observed: null, baseline: null })
    expect(finding?.reason.data).toEqual({ stage: 'canary', own: { down: 0, of: 0 }, controls: null })
  })
})

it('finds a line of one canary at 12 % within the hour, and names all lines', () => {
  const stage = (line: number) => ({ attempts: 60, failures: line === 4 || line === 9 ? 9 : 0 })
  const finding = judgeConnection(oneCase({ stage }))[0]
  expect(finding).toMatchObject({ outcome: 'breach', line: 4, lines: { count: 2, first: [4, 9] }, n: 60 })
  // Its share of the attempts that the whole stage needs: 500 of seventeen devices.
  const early = (attempts: number) => ({ attempts, failures: 12 })
  const after = (attempts: number) =>
    judgeConnection(oneCase({ stage: (line) => (line === 4 ? early(attempts) : { attempts: 0 }) }))[0]
  expect(after(29)).toMatchObject({ outcome: 'inconclusive', inconclusive: 'insufficient' })
  expect(after(30)).toMatchObject({ outcome: 'breach', line: 4 })
})

describe('is inconclusive', () => {
  const insufficient = { outcome: 'inconclusive', inconclusive: 'insufficient' }
  const ofOneLine = (attempts: number) =>
    oneCase({ lines: 1, stage: () => ({ attempts, failures: Math.floor(attempts / 2) }) })

  it('on fewer attempts than the policy needs', () => {
    expect(judgeConnection(ofOneLine(499))[0]).toMatchObject({ ...insufficient, n: 499 })
    expect(judgeConnection(ofOneLine(500))[0]).toMatchObject({ outcome: 'breach', n: 500 })
  })

  it('unless they are all of a change that built up slowly', () => {
    const one = ofOneLine(100)
    const { stage, controls } = one.evidence.total
    const connection = { sum: 40, evaluations: 7, effects: 0, stage, controls }
    const runs = { ...one.evidence.runs, connection }
    expect(judgeConnection({ ...one, evidence: { ...one.evidence, runs } })[0]).toMatchObject({
      outcome: 'breach',
      statistic: { name: 'cusum', value: 40, boundary: expect.closeTo(17.35, 2) },
      reason: {
        code: 'CONNECTION_FAILURES',
        data: {
          failures: 50,
          attempts: 100,
          failedPct: 50,
          allowedPct: 2,
          controlsPct: expect.closeTo(0.526, 3),
          segment: { span: 'change-point', evaluations: 7 },
        },
      },
    })
  })

  it('where no device tried to connect', () => {
    expect(judgeConnection(oneCase({ stage: () => ({ attempts: 0 }) }))[0]).toMatchObject({
      ...insufficient,
      observed: null,
      n: 0,
      reason: { code: 'NO_CONNECTION_ATTEMPTS', data: {} },
    })
  })

  it('where the devices were not seen before', () => {
    const one = oneCase({ stage: () => ({ failures: 3 }) })
    const unseen = judgeConnection({ ...one, baseline: { ...one.baseline, devices: {} } })[0]
    expect(unseen).toMatchObject({ ...insufficient, observed: 5 })
  })
})

describe('in profile raw-thresholds', () => {
  const literal = (...shares: readonly (readonly [failures: number, attempts: number])[]) => {
    const one = oneCase({ lines: 1 })
    const evaluations = shares.flatMap(([failures, attempts]) =>
      one.evidence.evaluations.map((evaluation) => {
        const lines = evaluation.lines.map((line) => ({ ...line, stage: { ...NO_SUMS, attempts, failures } }))
        return { ...evaluation, lines, total: totalOf(lines) }
      }),
    )
    const policy = policyWith({ profile: 'raw-thresholds' })
    return judgeConnection({ ...one, policy, evidence: { ...one.evidence, evaluations } })
  }

  it('an evaluation above 2 % is a breach, whatever chance and controls are', () => {
    expect(literal([1, 50])).toMatchObject([{ outcome: 'healthy', observed: 2 }])
    expect(literal([2, 50])).toStrictEqual([
      {
        rule: 'connection-failure',
        metric: 'connectionFailurePct',
        outcome: 'breach',
        observed: 4,
        baseline: 0.5,
        limit: 2,
        n: 50,
        reason: {
          code: 'CONNECTION_FAILURES',
          data: {
            failures: 2,
            attempts: 50,
            failedPct: 4,
            allowedPct: 2,
            controlsPct: expect.closeTo(0.526, 3),
            segment: { span: 'latest-evaluation' },
          },
        },
      },
    ])
  })

  it('only the last evaluation counts, and one without attempts is inconclusive', () => {
    expect(literal([50, 50], [0, 50])).toMatchObject([{ outcome: 'healthy', observed: 0 }])
    expect(literal([50, 50], [0, 0])).toMatchObject([
      { outcome: 'inconclusive', inconclusive: 'insufficient', reason: { code: 'NO_CONNECTION_ATTEMPTS', data: {} } },
    ])
  })
})
