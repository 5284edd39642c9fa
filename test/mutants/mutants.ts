import { Temporal } from 'temporal-polyfill'
import { FIRMWARE_COMPONENT, type StageName } from '../../controller/contract.ts'
import type { Baseline } from '../../controller/evidence/baseline.ts'
import { type Delta, difference } from '../../controller/evidence/difference.ts'
import type { ControlsObservation } from '../../controller/evidence/evidence.ts'
import type { Finding, Verdict } from '../../controller/judge/verdict.ts'
import type { Calendar } from '../../controller/policy/calendar.ts'
import type { Policy } from '../../controller/policy/policy.ts'
import type { DeploymentSpec } from '../../controller/ports/ports.ts'
import type { Decision } from '../../controller/rollout/decide.ts'
import type { Effect, Rollout, Stage } from '../../controller/rollout/rollout.ts'

/** Modules of the controller and of the twin that mutants change, by their path from the root. */
interface Modules {
  'controller/reconcile/act.ts': typeof import('../../controller/reconcile/act.ts')
  'controller/aws/deployments.ts': typeof import('../../controller/aws/deployments.ts')
  'controller/aws/fleet-health.ts': typeof import('../../controller/aws/fleet-health.ts')
  'controller/evidence/baseline.ts': typeof import('../../controller/evidence/baseline.ts')
  'controller/policy/calendar.ts': typeof import('../../controller/policy/calendar.ts')
  'controller/rollout/decide.ts': typeof import('../../controller/rollout/decide.ts')
  'controller/rollout/deployment-spec.ts': typeof import('../../controller/rollout/deployment-spec.ts')
  'controller/evidence/difference.ts': typeof import('../../controller/evidence/difference.ts')
  'controller/evidence/evidence.ts': typeof import('../../controller/evidence/evidence.ts')
  'controller/evidence/health.ts': typeof import('../../controller/evidence/health.ts')
  'controller/judge/judge.ts': typeof import('../../controller/judge/judge.ts')
  'controller/reconcile/evaluate.ts': typeof import('../../controller/reconcile/evaluate.ts')
  'controller/policy/stages.ts': typeof import('../../controller/policy/stages.ts')
  'controller/reconcile/preflight.ts': typeof import('../../controller/reconcile/preflight.ts')
  'controller/reconcile/reconcile.ts': typeof import('../../controller/reconcile/reconcile.ts')
  'controller/reconcile/records.ts': typeof import('../../controller/reconcile/records.ts')
  'controller/rollout/rollout.ts': typeof import('../../controller/rollout/rollout.ts')
  'controller/judge/devices.ts': typeof import('../../controller/judge/devices.ts')
  'controller/judge/memory-leak.ts': typeof import('../../controller/judge/memory-leak.ts')
  'controller/judge/lost-devices.ts': typeof import('../../controller/judge/lost-devices.ts')
  'controller/judge/output.ts': typeof import('../../controller/judge/output.ts')
  'controller/evidence/memory-series.ts': typeof import('../../controller/evidence/memory-series.ts')
  'controller/evidence/snapshot.ts': typeof import('../../controller/evidence/snapshot.ts')
  'controller/rollout/soak.ts': typeof import('../../controller/rollout/soak.ts')
  'controller/rollout/transition.ts': typeof import('../../controller/rollout/transition.ts')
  'controller/reconcile/start.ts': typeof import('../../controller/reconcile/start.ts')
  'controller/judge/verdict.ts': typeof import('../../controller/judge/verdict.ts')
  'controller/statistics/budget.ts': typeof import('../../controller/statistics/budget.ts')
  'controller/judge/connection-failure.ts': typeof import('../../controller/judge/connection-failure.ts')
  'controller/judge/metric-rule.ts': typeof import('../../controller/judge/metric-rule.ts')
  'controller/rollout/holdback.ts': typeof import('../../controller/rollout/holdback.ts')
  'controller/rollout/operations.ts': typeof import('../../controller/rollout/operations.ts')
  'controller/rollout/rollback-progress.ts': typeof import('../../controller/rollout/rollback-progress.ts')
  'sim/cloud/events/event-bus.ts': typeof import('../../sim/cloud/events/event-bus.ts')
  'sim/cloud/greengrass/client-tokens.ts': typeof import('../../sim/cloud/greengrass/client-tokens.ts')
}

