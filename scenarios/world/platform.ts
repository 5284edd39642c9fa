import type { Ports } from '../../controller/ports/ports.ts'
import type { InFlight } from '../../sim/kernel/in-flight.ts'
import type { Seed } from '../../sim/kernel/random.ts'
import type { LambdaFunctions, Level, LevelEvents } from '../../sim/twin/level.ts'
import type { Twin } from '../../sim/twin/twin.ts'

/** The controller's table, at every level. */
export const TABLE_NAME = 'firmware-rollouts'

/** What a level of rehearsal swaps: the links of the twin, and what the controller reaches AWS and its store by. */
export interface Platform {
  openLevel(events: LevelEvents): Promise<Level>
  /** The controller's ports to this twin and its topic, and what closes them. */
  openPorts(twin: Twin, seed: Seed, topicArn: string): Promise<{ readonly ports: Ports; readonly close: () => void }>
}

/** What every platform is made of. */
export interface PlatformOptions {
  /** Devices of the fleet. */
  readonly devices: number
  readonly inFlight: InFlight
  /** Told of every call of an emulated AWS operation. */
  readonly onCall: (operation: string) => void
  /** The twin itself failed: the rehearsal cannot go on. */
  readonly onBug: (error: unknown) => void
  /** The controller's functions, for whoever invokes them from outside. */
  readonly functions: LambdaFunctions
}
