import { InvalidFleet } from '../support/user-error.ts'
import { countProblem } from './fleet.ts'
import type { Expectation, Scenario } from './scenario.ts'

/**
 * The scenario on a fleet of this many devices: more or fewer lines of the same length, so that all proportions are kept.
 * Expected numbers of devices scale with the lines. @throws InvalidFleet
 */
export function withDevices(scenario: Scenario, devices: number): Scenario {
  const { lines, devicesPerLine } = scenario.fleet
  if (typeof lines !== 'number') {
    throw new InvalidFleet('--devices needs a line count ("lines: 6"); this fleet lists its lines individually')
  }
  const wanted = devices / devicesPerLine
  if (!Number.isInteger(wanted) || wanted < 1) {
    const nearest = Math.max(1, Math.round(wanted)) * devicesPerLine
    throw new InvalidFleet(
      `${devices} devices are not a whole number of lines of ${devicesPerLine}; the nearest is ${nearest}`,
    )
  }
  const fleet = { ...scenario.fleet, lines: wanted }
  const tooLarge = countProblem(fleet)
  if (tooLarge !== null) throw new InvalidFleet(tooLarge)
  return { ...scenario, fleet, expect: scaled(scenario.expect, wanted / lines) }
}

function scaled(expect: Expectation, factor: number): Expectation {
  const { exposed, stages } = expect
  return {
    ...expect,
    exposed: exposed && { devices: Math.round(exposed.devices * factor) },
    stages:
      stages && Object.fromEntries(Object.entries(stages).map(([stage, count]) => [stage, Math.round(count * factor)])),
  }
}
