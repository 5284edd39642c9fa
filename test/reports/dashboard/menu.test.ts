import { expect, it } from 'vitest'
import { type Mode, press, START } from '../../../reports/dashboard/menu.ts'

const offered = { faults: 3, lines: 17 }
const after = (keys: readonly string[], from: Mode = START) =>
  keys.reduce((state, key) => press(state.mode, key, offered), { mode: from, command: null } as ReturnType<
    typeof press
  >)

it.each([
  ['space', 'pause-clock'],
  ['right', 'step'],
  ['+', 'faster'],
  ['-', 'slower'],
  ['p', 'pause-rollout'],
  ['a', 'abort-rollout'],
  ['q', 'quit'],
  ['C-c', 'quit'],
])('%s asks for %s', (key, command) => {
  expect(after([key]).command).toBe(command)
})

it('does nothing on a key that means nothing', () => {
  expect(after(['z'])).toEqual({ mode: START, command: null })
})

it('chooses a fault and a line, round and round', () => {
  const chosen = after(['f', 'up', 'right', 'right'])
  expect(chosen.mode).toMatchObject({ overlay: 'inject', fault: 2, line: 1 })
  expect(after(['enter'], chosen.mode)).toMatchObject({ mode: { overlay: 'none' }, command: 'inject' })
  expect(after(['escape'], chosen.mode)).toMatchObject({ mode: { overlay: 'none' }, command: null })
})

it('never goes beyond the lines there are', () => {
  expect(after(['f', ...Array(30).fill('right')]).mode.line).toBe(16)
  expect(after(['f', ...Array(3).fill('left')]).mode.line).toBe(-1)
})

it('shows the answer to what was asked, until tab goes back to what was there', () => {
  for (const keys of [['p'], ['a'], ['f', 'enter']]) {
    const asked = after(['tab', ...keys]).mode
    expect(asked).toMatchObject({ focus: 1, awaitsAnswer: true })
    expect(after(['tab'], asked).mode).toMatchObject({ focus: 1, awaitsAnswer: false })
  }
  expect(after(['f', 'escape']).mode.awaitsAnswer).toBe(false)
  expect(after(['space']).mode.awaitsAnswer).toBe(false)
})

it('quits by Ctrl-C from everywhere', () => {
  expect(after(['f', 'C-c']).command).toBe('quit')
  expect(after(['?', 'C-c']).command).toBe('quit')
})

it('closes the help with any key, which does nothing else', () => {
  expect(after(['?', 'a'])).toMatchObject({ mode: { overlay: 'none' }, command: null })
})
