import { findScenario } from '../scenarios/library/catalogue.ts'
import { conclude } from '../scenarios/outcome/conclude.ts'
import { rehearse } from '../scenarios/world/rehearse.ts'
import { print } from './measure.ts'

/** Cost of the controller per simulated hour: the same decisions at both levels. */
export async function benchController(): Promise<void> {
  const scenario = findScenario('memory-leak')
  for (const level of ['wire', 'model'] as const) {
    const { controller, wall } = conclude(scenario, await rehearse(scenario, { seed: 1, level }))
    print(`controller, ${level}: AWS calls per evaluation`, String(controller.awsCallsPerEvaluation))
    print(`controller, ${level}: ms per simulated hour`, String(wall.controllerMsPerSimulatedHour))
  }
}
