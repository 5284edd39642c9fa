import { STAGES, type StageName } from '../contract.ts'
import type { Baseline } from '../evidence/baseline.ts'
import { NO_EVIDENCE } from '../evidence/evidence.ts'
import { type EvaluationSums, type LineSums, type MutableSums, noSums, totalOf } from '../evidence/sums.ts'
import { gateOpensAtMs, shiftBoundaries, stratumAt } from '../policy/calendar.ts'
import type { Policy } from '../policy/policy.ts'
import { groupedBy } from '../support/grouped.ts'
import type { RuleInput } from './rule-input.ts'

/** Stages as they are before their rollout. */
export interface PlannedStages {
  readonly baseline: Baseline
  readonly members: Readonly<Record<StageName, readonly string[]>>
  /** Who will be held back from production: no members of it. */
  readonly held: readonly string[]
  readonly lineOf: Readonly<Record<string, number>>
}

/**
 * `since-update`: all of a stage's window, seen from its end; `rolling-window`: one rolling window of it, in shifts as
 * they are on the average.
 */
export type PlannedSpan = 'since-update' | 'rolling-window'

/** What a harm does to the sums of the stage's devices on each line. */
export type Harm = (lines: readonly PlannedLine[]) => void

export interface PlannedLine {
  readonly line: number
  readonly evaluations: number
  readonly stage: MutableSums
  readonly controls: MutableSums
}

const INSTALL_MS = 15 * 60_000

/** How long each stratum lasts in the stage's window, as far as the calendar tells now. */
export function plannedStrata(
  { baseline }: PlannedStages,
  stage: StageName,
  policy: Policy,
): Readonly<Record<string, number>> {
  let atMs = baseline.toMs
  for (const name of STAGES) {
    atMs = gateOpensAtMs(policy, name, atMs) + INSTALL_MS
    if (name === stage) break
    atMs += policy.windowMs
  }
  const edges = [atMs, ...shiftBoundaries(policy, atMs + 1, atMs + policy.windowMs - 1), atMs + policy.windowMs]
  const strata: Record<string, number> = {}
  for (const [i, endMs] of edges.slice(1).entries()) {
    const startMs = edges[i] as number
    const { name } = stratumAt(policy, startMs)
    strata[name] = (strata[name] ?? 0) + (endMs - startMs) / 60_000
  }
  return strata
}

/** What the rules are given of a window with some harm. */
export type PlannedWindow = (harm: Harm) => RuleInput

/**
 * What the rules would be given if the stage did in the span what its devices did in the same shifts of the baseline's
 * week, and the controls as well, and `harm` besides. A rule that is asked with it says what it can detect, whatever its
 * evidence is.
 */
export function plannedWindow(
  stages: PlannedStages,
  stage: StageName,
  policy: Policy,
  span: PlannedSpan,
): PlannedWindow {
  const { baseline, members, held, lineOf } = stages
  const strata = plannedStrata(stages, stage, policy)
  const names = Object.keys(strata)
  const share = span === 'rolling-window' ? Math.min(policy.evidence.rollingMs / policy.windowMs, 1) : 1
  const later = STAGES.slice(STAGES.indexOf(stage) + 1).flatMap((name) => members[name])
  const watch = {
    stage,
    version: '',
    previousVersion: '',
    members: members[stage],
    controls: [...later, ...held],
    lineOf,
    deployedAtMs: baseline.toMs,
  }
  const healthy = linesOf(baseline, watch, strata, share, policy)
  return (harm) => {
    const lines = healthy.map((one) => ({ ...one, stage: { ...one.stage } }))
    harm(lines)
    const total = totalOf(lines)
    const evidence =
      span === 'since-update'
        ? { ...NO_EVIDENCE, lines, total, strata: names }
        : { ...NO_EVIDENCE, evaluations: evaluationsOf(lines, total, names, baseline.toMs) }
    return { evidence, watch, baseline, policy, nowMs: baseline.toMs + policy.windowMs, failedDevices: [] }
  }
}

/** One evaluation for all; the others only tell that their strata are in the window as well. */
const evaluationsOf = (
  lines: readonly LineSums[],
  total: EvaluationSums['total'],
  strata: readonly string[],
  atMs: number,
): readonly EvaluationSums[] =>
  strata.map((stratum, i) => ({
    atMs,
    stratum,
    lines: i === 0 ? lines : [],
    total: i === 0 ? total : totalOf([]),
    noise: { squares: 0, degrees: 0 },
    outputNoise: { squares: 0, degrees: 0 },
    down: { stage: 0, stageOf: 0, controls: 0, controlsOf: 0 },
  }))

function linesOf(
  baseline: Baseline,
  { members, controls, lineOf }: Pick<RuleInput['watch'], 'members' | 'controls' | 'lineOf'>,
  strata: Readonly<Record<string, number>>,
  share: number,
  policy: Policy,
): PlannedLine[] {
  const lineOfThing = (thing: string): number => lineOf[thing] as number
  const ofControls = groupedBy(controls, lineOfThing)
  const minutes = Object.values(strata).reduce((sum, one) => sum + one, 0) * share
  return [...groupedBy(members, lineOfThing)].map(([line, things]) => {
    const sums = { stage: noSums(), controls: noSums() }
    for (const [stratum, length] of Object.entries(strata)) {
      for (const thing of things) addExpected(sums.stage, baseline, thing, stratum, length * share, policy)
      for (const thing of ofControls.get(line) ?? [])
        addExpected(sums.controls, baseline, thing, stratum, length * share, policy)
    }
    return { line, evaluations: (minutes * 60_000) / policy.tickMs, ...sums }
  })
}

/** What a device does in so many minutes of a stratum by its own baseline. */
function addExpected(
  sums: MutableSums,
  { devices }: Baseline,
  thing: string,
  stratum: string,
  minutes: number,
  { tickMs }: Policy,
): void {
  const before = devices[thing]?.[stratum]
  if (before === undefined || before.countedMinutes <= 0) return
  const scale = minutes / before.countedMinutes
  const readings = before.cycles > 0 ? (minutes * 60_000) / tickMs : 0
  sums.minutes += minutes
  sums.countedMinutes += minutes
  sums.readings += readings
  sums.attempts += before.connectionAttempts * scale
  sums.failures += before.connectionFailures * scale
  sums.cycles += before.cycles * scale
  sums.expectedReadings += readings
  sums.expectedCycles += before.cycles * scale
  sums.units += before.units * scale
  sums.expectedUnits += before.units * scale
  sums.cycleMs += before.cycleTimeMsSum * scale
  sums.expectedCycleMs += before.cycleTimeMsSum * scale
  sums.operations += before.operations * scale
  sums.errors += before.errors * scale
  sums.expectedErrors += before.errors * scale
}
