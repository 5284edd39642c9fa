import type { Ports } from '../../controller/ports/ports.ts'
import type { Quotas } from '../../sim/cloud/base/quotas.ts'
import type { OutsideClient } from '../../sim/kernel/client-activity.ts'
import type { InFlight } from '../../sim/kernel/in-flight.ts'
import type { Seed } from '../../sim/kernel/random.ts'
import type { LambdaFunctions, Level, LevelEvents } from '../../sim/twin/level.ts'
import type { Twin } from '../../sim/twin/twin.ts'

/** The controller's table, at every level. */
export const TABLE_NAME = 'firmware-rollouts'

/** What differs between the levels: the links of the twin, and the controller's access to AWS and its store. */
export interface Platform {
  openLevel(events: LevelEvents): Promise<Level>
  /** The controller's ports to this twin and its topic, and the function that closes them. */
  openPorts(twin: Twin, seed: Seed, topicArn: string): Promise<{ readonly ports: Ports; readonly close: () => void }>
}

/** Options of every platform. */
export interface PlatformOptions {
  /** Number of devices of the fleet. */
  readonly devices: number
  readonly inFlight: InFlight
  readonly quotas: Quotas
  /** Called with the name of every emulated AWS operation that the controller calls. */
  readonly onCall: (operation: string) => void
  /** Called when the twin itself failed: the rehearsal cannot continue. */
  readonly onBug: (error: unknown) => void
  /** Called when a client from outside has put events on the bus. */
  readonly onForeignEvents: (eventIds: readonly string[], client: OutsideClient) => void
  /** The controller's functions, for outside clients of Lambda's Invoke API. */
  readonly functions: LambdaFunctions
}
