import type { StageName } from '../../../controller/contract.ts'

/** A device is added to a thing group, but not by the controller. */
export interface MembershipFault {
  readonly thing: string
  readonly group: StageName
  /** Whether the device is also removed from its own group. */
  readonly isMove: boolean
  /** After the start of the rehearsal. */
  readonly atMs: number
  /** When it is reverted, after `atMs`; null: never. */
  readonly revertedAfterMs: number | null
}
