import { expect, it } from 'vitest'
import { type Mode, press, START } from '../../../reports/dashboard/menu.ts'
import { STATE } from './fixtures.ts'

const choice = { faults: ['crash', 'memory-leak', 'offline'], map: STATE.map }
const after = (keys: readonly string[], from: Mode = START) =>
  keys.reduce((state, key) => press(state.mode, key, choice), { mode: from, command: null } as ReturnType<typeof press>)

it.each([
  ['space', 'pause-clock'],
  ['right', 'step'],
  ['+', 'faster'],
  ['-', 'slower'],
  ['p', 'pause-rollout'],
  ['a', 'abort-rollout'],
  ['q', 'quit'],
  ['C-c', 'quit'],
])('%s sends %s', (key, command) => {
  expect(after([key]).command).toEqual({ do: command })
})

it('ignores a key without a meaning', () => {
  expect(after(['z'])).toEqual({ mode: START, command: null })
})

it.each([
  ['the release', [], null],
  ['a line', ['down', 'down'], { line: 2 }],
  ['one device', ['down', 'down', 'right', 'right', 'right'], { device: 'line-02-03' }],
  ['the same device of another line', ['down', 'right', 'down', 'down', 'up'], { device: 'line-02-01' }],
  ['the whole line again', ['down', 'right', 'left'], { line: 1 }],
  ['the release again', ['down', 'right', 'up', 'right'], null],
] as const)('injects a fault into %s', (_, arrows, place) => {
  const chosen = after(['f', 'up', 'enter', ...arrows])
  expect(chosen).toMatchObject({ mode: { overlay: 'place' }, command: null })
  const command = { do: 'inject', fault: 2, place }
  expect(after(['enter'], chosen.mode)).toMatchObject({ mode: { overlay: 'none' }, command })
})

it('never goes beyond the lines and devices there are', () => {
  const far = (key: string) => Array(30).fill(key)
  expect(after(['f', 'enter', ...far('down'), ...far('right'), 'enter']).command).toMatchObject({
    place: { device: 'line-17-20' },
  })
  expect(after(['f', 'enter', 'down', ...far('left'), ...far('up')]).mode.cursor).toEqual({ line: -1, device: -1 })
})

it('stays within a line that has fewer devices than the one before', () => {
  const map = [
    { line: 1, things: ['a', 'b', 'c'], codes: '...' },
    { line: 2, things: ['d'], codes: '.' },
  ]
  const at = { ...START, overlay: 'place', cursor: { line: 0, device: 2 } } as const
  expect(press(at, 'down', { ...choice, map }).mode.cursor).toEqual({ line: 1, device: 0 })
})

it('goes back from the place to the fault, and from there to the panels, and injects nothing', () => {
  for (const key of ['escape', 'f', 'q']) {
    const back = after(['f', 'enter', key])
    expect(back).toMatchObject({ mode: { overlay: 'fault' }, command: null })
    expect(after([key], back.mode)).toMatchObject({ mode: { overlay: 'none', awaitsAnswer: false }, command: null })
  }
})

it('opens no menu where nothing can be injected', () => {
  expect(press(START, 'f', { ...choice, faults: [] })).toEqual({ mode: START, command: null })
})

it('shows the answer to what was asked, until tab goes back to what was there', () => {
  for (const keys of [['p'], ['a'], ['f', 'enter', 'enter']]) {
    const asked = after(['tab', ...keys]).mode
    expect(asked).toMatchObject({ focus: 1, awaitsAnswer: true })
    expect(after(['tab'], asked).mode).toMatchObject({ focus: 1, awaitsAnswer: false })
  }
  expect(after(['space']).mode.awaitsAnswer).toBe(false)
})

it('quits by Ctrl-C from everywhere', () => {
  expect(after(['f', 'C-c']).command).toEqual({ do: 'quit' })
  expect(after(['f', 'enter', 'C-c']).command).toEqual({ do: 'quit' })
  expect(after(['?', 'C-c']).command).toEqual({ do: 'quit' })
})

it('closes the help with any key, which does nothing else', () => {
  expect(after(['?', 'a'])).toMatchObject({ mode: { overlay: 'none' }, command: null })
})
