import { describe, expect, it } from 'vitest'
import { parseScenario } from '../../../scenarios/files/load.ts'
import { bothLevels, probe } from '../../../scenarios/fuzz/probe.ts'

const SCENARIO = parseScenario(
  `story: A canary that crashes.
fleet: { lines: 3, devicesPerLine: 5 }
policy: { window: 1h, gates: open }
start: 2026-03-02T14:00[Europe/Berlin]
release:
  version: 2.4.0
  replaces: 2.3.1
  data: { writes: 7, reads: [6, 7, 8] }
  shadow: { writes: "2.0", reads: ["1.0", "2.0"] }
faults: [{ kind: crash, in: { firmware: 2.4.0 }, at: start }]
`,
  'x.yaml',
)

describe('a world that is played at both levels', () => {
  const played = Promise.all([probe(SCENARIO, 'model'), probe(SCENARIO, 'wire')])

  it('comes to the same, and is counted as played at wire level', async () => {
    const { violated, outcome, hit } = bothLevels(...(await played))
    expect([violated, outcome]).toEqual([[], 'rolled-back'])
    expect(hit).toEqual(expect.arrayContaining(['WIRE_LEVEL', 'CRASH_DURING_DEPLOYMENT']))
  })

  it('violates what is demanded where the digests differ, or where one level fails', async () => {
    const [model, wire] = await played
    expect(bothLevels(model, { ...wire, digest: 'other' }).violated).toMatchObject([
      { code: 'LEVELS_DIFFER', data: { model: model.digest, wire: 'other' } },
    ])
    const failed = { ...wire, digest: null, violated: [{ code: 'REHEARSAL_FAILED', data: {}, text: 'it failed' }] }
    expect(bothLevels(model, failed).violated).toEqual(failed.violated)
    expect(bothLevels(failed, model).violated).toEqual(failed.violated)
  })
})
