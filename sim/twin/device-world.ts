import type { Cloud } from '../cloud/cloud.ts'
import type { FaultWorld } from '../faults/families/fault-world.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Trace } from '../kernel/trace.ts'
import type { LinePeers } from '../plant/line-peers.ts'
import type { PlantCalendar } from '../plant/shifts.ts'
import type { OutsideSessions } from './connectivity.ts'
import type { Level } from './level.ts'
import type { TwinPlan } from './plan.ts'

/** What all devices of a twin share. */
export interface DeviceWorld {
  readonly plan: TwinPlan
  readonly clock: Clock
  readonly trace: Trace
  readonly cloud: Cloud
  readonly level: Level
  readonly faultWorld: FaultWorld
  readonly calendarOf: (line: number) => PlantCalendar
  readonly peers: LinePeers
  readonly sessions: OutsideSessions
}
