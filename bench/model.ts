import type { Scenario } from '../scenarios/files/scenario.ts'
import { findScenario } from '../scenarios/library/catalogue.ts'
import { rehearse } from '../scenarios/world/rehearse.ts'
import { fleetOf, twinPlan } from '../scenarios/world/twin-plan.ts'
import { Seed } from '../sim/kernel/random.ts'
import { HEALTHY } from '../sim/plant/condition.ts'
import { Machine } from '../sim/plant/machine.ts'
import { PlantCalendar } from '../sim/plant/shifts.ts'
import { inTurn, print, ratio, secondsOf } from './measure.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const BASELINE_MS = 7 * DAY_MS

/** Generates every number of every sample, minute by minute, and nothing else. */
export function generateSamples(scenario: Scenario, durationMs: number): number {
  const { devices, seed, zone, startMs } = twinPlan(scenario, new Seed(1), fleetOf(scenario))
  const calendar = new PlantCalendar(zone)
  const machines = devices.map(({ thing, line }) => new Machine(seed, thing, line, calendar))
  let checksum = 0
  for (let atMs = startMs - BASELINE_MS; atMs < startMs - BASELINE_MS + durationMs; atMs += MINUTE_MS) {
    for (const machine of machines) {
      machine.runMinutes(atMs, 1, HEALTHY)
      checksum += machine.cpuPct + machine.memoryMiB
    }
  }
  return checksum
}

/** Simulated time of a rehearsal, its baseline week included. */
export const simulatedMs = (scenario: Scenario, endedAtMs: number): number =>
  BASELINE_MS + endedAtMs - scenario.start.atMs

/** A whole healthy rollout at model level, compared with generating its samples alone. */
export async function benchModel(): Promise<void> {
  const scenario = findScenario('healthy')
  const run = () => rehearse(scenario, { seed: 1, level: 'model' })
  const { facts } = await run()
  const durationMs = simulatedMs(scenario, facts.endedAtMs)
  generateSamples(scenario, durationMs)
  const { generation, rehearsal } = await inTurn(5, {
    generation: () => secondsOf(() => generateSamples(scenario, durationMs)),
    rehearsal: () => secondsOf(run),
  })
  const samples = fleetOf(scenario).length * (durationMs / MINUTE_MS)
  print('model: samples of the healthy rehearsal, baseline included', `${(samples / 1e6).toFixed(2)} M`)
  print('model: generating them alone', `${generation.toFixed(2)} s`)
  print('model: the whole rehearsal, one core', `${rehearsal.toFixed(2)} s`)
  print('model: rehearsal / generation', ratio(rehearsal / generation), 'at most 2.50 x')
}
