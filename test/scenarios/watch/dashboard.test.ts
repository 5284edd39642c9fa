import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findScenario } from '../../../scenarios/library/catalogue.ts'
import { conclude } from '../../../scenarios/outcome/conclude.ts'
import { ownName } from '../../../scenarios/support/own-name.ts'
import { Interrupted } from '../../../scenarios/support/user-error.ts'
import { Dashboard } from '../../../scenarios/watch/dashboard.ts'
import type { Terminal } from '../../../scenarios/watch/terminal.ts'
import type { LiveRehearsal, RehearsalOptions, RehearsalResult } from '../../../scenarios/world/rehearsal.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'

const SCENARIO = { ...findScenario('crash-on-start'), fleet: { lines: 2, devicesPerLine: 10, noise: 'quiet' as const } }
const OPTIONS: RehearsalOptions = { seed: 1, level: 'model' }
const LEVELS = ['model', 'wire'] as const
const NEVER = new AbortController().signal

/** Fake screens, by their reaction to a message. */
const SCREENS = {
  polite: `process.on('message', ({ kind }) => {
    if (kind === 'close') process.exit()
    process.send({ kind: 'drawn', costMs: 0 })
  })`,
  dying: `process.on('message', () => process.kill(process.pid, 'SIGKILL'))`,
  // Reports that a frame takes a minute, and writes how many it received.
  slow: `import { writeFileSync } from 'node:fs'
  let frames = 0
  process.on('message', ({ kind }) => {
    if (kind === 'close') {
      writeFileSync(new URL('frames.txt', import.meta.url), String(frames))
      process.exit()
    }
    if (kind !== 'state') return
    frames += 1
    process.send({ kind: 'drawn', costMs: 60_000 })
  })`,
  deaf: `process.on('message', () => undefined)`,
  pressing: `let pressed = false
  process.on('message', ({ kind }) => {
    if (kind === 'close') process.exit()
    if (pressed) return
    pressed = true
    for (const key of ['faster', 'pause-clock', 'quit']) process.send({ kind: 'command', command: { do: key } })
  })`,
  // Each key is pressed when the frame shows that the one before it has worked.
  steering: `const operated = ({ log }, is) => log.some((entry) => entry.kind === 'operation' && is(entry))
  const injected = ({ log }, faultKind) =>
    log.some((entry) => entry.kind === 'injected' && entry.message.data.spec.kind === faultKind)
  let offered = []
  const inject = (kind, place) => () =>
    ({ do: 'inject', fault: offered.findIndex((text) => text.startsWith(kind)), place })
  const steps = [
    [() => true, { do: 'abort-rollout' }],
    [(state) => operated(state, ({ result }) => result === 'refused'), { do: 'faster' }],
    ...['10x', '60x', '300x', '900x'].map((shown) => [({ pace }) => pace === shown, { do: 'faster' }]),
    [(state) => state.stages[0].state === 'soaking', { do: 'pause-clock' }],
    [({ pace }) => pace === 'paused', { do: 'pause-rollout' }],
    [(state) => operated(state, ({ operation }) => operation === 'pause'), { do: 'pause-rollout' }],
    [(state) => operated(state, ({ operation }) => operation === 'resume'), inject('memory-leak', { line: 2 })],
    [(state) => injected(state, 'memory-leak'), inject('crash', { device: 'line-01-03' })],
    [(state) => injected(state, 'crash'), { do: 'pause-clock' }],
    [({ faults }) => faults.length === 2, { do: 'abort-rollout' }],
  ]
  process.on('message', ({ kind, state, faults }) => {
    if (kind === 'close') process.exit()
    if (kind === 'faults') offered = faults
    if (kind !== 'state') return
    process.send({ kind: 'drawn', costMs: 0 })
    if (steps.length === 0 || !steps[0][0](state)) return
    const [[, command]] = steps.splice(0, 1)
    process.send({ kind: 'command', command: typeof command === 'function' ? command() : command })
  })`,
} as const

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'screens-'))
  for (const [name, text] of Object.entries(SCREENS)) writeFileSync(join(folder, `${name}.mjs`), text)
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A terminal that counts how often it was restored. */
function terminal() {
  const seen = { restored: 0 }
  const own: Terminal = { stdout: { write: () => true }, keep: () => () => void seen.restored++ }
  return { seen, own }
}

/** Draws at every record, so that no run is too short for a frame. */
function watching(dashboard: Dashboard): (live: LiveRehearsal) => void {
  return (live) => {
    dashboard.watch(live)
    live.trace.onRecord(() => dashboard.tick())
  }
}

const two = (value: number): string => String(value).padStart(2, '0')