type Patch = { [Path in keyof Modules]?: (real: Modules[Path]) => Partial<Modules[Path]> }

/** A controller with one deliberate mistake: the exports of its modules that are replaced. */
export interface Mutant {
  /** What is wrong with it: "it ...". */
  readonly name: string
  readonly patch: Patch
}

/** The reason of a wrong decision: one of the registry, so that nothing notices the mistake by its reason. */
const WRONG: Decision['reason'] = { code: 'NO_ROLLOUT', data: {} }

const mutant = (name: string, patch: Patch): Mutant => ({ name, patch })

/** `decide` with another decision where the mistake is; undefined keeps the right one. */
const deciding = (name: string, wrong: (rollout: Rollout, decision: Decision) => Decision | undefined): Mutant =>
  mutant(name, {
    'controller/rollout/decide.ts': ({ decide }) => ({
      decide: (rollout, facts, policy) => {
        const decision = decide(rollout, facts, policy)
        return wrong(rollout, decision) ?? decision
      },
    }),
  })

/** `transition` with other effects. */
const changingEffects = (name: string, wrong: (effects: readonly Effect[]) => readonly Effect[]): Mutant =>
  mutant(name, {
    'controller/rollout/transition.ts': ({ transition }) => ({
      transition: (rollout, decision, nowMs) => {
        const next = transition(rollout, decision, nowMs)
        return next === rollout ? next : { ...next, pending: wrong(next.pending) }
      },
    }),
  })

/** A judge with other limits. */
const allowing = (name: string, limits: Partial<Policy['limits']>): Mutant =>
  mutant(name, {
    'controller/judge/judge.ts': ({ judge }) => ({
      judge: (one) => judge({ ...one, policy: { ...one.policy, limits: { ...one.policy.limits, ...limits } } }),
    }),
  })

/** A judge with another opinion on devices that are lost. */
const judgingLost = (name: string, wrong: (finding: Finding) => Finding): Mutant =>
  mutant(name, {
    'controller/judge/lost-devices.ts': ({ judgeLost }) => ({ judgeLost: (one) => wrong(judgeLost(one)) }),
  })

/** A calendar that is read in another way. */
const readingCalendar = (name: string, wrong: (calendar: Calendar, isHotfix: boolean) => Calendar): Mutant =>
  mutant(name, {
    'controller/policy/calendar.ts': ({ gateAt }) => ({
      gateAt: (calendar, stage, fromMs, isHotfix) => gateAt(wrong(calendar, isHotfix), stage, fromMs, isHotfix),
    }),
  })

/** The specification of a deployment with versions only. */
const withoutConfiguration = (spec: DeploymentSpec): DeploymentSpec => ({
  ...spec,
  components: Object.fromEntries(
    Object.entries(spec.components).map(([name, { componentVersion }]) => [name, { componentVersion }]),
  ),
})

/** Deny windows that end on the day that they begin on. */
const withoutNights = (deny: Policy['deny']): Policy['deny'] =>
  Object.fromEntries(
    Object.entries(deny).map(([stage, windows]) => [stage, windows.filter(({ from, to }) => from < to)]),
  )

const anHourEarlier = (local: string): string =>
  Temporal.PlainDateTime.from(local).subtract({ hours: 1 }).toString({ smallestUnit: 'minute' })

const HOUR_MS = 3_600_000

type BusParameters = ConstructorParameters<typeof import('../../sim/cloud/events/event-bus.ts')['EventBus']>
type ParametersAfterContext = BusParameters extends [unknown, ...infer Rest] ? Rest : never

/** A clock whose timers run two seconds before their time, as far as that is still to come. */
const early = (clock: BusParameters[0]['clock']): BusParameters[0]['clock'] => ({
  nowMs: () => clock.nowMs(),
  phase: () => clock.phase(),
  at: (atMs, ...given) => clock.at(Math.max(clock.nowMs(), atMs - 2_000), ...given),
  after: (delayMs, ...given) => clock.after(Math.max(0, delayMs - 2_000), ...given),
})

const withoutDispersion = ({ dispersion: _, ...baseline }: Baseline): Baseline => baseline

