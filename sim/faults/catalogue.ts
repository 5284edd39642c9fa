import { z } from 'zod'
import { crash, makeCrash } from './crash.ts'
import { cycleDrift, makeCycleDrift } from './cycle-drift.ts'
import type { Fault } from './fault.ts'
import { makeMemoryLeak, memoryLeak } from './memory-leak.ts'

/** Every fault a scenario may list, by `kind`. */
export const faultSchema = z.discriminatedUnion('kind', [memoryLeak, crash, cycleDrift])
export type FaultSpec = z.output<typeof faultSchema>

export function makeFault(spec: FaultSpec): Fault {
  switch (spec.kind) {
    case 'memory-leak':
      return makeMemoryLeak(spec)
    case 'crash':
      return makeCrash(spec)
    case 'cycle-drift':
      return makeCycleDrift(spec)
  }
}
