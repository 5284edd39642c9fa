import { z } from 'zod'
import { crash, makeCrash } from './crash.ts'
import { cycleDrift, makeCycleDrift } from './cycle-drift.ts'
import { errorRise, makeErrorRise } from './error-rise.ts'
import type { Chance, Fault } from './fault.ts'
import { hang, makeHang } from './hang.ts'
import { makeMemoryLeak, memoryLeak } from './memory-leak.ts'
import { makeNoisyNetwork, noisyNetwork } from './noisy-network.ts'
import { offline } from './offline.ts'

/** Every fault a scenario may list, by `kind`. */
const processFaults = [memoryLeak, crash, cycleDrift, errorRise, hang, noisyNetwork] as const
export const faultSchema = z.discriminatedUnion('kind', [...processFaults, offline])
export type FaultSpec = z.output<typeof faultSchema>
type LinkFaultSpec = Extract<FaultSpec, { kind: 'offline' }>
export type ProcessFaultSpec = Exclude<FaultSpec, LinkFaultSpec>

export const isLinkFault = (spec: FaultSpec): spec is LinkFaultSpec => spec.kind === 'offline'

/** A fault of the firmware process or of its surroundings on one device. */
export function makeFault(spec: ProcessFaultSpec, chance: Chance): Fault {
  switch (spec.kind) {
    case 'memory-leak':
      return makeMemoryLeak(spec)
    case 'crash':
      return makeCrash(spec, chance)
    case 'cycle-drift':
      return makeCycleDrift(spec)
    case 'error-rise':
      return makeErrorRise(spec)
    case 'hang':
      return makeHang(spec)
    case 'noisy-network':
      return makeNoisyNetwork(spec)
  }
}
