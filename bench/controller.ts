import { findScenario } from '../scenarios/library/catalogue.ts'
import { conclude } from '../scenarios/outcome/conclude.ts'
import { rehearse } from '../scenarios/world/rehearse.ts'
import { tell } from './measure.ts'

/** What the controller costs a plant hour: the same decisions at both levels. */
export async function benchController(): Promise<void> {
  const scenario = findScenario('memory-leak')
  for (const level of ['wire', 'model'] as const) {
    const { controller, wall } = conclude(scenario, await rehearse(scenario, { seed: 1, level }))
    tell(`controller, ${level}: AWS calls an evaluation`, String(controller.awsCallsPerEvaluation))
    tell(`controller, ${level}: ms a plant hour`, String(wall.controllerMsPerSimulatedHour))
  }
}
