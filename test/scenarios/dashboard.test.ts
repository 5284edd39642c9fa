import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findScenario } from '../../scenarios/catalogue.ts'
import { Dashboard } from '../../scenarios/dashboard.ts'
import type { LiveRehearsal, RehearsalOptions } from '../../scenarios/rehearsal.ts'
import { rehearse } from '../../scenarios/rehearse.ts'
import type { Terminal } from '../../scenarios/terminal.ts'
import { Interrupted } from '../../scenarios/user-error.ts'

const SCENARIO = { ...findScenario('crash-on-start'), fleet: { lines: 2, devicesPerLine: 20 } }
const OPTIONS: RehearsalOptions = { seed: 1, level: 'model' }
const NEVER = new AbortController().signal

/** Screens that are not the real one, by what they do with a message. */
const SCREENS = {
  polite: `process.on('message', ({ kind }) => kind === 'close' ? process.exit() : process.send({ kind: 'drawn' }))`,
  dying: `process.on('message', () => process.kill(process.pid, 'SIGKILL'))`,
  deaf: `process.on('message', () => undefined)`,
  pressing: `let pressed = false
  process.on('message', ({ kind }) => {
    if (kind === 'close') process.exit()
    if (pressed) return
    pressed = true
    for (const key of ['faster', 'pause-clock', 'quit']) process.send({ kind: 'command', command: { do: key } })
  })`,
} as const

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'screens-'))
  for (const [name, text] of Object.entries(SCREENS)) writeFileSync(join(folder, `${name}.mjs`), text)
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A terminal that counts how often it was put right by us. */
function terminal() {
  const seen = { restored: 0 }
  const own: Terminal = { stdout: { write: () => true }, keep: () => () => void seen.restored++ }
  return { seen, own }
}

/** Every record is a chance to draw, so that no run is too short to be seen. */
function watching(dashboard: Dashboard): (live: LiveRehearsal) => void {
  return (live) => {
    dashboard.watch(live)
    live.trace.onRecord(() => dashboard.tick())
  }
}

it.each([
  ['polite', 0],
  ['dying', 1],
  ['deaf', 1],
] as const)('changes nothing of what comes out, with a %s screen', async (name, restored) => {
  const { seen, own } = terminal()
  const dashboard = new Dashboard(own, () => undefined, join(folder, `${name}.mjs`))
  const watched = await rehearse(SCENARIO, { ...OPTIONS, onLive: watching(dashboard) })
  const over = AbortSignal.abort()
  await dashboard.end('rolled-back', name === 'dying' ? NEVER : over)
  await dashboard.close()
  const alone = await rehearse(SCENARIO, OPTIONS)
  expect(watched.facts.digest).toBe(alone.facts.digest)
  expect(seen.restored).toBe(restored)
})

it('does what keys ask for', async () => {
  const quit = new AbortController()
  const pacer: LiveRehearsal['pacer'][] = []
  const dashboard = new Dashboard(terminal().own, () => quit.abort(new Interrupted()), join(folder, 'pressing.mjs'))
  const slow = { ...OPTIONS, pace: { kind: 'times', factor: 300 }, signal: quit.signal } as const
  const playing = rehearse(SCENARIO, {
    ...slow,
    onLive: (live) => {
      pacer.push(live.pacer)
      watching(dashboard)(live)
    },
  })
  await expect(playing).rejects.toThrow(Interrupted)
  expect(pacer[0]?.text).toBe('paused')
  expect(pacer[0]?.pace).toEqual({ kind: 'times', factor: 900 })
  await dashboard.close()
})
