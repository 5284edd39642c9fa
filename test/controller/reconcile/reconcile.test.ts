import { describe, expect, it } from 'vitest'
import { FIRMWARE_COMPONENT } from '../../../controller/contract.ts'
import { StaleRollout } from '../../../controller/errors.ts'
import { makeAnalyze } from '../../../controller/lambda/analyze.ts'
import { makePromote } from '../../../controller/lambda/promote.ts'
import { makeStart } from '../../../controller/lambda/start.ts'
import type { Ports } from '../../../controller/ports/ports.ts'
import { PreflightRefused } from '../../../controller/reconcile/preflight.ts'
import { loadActive } from '../../../controller/reconcile/records.ts'
import type { DecisionKind } from '../../../controller/rollout/decide.ts'
import { STAGES } from '../../seed-stages.ts'
import { MINUTE_MS, START_MS } from '../fixtures.ts'
import { policy, release, startedWorld, World } from '../world.ts'

describe('a healthy rollout', () => {
  it('deploys the stages in order, each with its whole component set, and completes', async () => {
    const world = await startedWorld()
    expect(await world.run(24 * 8)).toBe('completed')
    expect(world.created.map(({ group, version }) => [group, version])).toEqual(STAGES.map((stage) => [stage, '2.4.0']))
    expect(Object.keys(world.specOf('canary').components)).toContain('com.plant.Other')
    expect(world.announced).toEqual([
      'Firmware Rollout Started',
      'Firmware Rollout Stage Passed',
      'Firmware Rollout Stage Passed',
      'Firmware Rollout Stage Passed', // production's: the devices that were held back follow
      'Firmware Rollout Completed',
    ])
    expect(world.membersOf('holdback')).toEqual([])
    expect(world.plant.things.filter((thing) => world.plant.versions.get(thing) !== '2.4.0')).toEqual([])
  })

  it('waits at the gate when the event comes early, and deploys by the event when it is open', async () => {
    const world = await startedWorld()
    await world.run(2)
    expect((await loadActive(world.store))?.value).toMatchObject({ state: 'waiting', stageIndex: 1 })
    const promote = makePromote(world.ports, policy, world.clock)
    expect((await promote(world.event())).decision.kind).toBe('wait')
    world.nowMs = Date.parse('2026-03-02T21:00:00Z') // the third shift begins
    expect((await promote(world.event())).decision.kind).toBe('deploy')
    expect(world.created.at(-1)?.group).toBe('early')
    expect((await promote(world.event())).decision.kind).toBe('wait')
    expect(world.created).toHaveLength(2)
  })
})

describe('an event that comes late', () => {
  const dated = (atMs: number): object => ({ time: new Date(atMs).toISOString() })
  /** Of the first evaluations each event comes later than the one before, up to 16 minutes; all others come on time. */
  const lateAtFirst = (world: World): object => {
    const evaluation = (world.nowMs - START_MS) / policy.tickMs
    return dated(evaluation > 4 ? world.nowMs : START_MS + evaluation * MINUTE_MS)
  }

  it('begins the window when its function evaluates', async () => {
    const quick = { ...policy, evidence: { ...policy.evidence, connectionMinAttempts: 40 } }
    const world = await startedWorld(quick)
    const analyze = makeAnalyze(world.ports, quick, world.clock)
    const decidedAtMs: Partial<Record<DecisionKind, number>> = {}
    for (; decidedAtMs.promote === undefined; world.nowMs += policy.tickMs) {
      const { decision } = await analyze(lateAtFirst(world))
      decidedAtMs[decision.kind] ??= world.nowMs
    }
    expect(decidedAtMs.soak).toBeLessThanOrEqual(START_MS + 4 * policy.tickMs)
    expect(decidedAtMs.promote - (decidedAtMs.soak ?? 0)).toBe(policy.windowMs)
  })

  it('is not evaluated when it has been overtaken or comes again, nor where the clock goes back', async () => {
    const world = await startedWorld()
    const analyze = makeAnalyze(world.ports, policy, world.clock)
    const first = world.event()
    await analyze(first)
    world.nowMs += 2 * policy.tickMs
    const third = world.event()
    await analyze(third)
    const taken = await world.store.get('snapshot#latest')
    world.nowMs += MINUTE_MS
    for (const event of [first, dated(START_MS + policy.tickMs), third]) {
      expect((await analyze(event)).decision.reason.code).toBe('EVENT_OVERTAKEN')
    }
    world.nowMs -= 2 * MINUTE_MS
    expect((await analyze(dated(world.nowMs + policy.tickMs))).decision.reason.code).toBe('EVENT_OVERTAKEN')
    expect(await world.store.get('snapshot#latest')).toEqual(taken)
  })

  it('starts the same rollout when it comes again', async () => {
    const world = new World()
    await world.recordHistory()
    const detail = { release, actor: 'test', reason: 'because' }
    const asked = { ...world.event(), detail }
    const start = makeStart(world.ports, policy, world.clock)
    world.nowMs += 3 * MINUTE_MS
    const { id, startedAtMs } = await start(asked)
    expect(startedAtMs).toBe(world.nowMs)
    await world.store.delete('active-rollout') // the first function died before it was done
    world.nowMs += MINUTE_MS
    expect((await start(asked)).id).toBe(id)
    expect((await loadActive(world.store))?.value).toMatchObject({ id, startedAtMs })
  })
})