/** Targets and times of the faults that started. */
const begun = ({ records }: RehearsalResult) =>
  records.flatMap((one) => (one.kind === 'fault-started' ? [[one.faultKind, one.thing, one.atMs]] : []))

/** The devices whose firmware has crashed. */
const crashed = ({ records }: RehearsalResult): string[] => [
  ...new Set(records.flatMap((one) => (one.kind === 'firmware-crashed' ? [one.thing] : []))),
]

/** What comes out where nobody watches. */
const alone = new Map<string, Promise<RehearsalResult>>()
function playedAlone(level: 'model' | 'wire'): Promise<RehearsalResult> {
  const played = alone.get(level) ?? rehearse(SCENARIO, { ...OPTIONS, level })
  alone.set(level, played)
  return played
}

it.each([
  ['polite', 'model', 0],
  ['polite', 'wire', 0],
  ['dying', 'model', 1],
  ['deaf', 'model', 1],
] as const)('changes nothing of what comes out, with a %s screen at %s level', async (name, level, restored) => {
  const { seen, own } = terminal()
  const dashboard = new Dashboard(own, () => undefined, join(folder, `${name}.mjs`))
  const options = { ...OPTIONS, level }
  const watched = await rehearse(SCENARIO, { ...options, onLive: watching(dashboard) })
  const over = AbortSignal.abort()
  await dashboard.end('rolled-back', name === 'dying' ? NEVER : over)
  await dashboard.close()
  expect(watched.facts.digest).toBe((await playedAlone(level)).facts.digest)
  expect(seen.restored).toBe(restored)
})

it('sends a slow screen no frame until the cost of the last one is amortized', async () => {
  const dashboard = new Dashboard(terminal().own, () => undefined, join(folder, 'slow.mjs'))
  await rehearse(SCENARIO, { ...OPTIONS, onLive: watching(dashboard) })
  await dashboard.close()
  expect(readFileSync(join(folder, 'frames.txt'), 'utf8')).toBe('1')
})

it('carries out the commands of keys', async () => {
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

it.each(LEVELS)('applies interventions at %s level, between two events', async (level) => {
  const healthy = { ...SCENARIO, faults: [] }
  const dashboard = new Dashboard(terminal().own, () => undefined, join(folder, 'steering.mjs'))
  const pace = { kind: 'times', factor: 1 } as const
  const result = await rehearse(healthy, { ...OPTIONS, level, pace, onLive: watching(dashboard) })
  await dashboard.close()
  const { records } = result
  const operations = records.filter((one) => one.kind === 'operation')
  expect(operations.map(({ operation, result }) => `${operation} ${result}`)).toEqual([
    'abort refused',
    'pause accepted',
    'resume accepted',
    'abort accepted',
  ])
  expect(new Set(operations.map(({ actor, reason }) => `${actor} ${reason}`))).toEqual(
    new Set([`${ownName()} from the dashboard`]),
  )
  const [refused, paused, resumed, aborted] = operations
  expect(refused?.answer.code).toBe('ROLLOUT_MISSING')
  const injected = records.filter((one) => one.kind === 'intervention' && one.code === 'FAULT_INJECTED')
  // Time stood: the operations were answered all the same, and the faults began when it moved.
  const stoodAtMs = paused?.atMs as number
  expect([resumed, ...injected].map((one) => one?.atMs)).toEqual([stoodAtMs, stoodAtMs, stoodAtMs])
  expect(begun(result)).toEqual([
    ...Array.from({ length: 10 }, (_, place) => ['memory-leak', `line-02-${two(place + 1)}`, stoodAtMs + 1]),
    ['crash', 'line-01-03', stoodAtMs + 1],
  ])
  expect(crashed(result)).toEqual(['line-01-03'])
  expect(aborted?.atMs).toBeGreaterThan(stoodAtMs)

  const report = conclude(healthy, result)
  expect(report).toMatchObject({ outcome: 'rolled-back', caughtIn: 'canary', invariants: { violated: [] } })
  const invoked = (operation: string) => ({
    code: 'OPERATION_INVOKED',
    data: { operation, actor: ownName(), client: null },
  })
  expect(report.interventions?.map(({ code, data }) => ({ code, data }))).toEqual([
    invoked('abort'),
    invoked('pause'),
    invoked('resume'),
    { code: 'FAULT_INJECTED', data: { spec: { kind: 'memory-leak', in: { line: 2 }, rate: 60 } } },
    { code: 'FAULT_INJECTED', data: { spec: { kind: 'crash', in: { device: 'line-01-03' }, after: 0 } } },
    invoked('abort'),
  ])
})
