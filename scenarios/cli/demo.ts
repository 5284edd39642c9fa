import { foldTradeoff } from '../../reports/campaign/tradeoff.ts'
import { renderTradeoff } from '../../reports/text/tradeoff-text.ts'
import type { Scenario } from '../files/scenario.ts'
import { conclude } from '../outcome/conclude.ts'
import { EXIT } from '../support/exit-codes.ts'
import { Interrupted } from '../support/user-error.ts'
import { type DemoOptions as DemoRunOptions, demoScenarios, runDemo } from '../watch/demo.ts'
import { DemoLines } from '../watch/demo-lines.ts'
import { DemoScreen } from '../watch/demo-screen.ts'
import { ownTerminal } from '../watch/terminal.ts'
import type { Pace } from '../world/pacer.ts'
import type { DemoOptions } from './commands/demo.ts'
import { type Io, interruptible, isTerminal } from './io.ts'

/** Twelve simulated hours take less than a minute. */
const WATCHABLE_PACE: Pace = { kind: 'times', factor: 900 }
const HOUR_MS = 3_600_000

/** `rehearse demo`: returns the exit code. @throws errors with an `exitCode` for what the user can correct */
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
    const table = await tradeoffOf({
      seed,
      pace: pace ?? WATCHABLE_PACE,
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
  const table = await tradeoffOf({
    seed,
    pace: pace ?? { kind: 'max' },
    signal,
    onLive: (lives) => lines.watch(lives),
    onTime: (atMs) => lines.tick(atMs),
  })
  lines.end()
  return ['', ...table]
}

/** Runs both windows; returns their trade-off as the lines of a table. */
async function tradeoffOf(options: Omit<DemoRunOptions, 'scenarios'>): Promise<string[]> {
  const scenarios = demoScenarios()
  const results = await runDemo({ ...options, scenarios })
  const sides = results.map((result, i) => {
    const scenario = scenarios[i] as Scenario
    return foldTradeoff(conclude(scenario, result), silentHours(scenario))
  })
  return renderTradeoff(sides)
}

/** Hours from the install to the onset of the fault. */
function silentHours({ faults }: Scenario): number {
  const [fault] = faults
  if (fault?.kind !== 'crash' || fault.after === undefined) {
    throw new Error('invariant: the fault of the demonstration is a crash after some uptime')
  }
  return fault.after / HOUR_MS
}
