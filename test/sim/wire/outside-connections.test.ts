import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { OutsideConnections } from '../../../sim/wire/outside-connections.ts'

class FakeSocket extends EventEmitter {
  isOpen = true
  destroy(): void {
    this.isOpen = false
    this.emit('close')
  }
}

let connections: OutsideConnections
const opened = (): FakeSocket & Socket => {
  const socket = new FakeSocket() as FakeSocket & Socket
  connections.opened(socket)
  return socket
}
const pulses = (count: number): void => {
  for (let index = 0; index < count; index++) connections.pulse()
}

beforeEach(() => {
  connections = new OutsideConnections()
})
afterEach(() => connections.close())

it('ends a connection that is quiet, or amid a request, for a minute', () => {
  const [quiet, halfOpen] = [opened(), opened()]
  pulses(30)
  connections.begins(halfOpen)
  pulses(31)
  expect([quiet.isOpen, halfOpen.isOpen]).toEqual([false, true])
  pulses(30)
  expect(halfOpen.isOpen).toBe(false)
})

it('waits for the twin for any time, and again for the client to read the answer', () => {
  const socket = opened()
  connections.begins(socket)
  connections.serves(socket)
  pulses(1_000)
  expect(socket.isOpen).toBe(true)
  connections.answered(socket)
  pulses(61)
  expect(socket.isOpen).toBe(false)
})

it('leaves the controller its connections', () => {
  const socket = opened()
  connections.begins(socket)
  connections.serves(socket)
  connections.trust(socket)
  connections.answered(socket)
  pulses(1_000)
  expect(socket.isOpen).toBe(true)
})

it('ends the quietest when there are too many, and none that is being served', () => {
  const [served, first, second] = [opened(), opened(), opened()]
  connections.serves(served)
  pulses(2)
  connections.begins(first)
  for (let count = 3; count < 257; count++) opened()
  expect([served.isOpen, first.isOpen, second.isOpen]).toEqual([true, true, false])
})
