import { foldTradeoff } from '../../reports/campaign/tradeoff.ts'
import { renderTradeoff } from '../../reports/text/tradeoff-text.ts'
import type { Scenario } from '../files/scenario.ts'
import { conclude } from '../outcome/conclude.ts'
import { EXIT } from '../support/exit-codes.ts'
import { Interrupted } from '../support/user-error.ts'
import { demoScenarios, type DemoOptions as PlayOptions, playDemo } from '../watch/demo.ts'
import { DemoLines } from '../watch/demo-lines.ts'
import { DemoScreen } from '../watch/demo-screen.ts'
import { ownTerminal } from '../watch/terminal.ts'
import type { Pace } from '../world/pacer.ts'
import { type Io, interruptible, isTerminal } from './io.ts'

export interface DemoOptions {
  readonly seed: number
  /** On a terminal one that can be followed, else as fast as the processor. */
  readonly pace?: Pace
  /** Whether the end stays on the screen until a key is pressed. */
  readonly wait: boolean
}

/** Twelve hours take less than a minute. */
const WATCHABLE: Pace = { kind: 'times', factor: 900 }
const HOUR_MS = 3_600_000

/** `rehearse demo`: returns the exit code. @throws errors with an `exitCode` for what the user can mend */
export async function demo(options: DemoOptions, io: Io): Promise<number> {
  const table = await interruptible(io, (signal) =>
    isTerminal(io) ? onScreen(options, io, signal) : inLines(options, io, signal),
  )
  io.stdout.write(`${table.join('\n')}\n`)
  return EXIT.met
}

async function onScreen({ seed, pace, wait }: DemoOptions, io: Io, interrupted: AbortSignal): Promise<string[]> {
  const quit = new AbortController()
  const screen = new DemoScreen(ownTerminal(io.stdout), () => quit.abort(new Interrupted()))
  const signal = AbortSignal.any([interrupted, quit.signal])
  try {
    const table = await played({
      seed,
      pace: pace ?? WATCHABLE,
      signal,
      onLive: (lives, pacer) => screen.watch(lives, pacer),
      onTime: () => screen.tick(),
    })
    if (wait) await screen.end(table, signal)
    return table
  } finally {
    await screen.close()
  }
}

async function inLines({ seed, pace }: DemoOptions, io: Io, signal: AbortSignal): Promise<string[]> {
  const lines = new DemoLines((text) => io.stdout.write(text))
  const table = await played({
    seed,
    pace: pace ?? { kind: 'max' },
    signal,
    onLive: (lives) => lines.watch(lives),
    onTime: (atMs) => lines.tick(atMs),
  })
  lines.end()
  return ['', ...table]
}

/** The trade-off of both, as a table. */
async function played(options: Omit<PlayOptions, 'scenarios'>): Promise<string[]> {
  const scenarios = demoScenarios()
  const results = await playDemo({ ...options, scenarios })
  const sides = results.map((result, i) => {
    const scenario = scenarios[i] as Scenario
    return foldTradeoff(conclude(scenario, result), silentHours(scenario))
  })
  return renderTradeoff(sides)
}

/** How long the fault keeps quiet after the install. */
function silentHours({ faults }: Scenario): number {
  const [fault] = faults
  if (fault?.kind !== 'crash' || fault.after === undefined) {
    throw new Error('invariant: the demonstration is of a crash after some uptime')
  }
  return fault.after / HOUR_MS
}
