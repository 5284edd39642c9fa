import { z } from 'zod'
import { bricked, makeBricked } from './bricked.ts'
import { clockSkew, makeClockSkew } from './clock-skew.ts'
import { counterOverflow, makeCounterOverflow } from './counter-overflow.ts'
import { crash, makeCrash } from './crash.ts'
import { cycleDrift, makeCycleDrift } from './cycle-drift.ts'
import { errorRise, makeErrorRise } from './error-rise.ts'
import { failedDownload, makeFailedDownload } from './failed-download.ts'
import type { Chance, Fault } from './fault.ts'
import { hang, makeHang } from './hang.ts'
import { makeMemoryLeak, memoryLeak } from './memory-leak.ts'
import { makeNoisyNetwork, noisyNetwork } from './noisy-network.ts'
import { offline } from './offline.ts'
import { type OperatorAct, operator, type WrongGroup, wrongGroup } from './people.ts'
import { makePrunedArtefacts, prunedArtefacts } from './pruned-artefacts.ts'
import { makeReboot, reboot } from './reboot.ts'
import { makeRejectedJob, rejectedJob } from './rejected-job.ts'
import { makeSilentFallback, silentFallback } from './silent-fallback.ts'
import { makeStarvedDownload, starvedDownload } from './starved-download.ts'
import { makeUnreadableMessages, unreadableMessages } from './unreadable-messages.ts'
import { makeUnreadableState, unreadableState } from './unreadable-state.ts'

/** Every fault a scenario may list, by `kind`. */
const processFaults = [
  memoryLeak,
  crash,
  cycleDrift,
  errorRise,
  hang,
  noisyNetwork,
  bricked,
  clockSkew,
  counterOverflow,
  failedDownload,
  prunedArtefacts,
  reboot,
  rejectedJob,
  silentFallback,
  starvedDownload,
  unreadableMessages,
  unreadableState,
] as const
export const faultSchema = z.discriminatedUnion('kind', [...processFaults, offline, operator, wrongGroup])
export type FaultSpec = z.output<typeof faultSchema>
type LinkFaultSpec = Extract<FaultSpec, { kind: 'offline' }>
type PeopleFaultSpec = OperatorAct | WrongGroup
export type ProcessFaultSpec = Exclude<FaultSpec, LinkFaultSpec | PeopleFaultSpec>

export const isLinkFault = (spec: FaultSpec): spec is LinkFaultSpec => spec.kind === 'offline'

/** What people do: it is not on a device, so it says no `in`. */
export const isPeopleFault = (spec: FaultSpec): spec is PeopleFaultSpec =>
  spec.kind === 'operator' || spec.kind === 'wrong-group'

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
    case 'bricked':
      return makeBricked(spec)
    case 'clock-skew':
      return makeClockSkew(spec)
    case 'counter-overflow':
      return makeCounterOverflow(spec)
    case 'failed-download':
      return makeFailedDownload(spec)
    case 'pruned-artefacts':
      return makePrunedArtefacts()
    case 'reboot':
      return makeReboot(spec)
    case 'rejected-job':
      return makeRejectedJob()
    case 'silent-fallback':
      return makeSilentFallback(spec)
    case 'starved-download':
      return makeStarvedDownload(spec)
    case 'unreadable-messages':
      return makeUnreadableMessages(spec)
    case 'unreadable-state':
      return makeUnreadableState(spec)
  }
}
