import type { Ports } from '../../controller/ports/ports.ts'
import { isWithin } from '../../sim/faults/families/fault-window.ts'
import type { FaultWorld } from '../../sim/faults/families/fault-world.ts'
import type { IndexedFault } from '../../sim/faults/families/indexed-fault.ts'
import type { LambdaFault, LambdaFaultSpec } from '../../sim/faults/families/lambda-fault.ts'
import type { InFlight } from '../../sim/kernel/in-flight.ts'
import { virtualWait } from '../../sim/kernel/virtual-wait.ts'
import { channelKey, uniformAt } from '../../sim/plant/noise.ts'
import { CallTurns } from './call-turns.ts'
import type { FunctionName, Functions, Result } from './functions.ts'
import { throughCalls } from './port-calls.ts'

/** The runtime of an invocation died. The name is Lambda's. */
export class RuntimeExited extends Error {
  override readonly name = 'Runtime.ExitError'
  constructor() {
    super('Runtime exited with error: signal: killed')
  }
}

/** Lambda ended an invocation at its time limit. The name is Lambda's. */
export class TaskTimedOut extends Error {
  override readonly name = 'Sandbox.Timedout'
  constructor(afterMs: number) {
    super(`Task timed out after ${(afterMs / 1000).toFixed(2)} seconds`)
  }
}

type IndexedLambdaFault = IndexedFault<LambdaFaultSpec, LambdaFault>

/** Ends an invocation at its n-th AWS call. */
interface End {
  readonly call: number
  readonly when: 'before' | 'after'
  /** Rejects once the invocation is over. */
  readonly happen: () => Promise<never>
}

/** Changes invocations by the injected faults of Lambda; each affected one runs in a container of its own. */
export class LambdaFaults {
  readonly #faults: readonly IndexedLambdaFault[]
  readonly #world: FaultWorld
  readonly #inFlight: InFlight
  readonly #ports: Ports
  readonly #make: (ports: Ports) => Functions
  /** Invocations so far, by fault. */
  readonly #counts = new Map<number, number>()

  constructor(
    faults: readonly IndexedLambdaFault[],
    { world, inFlight }: { readonly world: FaultWorld; readonly inFlight: InFlight },
    ports: Ports,
    make: (ports: Ports) => Functions,
  ) {
    this.#faults = faults
    this.#world = world
    this.#inFlight = inFlight
    this.#ports = ports
    this.#make = make
  }

  /** The invocations that one event leads to, to be run concurrently; null where no fault acts. */
  invocations(name: FunctionName, event: object): readonly (() => Promise<Result>)[] | null {
    const isTwice = this.#hit(name, (fault) => fault.effect === 'duplicate').length > 0
    const turns = isTwice ? new CallTurns() : null
    const ends = (isTwice ? [0, 1] : [0]).map(() => this.#ends(name))
    if (turns === null && ends[0]?.length === 0) return null
    return ends.map((own) => () => this.#run(name, event, own, turns))
  }

  async #run(name: FunctionName, event: object, ends: readonly End[], turns: CallTurns | null): Promise<Result> {
    await turns?.take()
    let calls = 0
    let fail: (error: unknown) => void = () => undefined
    const death = new Promise<never>((_, reject) => {
      fail = reject
    })
    /** The function never resumes after this. */
    const die = (end: End): Promise<never> => {
      end.happen().catch(fail)
      return new Promise(() => undefined)
    }
    const ports = throughCalls(this.#ports, async (_, call) => {
      turns?.pass()
      await turns?.take()
      calls += 1
      const end = ends.find((one) => one.call === calls)
      if (end?.when === 'before') return die(end)
      if (end === undefined) return call()
      await call().catch(() => undefined)
      return die(end)
    })
    try {
      return await Promise.race([this.#make(ports)[name](event), death])
    } finally {
      turns?.pass()
    }
  }

  #ends(name: FunctionName): readonly End[] {
    return this.#hit(name, ({ effect }) => effect === 'end').flatMap(({ index, spec, fault }): End[] => {
      if (fault.effect !== 'end') return []
      const { call, when, timeoutMs } = fault
      const happen = async (): Promise<never> => {
        this.#world.actsOn(index, spec.kind, name)
        if (timeoutMs === null) throw new RuntimeExited()
        await virtualWait(this.#world.clock, this.#inFlight, timeoutMs)
        throw new TaskTimedOut(timeoutMs)
      }
      return [{ call, when, happen }]
    })
  }

  /** The faults that act on this invocation; a duplicate is recorded at once, an end when it happens. */
  #hit(name: FunctionName, isOfSort: (fault: LambdaFault) => boolean): readonly IndexedLambdaFault[] {
    return this.#faults.filter(({ index, spec, fault }) => {
      if (!isOfSort(fault) || spec.in.lambda !== name) return false
      const n = this.#counts.get(index) ?? 0
      this.#counts.set(index, n + 1)
      const isHit = uniformAt(channelKey(this.#world.key(`fault/${index}/${name}`), 0), n) < spec.share / 100
      if (!isHit || !isWithin(spec, this.#world.sinceMs())) return false
      if (fault.effect === 'duplicate') this.#world.actsOn(index, spec.kind, name)
      return true
    })
  }
}