describe('a crash', () => {
  it('is answered in the same invocation: rollback created, bad deployment cancelled, then verified', async () => {
    const world = await startedWorld()
    await world.run(0.5)
    world.plant.crash('line-2-0')
    const outcome = await makeAnalyze(world.ports, policy, world.clock)(world.event())
    expect(outcome).toMatchObject({ state: 'rolling-back', decision: { kind: 'rollback' } })
    expect(world.created.at(-1)).toMatchObject({ group: 'canary', version: '2.3.1' })
    expect(world.cancelled).toEqual(['d1'])
    world.nowMs += policy.tickMs
    expect(await world.run(1)).toBe('rolled-back')
  })

  it('of a canary still counts while early soaks', async () => {
    const world = await startedWorld()
    await world.run(9) // early has been deployed at 22:00
    expect(world.created.map(({ group }) => group)).toEqual(['canary', 'early'])
    world.plant.crash('line-1-0')
    await world.run(1)
    expect(world.created.slice(2).map(({ group }) => group)).toEqual(['early', 'canary'])
  })
})

describe('preflight', () => {
  it('lists every refusal at once', async () => {
    const world = new World()
    const ports: Ports = {
      ...world.ports,
      deployments: { ...world.ports.deployments, isDeployable: async (_, version) => version !== '2.4.0' },
    }
    const refused = (await world.start(ports).catch((error: unknown) => error)) as PreflightRefused
    expect(refused).toBeInstanceOf(PreflightRefused)
    expect(refused.refusals).toEqual([
      { code: 'NOT_DEPLOYABLE', data: { components: [{ component: FIRMWARE_COMPONENT, version: '2.4.0' }] } },
      { code: 'BASELINE_TOO_SHORT', data: { coveragePct: 0, neededPct: 70 } },
    ])
  })

  it('refuses a second rollout while one is active', async () => {
    const world = await startedWorld()
    await expect(world.start()).rejects.toMatchObject({ refusals: [{ code: 'ROLLOUT_ACTIVE' }] })
  })
})

describe('two instances at once', () => {
  it('do not both win: the slower one learns that its rollout is stale', async () => {
    const world = await startedWorld()
    const slow = { ...world.ports.deployments }
    const ports: Ports = {
      ...world.ports,
      deployments: {
        ...slow,
        create: async (group, spec, token) => {
          world.nowMs += policy.tickMs
          await makeAnalyze(world.ports, policy, world.clock)(world.event()) // the next evaluation overtakes it here
          return slow.create(group, spec, token)
        },
      },
    }
    await expect(makeAnalyze(ports, policy, world.clock)(world.event())).rejects.toThrow(StaleRollout)
    expect(world.created).toHaveLength(1)
  })
})