const isRollback = ({ kind }: Effect): boolean => kind === 'rollback'
const NEIGHBOUR: Readonly<Record<StageName, StageName>> = { canary: 'early', early: 'production', production: 'canary' }
const NEXT_SHIFT: Readonly<Record<string, string>> = { first: 'second', second: 'third', third: 'first' }

/** Mistakes that are likely in such a controller. Each must be detected from outside, without reading its code. */
export const MUTANTS: readonly Mutant[] = [
  // Stages and windows
  mutant('ends every window one evaluation early', {
    'controller/rollout/soak.ts': ({ watchedMs }) => ({ watchedMs: (...given) => watchedMs(...given) + 5 * 60_000 }),
  }),
  mutant('measures windows by the time of events', {
    'controller/reconcile/reconcile.ts': ({ reconcile }) => ({
      reconcile: (ports, policy, wake) => reconcile(ports, policy, { ...wake, nowMs: wake.eventAtMs }),
    }),
  }),
  deciding('does not monitor production', ({ state, stageIndex }, { kind }) =>
    state === 'soaking' && stageIndex === 2 && kind === 'wait' ? { kind: 'complete', reason: WRONG } : undefined,
  ),
  mutant('deploys production before early', {
    'controller/rollout/transition.ts': ({ transition }) => ({
      transition: (rollout, decision, nowMs) => {
        const next = transition(rollout, decision, nowMs)
        return decision.kind === 'promote' && next.stageIndex === 1 ? { ...next, stageIndex: 2 } : next
      },
    }),
  }),
  mutant('deploys to the group of another stage', {
    'controller/aws/deployments.ts': ({ deployments }) => ({
      deployments: (...given) => {
        const real = deployments(...given)
        return { ...real, create: (group, spec, token) => real.create(NEIGHBOUR[group] ?? group, spec, token) }
      },
    }),
  }),
  mutant('deploys outside its gates', {
    'controller/policy/calendar.ts': () => ({
      gateAt: (_policy, _stage, atMs) => ({ opensAtMs: atMs, closedBy: null }),
    }),
  }),
  mutant('soaks with one device installed', { 'controller/policy/stages.ts': () => ({ quorumOf: () => 1 }) }),
  mutant('deploys the firmware without its migration', {
    'controller/reconcile/preflight.ts': () => ({ preflight: () => [] }),
    'controller/reconcile/start.ts': ({ startRollout }) => ({
      startRollout: (ports, policy, { release: { migration: _, ...release }, ...request }, nowMs) =>
        startRollout(ports, policy, { ...request, release }, nowMs),
    }),
  }),
  mutant('leaves out components that it does not know', {
    'controller/rollout/deployment-spec.ts': ({ releaseSpec }) => ({
      releaseSpec: (previous, target) =>
        releaseSpec({ ...previous, components: { [target.component]: { componentVersion: target.version } } }, target),
    }),
  }),

  // Evidence and verdicts
  mutant('ignores crashes', {
    'controller/judge/devices.ts': ({ judgeDevices }) => ({
      judgeDevices: (one) =>
        judgeDevices(one).map((finding) =>
          finding.rule === 'component-crash' ? { ...finding, outcome: 'healthy' } : finding,
        ),
    }),
  }),
  mutant('ignores memory', {
    'controller/judge/memory-leak.ts': ({ judgeMemory }) => ({
      judgeMemory: (one) => ({ ...judgeMemory(one), outcome: 'healthy' }),
    }),
  }),
  mutant('ignores devices that fell back without a rollback', {
    'controller/judge/devices.ts': ({ judgeDevices }) => ({
      judgeDevices: (one) => judgeDevices(one).filter(({ rule }) => rule !== 'silent-fallback'),
    }),
  }),
  mutant('promotes on no data', {
    'controller/judge/verdict.ts': ({ verdictOf }) => ({
      verdictOf: (findings) => {
        const verdict = verdictOf(findings)
        return verdict.kind === 'inconclusive' ? { ...verdict, kind: 'healthy' } : verdict
      },
    }),
  }),
  mutant('promotes while it is inconclusive', {
    'controller/rollout/decide.ts': ({ decide }) => ({
      decide: (rollout, facts, policy) => {
        const healthy: Verdict = { kind: 'healthy', findings: [] }
        return decide(
          rollout,
          { ...facts, verdict: facts.verdict?.kind === 'breach' ? facts.verdict : healthy },
          policy,
        )
      },
    }),
  }),
  mutant('compares with the baseline of another shift', {
    'controller/evidence/baseline.ts': ({ expectedFor }) => ({
      expectedFor: (baseline, thing, stratum) => {
        const [shift, day] = stratum.split('/') as [string, string]
        return expectedFor(baseline, thing, `${NEXT_SHIFT[shift] ?? shift}/${day}`)
      },
    }),
  }),
  mutant('applies the limits to each device', {
    'controller/reconcile/evaluate.ts': ({ evaluate }) => ({
      evaluate: async (ports, policy, rollout, evaluation) => {
        const facts = await evaluate(ports, policy, rollout, evaluation)
        const failing = evaluation.readings.find(({ thing, sample }) => {
          const delta = sample === null ? null : difference(evaluation.previous?.devices[thing], sample)
          return delta !== null && 100 * delta.connectionFailures > 2 * delta.connectionAttempts
        })
        const [finding] = facts.verdict?.findings ?? []
        if (failing === undefined || finding === undefined) return facts
        return {
          ...facts,
          verdict: { kind: 'breach', findings: [finding] },
        }
      },
    }),
  }),
  mutant('judges every evaluation by itself', {
    'controller/judge/judge.ts': ({ judge }) => ({
      judge: (one) => judge({ ...one, policy: { ...one.policy, profile: 'raw-thresholds' } }),
    }),
  }),
  mutant('counts the minutes of the installation as exposure', {
    'controller/evidence/evidence.ts': ({ observe }) => ({
      observe: (evidence, watch, ...rest) => {
        const after = observe(evidence, watch, ...rest)
        const members = Object.entries(after.members).map(([thing, member]) => [
          thing,
          { ...member, installedAtMs: member.installedAtMs ?? watch.deployedAtMs },
        ])
        return { ...after, members: Object.fromEntries(members) }
      },
    }),
  }),
  mutant('treats a restart as a new installation', {
    'controller/evidence/evidence.ts': ({ observe }) => ({
      observe: (evidence, watch, previous, current, ...rest) => {
        const after = observe(evidence, watch, previous, current, ...rest)
        const members = Object.entries(after.members).map(([thing, member]) => {
          const isOther = previous?.devices[thing]?.bootId !== current.devices[thing]?.bootId
          return [thing, isOther && member.installedAtMs !== null ? { ...member, installedAtMs: current.atMs } : member]
        })
        return { ...after, members: Object.fromEntries(members) }
      },
    }),
  }),
  mutant('treats a device as down before it had anything to report', {
    'controller/evidence/snapshot.ts': () => ({ lastHeardMs: () => 0 }),
  }),
  mutant('treats cumulative counters as those of the last minute', {
    'controller/evidence/difference.ts': () => ({
      difference: (previous, { counters, sequence, bootId }) =>
        previous?.sequence === sequence && previous.bootId === bootId
          ? null
          : { ...counters, minutes: 5, countedMinutes: 5 },
    }),
  }),
  mutant('reads health documents 1.0 as 2.0', {
    'controller/evidence/health.ts': ({ parseHealth }) => ({
      parseHealth: (document) => ({ ...parseHealth(document), schema: '2.0' }),
    }),
  }),
  mutant('reads only the first page of the fleet index', {
    'controller/aws/fleet-health.ts': ({ fleetHealth }) => ({
      fleetHealth: (...given) => ({ read: async (groups) => (await fleetHealth(...given).read(groups)).slice(0, 50) }),
    }),
  }),

  // The judge. Not among them, because no rehearsal can show it, but red in `test/controller`: the weight of one line (a line
  // that could move the mean of all breaches by itself), counters that begin anew and crashes of the baseline (the twin's
  // never do, and has none before the start), and the rule on quality (no kind of fault lowers it).
  mutant('keeps the last value of what has no data', {
    'controller/evidence/difference.ts': ({ difference }) => {
      const last = new Map<string, Delta>()
      return {
        difference: (previous, current) => {
          const delta = difference(previous, current) ?? last.get(current.bootId) ?? null
          if (delta !== null) last.set(current.bootId, delta)
          return delta
        },
      }
    },
  }),
  mutant('takes the growth of young processes for a leak', {
    'controller/evidence/memory-series.ts': ({ withGauge }) => ({
      withGauge: (series, sample, nowMs, commonMiB) => ({
        ...withGauge({ ...series, fromMs: 0 }, sample, nowMs, commonMiB, null),
        beforeMiB: null,
      }),
    }),
  }),
  mutant('compares with the controls of the evaluation before', {
    'controller/evidence/evidence.ts': ({ observe, observeControls }) => {
      const last = new Map<string, ControlsObservation>()
      return {
        observe: (evidence, watch, previous, current, baseline, policy, controls) => {
          const now = controls ?? observeControls(watch, previous, current, baseline, policy)
          const before = last.get(watch.stage) ?? now
          last.set(watch.stage, now)
          return observe(evidence, watch, previous, current, baseline, policy, before)
        },
      }
    },
  }),
  mutant('ignores the controls', {
    'controller/evidence/evidence.ts': ({ observe, observeControls }) => ({
      observe: (evidence, watch, previous, current, baseline, policy) =>
        observe(evidence, watch, previous, current, baseline, policy, {
          ...observeControls({ ...watch, controls: [] }, previous, current, baseline, policy),
        }),
    }),
  }),
  mutant('compares estimates with limits, without any significance', {
    'controller/statistics/budget.ts': () => ({
      countBoundary: () => 0,
      mixtureBoundary: () => 0,
      runBoundary: () => 0,
    }),
  }),
  mutant('judges by significance alone, without limits', {
    'controller/judge/judge.ts': ({ judge }) => ({
      judge: (one) => {
        const { limits } = one.policy
        // A tenth of them: a test looks for effects as large as its limit, and finds none of no size.
        const none = {
          connectionFailurePct: limits.connectionFailurePct / 10,
          cycleTimeIncreasePct: limits.cycleTimeIncreasePct / 10,
          errorRateIncreasePct: limits.errorRateIncreasePct / 10,
          outputDecreasePct: limits.outputDecreasePct / 10,
        }
        return judge({ ...one, policy: { ...one.policy, limits: { ...limits, ...none } } })
      },
    }),
  }),
  mutant('takes counts for as even as chance makes them', {
    'controller/judge/judge.ts': ({ judge }) => ({
      judge: (one) => judge({ ...one, baseline: withoutDispersion(one.baseline) }),
    }),
  }),
  mutant('does not judge what is made', {
    'controller/judge/output.ts': () => ({ judgeOutput: () => [] }),
  }),

  // Rollback
  changingEffects('cancels and never rolls back', (effects) => effects.filter((one) => !isRollback(one))),
  changingEffects('rolls back only the newest stage', (effects) =>
    effects.filter((one) => !isRollback(one) || one === effects.find(isRollback)),
  ),
  mutant('tracks no stage but the newest', {
    'controller/rollout/rollout.ts': ({ touchedStages }) => ({
      touchedStages: (rollout): readonly Stage[] => touchedStages(rollout).slice(-1),
    }),
  }),
  mutant('rolls back to a version of its own choice', {
    'controller/rollout/deployment-spec.ts': ({ rollbackSpec }) => ({
      rollbackSpec: (previous) => {
        const spec = rollbackSpec(previous)
        return { ...spec, components: { ...spec.components, [FIRMWARE_COMPONENT]: { componentVersion: '2.2.0' } } }
      },
    }),
  }),
  mutant('cancels the rollback deployments as well', {
    'controller/aws/deployments.ts': ({ deployments }) => ({
      deployments: (...given) => {
        const real = deployments(...given)
        return {
          ...real,
          cancel: async () => {
            for (const group of ['canary', 'early', 'production'] as const) {
              const current = await real.current(group)
              if (current !== null) await real.cancel(current.deploymentId)
            }
          },
        }
      },
    }),
  }),
  deciding('confirms a rollback without evidence', ({ state }) =>
    state === 'rolling-back' ? { kind: 'confirm', reason: WRONG } : undefined,
  ),
  deciding('never confirms a rollback', ({ state }, { kind }) =>
    state === 'rolling-back' && kind === 'confirm' ? { kind: 'wait', reason: WRONG } : undefined,
  ),
  deciding('holds a rollback while it is paused', ({ pause }, { kind }) =>
    pause != null && kind === 'rollback' ? { kind: 'wait', reason: WRONG } : undefined,
  ),

  // Effects, events, operators
  changingEffects('never pages on-call', (effects) => effects.filter(({ kind }) => kind !== 'notify')),
  mutant('creates a deployment with a new client token at every retry', {
    'controller/aws/deployments.ts': ({ deployments }) => ({
      deployments: (...given) => {
        const real = deployments(...given)
        let tries = 0
        return { ...real, create: (group, spec, token) => real.create(group, spec, `${token}-${tries++}`) }
      },
    }),
  }),
  mutant('creates again what AWS has forgotten the client token of', {
    'controller/aws/deployments.ts': ({ deployments }) => ({
      deployments: (...given) => {
        const real = deployments(...given)
        const current: typeof real.current = async (group) => {
          const found = await real.current(group)
          return found === null ? null : { ...found, clientToken: null }
        }
        return { ...real, current }
      },
    }),
  }),
  mutant('leaves a stage whose deployment is unconfirmed', {
    'controller/rollout/rollout.ts': () => ({ isDeploymentUnconfirmed: () => false }),
  }),
  mutant('loses its pending effects', {
    'controller/reconcile/records.ts': ({ saveRollout }) => ({
      saveRollout: (store, rollout, version) => saveRollout(store, { ...rollout, pending: [] }, version),
    }),
  }),
  mutant('never retries an effect', {
    'controller/reconcile/act.ts': ({ act }) => ({
      act: async (...given) => {
        const { stored } = await act(...given)
        return { stored: { ...stored, value: { ...stored.value, pending: [] } }, failures: [] }
      },
    }),
    'controller/reconcile/records.ts': ({ saveRollout }) => ({
      saveRollout: (store, rollout, version) => saveRollout(store, { ...rollout, pending: [] }, version),
    }),
  }),
  mutant('promotes on the event of a passed stage', {
    'controller/reconcile/reconcile.ts': ({ advance, outcomeOf }) => ({
      advance: async (ports, policy, nowMs) => {
        const { act } = await import('../../controller/reconcile/act.ts')
        const { transition } = await import('../../controller/rollout/transition.ts')
        const { loadActive, saveRollout } = await import('../../controller/reconcile/records.ts')
        const stored = await loadActive(ports.store)
        if (stored?.value.state !== 'soaking' && stored?.value.state !== 'deploying')
          return advance(ports, policy, nowMs)
        const { value: before, version } = stored
        const decision: Decision = { kind: before.stageIndex < 2 ? 'promote' : 'complete', reason: WRONG }
        const next = transition(before, decision, nowMs)
        await act(ports, { value: next, version: await saveRollout(ports.store, next, version) }, nowMs, true)
        return { ...outcomeOf(next, null, decision), stage: outcomeOf(before, null, decision).stage }
      },
    }),
  }),
  mutant('continues although it is paused', {
    'controller/reconcile/records.ts': ({ loadActive }) => ({
      loadActive: async (store) => {
        const stored = await loadActive(store)
        return stored === null ? null : { ...stored, value: { ...stored.value, pause: null } }
      },
    }),
  }),
  mutant('continues although changes are frozen', {
    'controller/reconcile/records.ts': ({ loadFreeze }) => ({
      loadFreeze: async (store) => {
        const { value, version } = await loadFreeze(store)
        return { value: { ...value, frozen: null }, version }
      },
    }),
  }),
  mutant('continues although a device changed its group', {
    'controller/reconcile/evaluate.ts': ({ evaluate }) => ({
      evaluate: async (...given) => ({ ...(await evaluate(...given)), membershipChanges: [] }),
    }),
  }),

  // The calendar
  readingCalendar('ignores deny windows and dated freezes', (policy) => ({ ...policy, deny: {}, freezes: [] })),
  readingCalendar('lets a hotfix pass deny windows', (policy, isHotfix) =>
    isHotfix ? { ...policy, deny: {} } : policy,
  ),
  readingCalendar('reads its calendar in UTC', (policy) => ({ ...policy, zone: 'UTC' })),
  readingCalendar('ignores deny windows past midnight', (policy) => ({ ...policy, deny: withoutNights(policy.deny) })),
  readingCalendar('ends freezes an hour early', (policy) => ({
    ...policy,
    freezes: policy.freezes.map((one) => ({ ...one, to: anHourEarlier(one.to) })),
  })),
  mutant('releases the holdback in a deny window', {
    'controller/rollout/holdback.ts': ({ followGateAt }) => ({
      followGateAt: (policy, ...given) => followGateAt({ ...policy, deny: {} }, ...given),
    }),
  }),

  // Limits and rules
  mutant('ignores connection failures altogether', {
    'controller/judge/connection-failure.ts': ({ judgeConnection }) => ({
      judgeConnection: (one) => judgeConnection(one).map((finding) => ({ ...finding, outcome: 'healthy' })),
    }),
  }),
  judgingLost('ignores devices that went silent', (finding) => ({ ...finding, outcome: 'healthy' })),
  judgingLost('promotes although more than a tenth of the devices is lost', (finding) =>
    finding.outcome === 'inconclusive' ? { ...finding, outcome: 'healthy' } : finding,
  ),
  judgingLost('rolls back for one silent device', (finding) =>
    finding.observed === 1 ? { ...finding, outcome: 'breach' } : finding,
  ),
  mutant('ignores quality', {
    'controller/judge/metric-rule.ts': ({ judgeMetric }) => ({
      judgeMetric: (rule, one) => (rule.name === 'quality' ? [] : judgeMetric(rule, one)),
    }),
  }),
  allowing('has an error limit of 50 % for 5 %', { errorRateIncreasePct: 50 }),
  allowing('has a connection limit of 20 % for 2 %', { connectionFailurePct: 20 }),
  allowing('has an output limit of 50 % for 10 %', { outputDecreasePct: 50 }),
  allowing('lets half of the deployments of a stage fail', { failedDeploymentPct: 50 }),
  mutant('ignores that a rule is on trial', {
    'controller/judge/judge.ts': ({ judge }) => ({
      judge: (one) => {
        const rules = one.policy.rules.map((rule) => ({ ...rule, criticality: 'decides' as const }))
        return judge({ ...one, policy: { ...one.policy, rules } })
      },
    }),
  }),
  mutant('promotes on a slow leak', {
    'controller/judge/memory-leak.ts': ({ judgeMemory }) => ({
      judgeMemory: (one) => {
        const finding = judgeMemory(one)
        return finding.inconclusive === 'gate' ? { ...finding, outcome: 'healthy' } : finding
      },
    }),
  }),
  mutant('judges without line 17', {
    'controller/judge/judge.ts': ({ judge }) => ({
      judge: (one) => {
        const isJudged = (thing: string): boolean => one.watch.lineOf[thing] !== 17
        const members = one.watch.members.filter(isJudged)
        const failedDevices = one.failedDevices.filter(({ thing }) => isJudged(thing))
        return judge({ ...one, watch: { ...one.watch, members }, failedDevices })
      },
    }),
  }),
  mutant('rolls back a healthy release now and then', {
    'controller/rollout/decide.ts': ({ decide }) => ({
      decide: (rollout, facts, policy) =>
        rollout.state === 'soaking' && facts.nowMs % (7 * HOUR_MS) === 0
          ? { kind: 'rollback', reason: WRONG }
          : decide(rollout, facts, policy),
    }),
  }),
  mutant('waits an hour with a breach', {
    'controller/reconcile/evaluate.ts': ({ evaluate }) => {
      let sinceMs: number | null = null
      return {
        evaluate: async (...given) => {
          const facts = await evaluate(...given)
          if (facts.verdict?.kind !== 'breach') return facts
          sinceMs ??= facts.nowMs
          const isWaiting = facts.nowMs - sinceMs < HOUR_MS
          return isWaiting ? { ...facts, verdict: { ...facts.verdict, kind: 'inconclusive' } } : facts
        },
      }
    },
  }),

  // Requests to AWS
  mutant('retries with the client token of before', {
    'controller/rollout/rollout.ts': ({ requestOf }) => ({
      requestOf: (rollout, ...given) => requestOf({ ...rollout, retries: 0 }, ...given),
    }),
  }),
  mutant('keeps abort criteria at a rollback', {
    'controller/rollout/deployment-spec.ts': () => ({ rollbackSpec: (previous) => previous }),
  }),
  mutant('drops configurations at a rollback', {
    'controller/rollout/deployment-spec.ts': ({ rollbackSpec }) => ({
      rollbackSpec: (previous) => withoutConfiguration(rollbackSpec(previous)),
    }),
  }),
  mutant('drops configurations at a release', {
    'controller/rollout/deployment-spec.ts': ({ releaseSpec }) => ({
      releaseSpec: (previous, target) => withoutConfiguration(releaseSpec(previous, target)),
    }),
  }),
  mutant('places a request that was decided before a pause', {
    'controller/reconcile/act.ts': ({ act }) => ({
      act: (ports, stored, nowMs) => act(ports, stored, nowMs, true),
    }),
  }),

  // What was seen
  mutant('confirms a rollback after one report', {
    'controller/rollout/rollback-progress.ts': ({ observeRollback }) => ({
      observeRollback: (before, rollout, previous, readings, nowMs) => {
        const { devices } = observeRollback(before, rollout, previous, readings, nowMs)
        const hasty = Object.entries(devices).map(([thing, device]) => {
          const confirmedAtMs = device.confirmedAtMs ?? (device.firstSeen === null ? null : nowMs)
          return [thing, { ...device, confirmedAtMs }]
        })
        return { devices: Object.fromEntries(hasty) }
      },
    }),
  }),
  mutant('counts a device as installed after one report', {
    'controller/evidence/evidence.ts': ({ observe }) => ({
      observe: (evidence, watch, previous, current, ...rest) => {
        const after = observe(evidence, watch, previous, current, ...rest)
        const members = Object.entries(after.members).map(([thing, member]) => {
          const installedAtMs = member.installedAtMs ?? (member.firstSeenSequence === null ? null : current.atMs)
          return [thing, { ...member, installedAtMs }]
        })
        return { ...after, members: Object.fromEntries(members) }
      },
    }),
  }),
  mutant('counts blind time as watched', {
    'controller/rollout/soak.ts': ({ watchedMs }) => ({
      watchedMs: (stage, _clock, nowMs) => watchedMs(stage, null, nowMs),
    }),
  }),
  mutant('forgets stragglers', { 'controller/rollout/soak.ts': () => ({ stragglersOf: () => [] }) }),

  // People
  mutant('lets a person skip an inconclusive stage', {
    'controller/rollout/operations.ts': ({ admit }) => ({
      admit: (request, situation) => {
        const { lastEvaluation } = situation
        const isSkip = request.operation === 'skip' && lastEvaluation?.verdict === 'inconclusive'
        return admit(
          request,
          isSkip ? { ...situation, lastEvaluation: { ...lastEvaluation, verdict: 'healthy' } } : situation,
        )
      },
    }),
  }),
  mutant('does the same request twice', {
    'controller/rollout/operations.ts': ({ admit }) => ({
      admit: ({ id: _, ...request }, situation) => admit(request, situation),
    }),
  }),
  mutant('writes no audit trail', { 'controller/reconcile/records.ts': () => ({ saveAudit: async () => undefined }) }),
  mutant('does not audit what people do', {
    'controller/reconcile/records.ts': ({ saveAudit }) => ({
      saveAudit: async (store, id, sequence, entry) =>
        'operation' in entry ? undefined : saveAudit(store, id, sequence, entry),
    }),
  }),
  mutant('pages at every evaluation', {
    'controller/rollout/decide.ts': ({ decide }) => ({
      decide: ({ pagedAtMs: _, ...rollout }, facts, policy) => decide(rollout, facts, policy),
    }),
  }),
  changingEffects('pages twice', (effects) =>
    effects.flatMap((one): Effect[] => (one.kind === 'notify' ? [one, { ...one }] : [one])),
  ),

  // The twin
  mutant('meets a cloud that forgets client tokens after an hour', {
    'sim/cloud/greengrass/client-tokens.ts': ({ ClientTokens }) => ({
      ClientTokens: class<Answer> extends ClientTokens<Answer> {
        constructor(clock: ConstructorParameters<typeof ClientTokens>[0], what: string) {
          super({ ...clock, nowMs: () => 8 * clock.nowMs() }, what)
        }
      },
    }),
  }),
  mutant('meets events that come two seconds early', {
    'sim/cloud/events/event-bus.ts': ({ EventBus }) => ({
      EventBus: class extends EventBus {
        constructor(ctx: ConstructorParameters<typeof EventBus>[0], ...rest: ParametersAfterContext) {
          super({ ...ctx, clock: early(ctx.clock) }, ...rest)
        }
      },
    }),
  }),
]
