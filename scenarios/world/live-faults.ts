import type { InjectableSpec } from '../../sim/faults/catalogue.ts'
import type { Selector } from '../../sim/plant/selector.ts'

/** A fault of the catalogue with its parameters, ready to be injected while a rehearsal runs. */
interface LiveFault {
  /** As the menu of the dashboard shows it. */
  readonly text: string
  readonly specIn: (where: Selector) => InjectableSpec
}

const MINUTE_MS = 60_000

/** The faults that the dashboard offers. All begin when they are injected: `Twin.inject` counts from then. */
export const LIVE_FAULTS: readonly LiveFault[] = [
  {
    text: 'crash: the firmware crashes now, and after each restart',
    specIn: (where) => ({ kind: 'crash', in: where, after: 0 }),
  },
  {
    text: 'memory-leak: 60 MiB/h, until the process is killed',
    specIn: (where) => ({ kind: 'memory-leak', in: where, rate: 60 }),
  },
  {
    text: 'cycle-drift: cycles take 25 % longer within a minute',
    specIn: (where) => ({ kind: 'cycle-drift', in: where, onset: 0, rise: 25, over: MINUTE_MS }),
  },
  {
    text: 'error-rise: 4 times as many errors',
    specIn: (where) => ({ kind: 'error-rise', in: where, factor: 4, onset: 0 }),
  },
  {
    text: 'offline: the connection is lost for 30 min',
    specIn: (where) => ({ kind: 'offline', in: where, from: 0, for: 30 * MINUTE_MS }),
  },
  {
    text: 'noisy-network: 5 % of the connection attempts fail in addition to the normal ones',
    specIn: (where) => ({ kind: 'noisy-network', in: where, share: 5, from: 0 }),
  },
]
