import { join } from 'node:path'
import { Temporal } from 'temporal-polyfill'
import { foldPower, type PowerRun } from '../../reports/campaign/power.ts'
import { type PowerHead, renderPower } from '../../reports/text/power-text.ts'
import { loadAny } from '../files/load.ts'
import { stageIn } from '../files/plan.ts'
import type { Scenario } from '../files/scenario.ts'
import { sizedFault, sizedFaultOf } from '../files/sized-fault.ts'
import { InvalidScenario } from '../files/yaml-file.ts'
import { findScenario, isFile } from '../library/catalogue.ts'
import { makeFolder, writeWhole } from '../outcome/output-files.ts'
import { EXIT } from '../support/exit-codes.ts'
import { Interrupted, NoSuchLine } from '../support/user-error.ts'
import { type PowerPlan, runPower } from '../sweep/power.ts'
import { refuseShortWindows, refuseStatically } from '../world/static-refusals.ts'
import { fleetOf } from '../world/twin-plan.ts'
import type { PowerOptions } from './commands/power.ts'
import { type Io, interruptible } from './io.ts'
import { sweepProgress } from './sweep-progress.ts'

/** `rehearse power`: returns the exit code. @throws errors with an `exitCode` for what the user can correct */
export async function power(name: string, options: PowerOptions, io: Io): Promise<number> {
  const scenario = scenarioOrPlant(name)
  refuseStatically(scenario, name)
  refuseShortWindows(scenario, options.windows)
  const plan = planOf(scenario, options)
  const progress = sweepProgress('rehearsals', io.stderr)
  const known: PowerRun[] = []
  let isInterrupted = false
  const runs = await interruptible(io, (signal) =>
    runPower(plan, {
      signal,
      onProgress: progress.show,
      onRuns: (more) => known.push(...more),
      ...(options.workers !== undefined && { workers: options.workers }),
    }),
  )
    .catch((error: unknown) => {
      const whole = wholeSeeds(plan, known)
      if (!(error instanceof Interrupted) || whole.length === 0) throw error
      isInterrupted = true
      return whole
    })
    .finally(() => progress.end())
  const head = headOf(plan, options, runs)
  const curves = foldPower(runs)
  const json = `${JSON.stringify({ schemaVersion: 1, ...head, isInterrupted, curves, runs }, null, 2)}\n`
  const folder = options.out ?? 'reports/out/power'
  makeFolder(folder)
  writeWhole(join(folder, 'power.json'), json)
  io.stdout.write(options.json ? json : `${renderPower(head, curves)}\n\n  ${folder}/power.json\n`)
  if (isInterrupted) io.stderr.write(`rehearse: interrupted after ${head.seeds} of ${options.seeds} seeds\n`)
  return isInterrupted ? EXIT.interrupted : EXIT.met
}

/** A plant by itself is measured with a good release on it. @throws InvalidScenario */
export function scenarioOrPlant(name: string): Scenario {
  if (!isFile(name)) return findScenario(name)
  const found = loadAny(name)
  if (found.kind !== 'fleet') return findScenario(name)
  const healthy = findScenario('healthy')
  const zone = found.fleet.zone ?? healthy.start.zone
  const local = Temporal.Instant.fromEpochMilliseconds(healthy.start.atMs).toZonedDateTimeISO(healthy.start.zone)
  const start = { atMs: local.toPlainDateTime().toZonedDateTime(zone).epochMilliseconds, zone }
  return { ...healthy, fleet: found.fleet, start, expect: {} }
}

function planOf(scenario: Scenario, options: PowerOptions): PowerPlan {
  const { vary, set, onset, stage } = options
  const own = options.fault === undefined ? sizedFaultOf(scenario) : null
  const kind = options.fault ?? own?.kind ?? 'error-rise'
  const line = options.line ?? own?.line
  const fault = sizedFault(kind, {
    ...(vary !== undefined && { parameter: vary }),
    ...(set !== undefined && { set }),
    ...(onset !== undefined && { onset }),
  })
  const texts = options.sizes ?? (line === undefined ? fault.defaultSizes : fault.defaultSizesOnLine)
  if (texts.length === 0) throw new InvalidScenario([`${kind} has no sizes by default: write --sizes with their units`])
  if (line !== undefined && !fleetOf(scenario).some((device) => device.line === line)) throw new NoSuchLine(line)
  return {
    scenario,
    fault,
    sizes: texts.map(fault.sizeOf).sort((a, b) => a.size - b.size),
    windowsMs: options.windows,
    stage: stageIn(scenario, stage),
    seeds: Array.from({ length: options.seeds }, (_, i) => i + 1),
    ...(line !== undefined && { line }),
  }
}

/** A seed that has not been run at every size would weigh differently at each. */
function wholeSeeds({ sizes, windowsMs }: PowerPlan, runs: readonly PowerRun[]): readonly PowerRun[] {
  const needed = (sizes.length + 1) * new Set(windowsMs).size
  return runs.filter(({ seed }) => runs.filter((one) => one.seed === seed).length === needed)
}

function headOf(
  { scenario, fault, stage, line }: PowerPlan,
  options: PowerOptions,
  runs: readonly PowerRun[],
): PowerHead {
  return {
    scenario: scenario.name,
    fault: fault.kind,
    unit: fault.unit,
    stage,
    devices: fleetOf(scenario).filter((device) => device.stage === stage && (line ?? device.line) === device.line)
      .length,
    line: line ?? null,
    seeds: new Set(runs.map(({ seed }) => seed)).size,
    onset: options.onset ?? null,
  }
}
