import { expect, it } from 'vitest'
import { ConnectSlots } from '../../../sim/wire/connect-slots.ts'
import { inFlight, link, links, useBroker } from './broker-fixture.ts'

useBroker()

it('makes a hundred connections at a time, in order', () => {
  const slots = new ConnectSlots()
  const made: number[] = []
  for (let i = 0; i < 250; i++) slots.enter(() => made.push(i))
  expect(made).toHaveLength(100)
  for (let i = 0; i < 250; i++) slots.left()
  expect(made).toEqual(Array.from({ length: 250 }, (_, i) => i))
})

it('connects more devices than there are slots, of which one changes its mind', async () => {
  const connected: string[] = []
  const left: string[] = []
  for (let i = 0; i < 220; i++) {
    const thing = `line-${i}`
    link(thing, { onConnected: () => connected.push(thing), onDisconnected: () => left.push(thing) })
  }
  links.get('line-219')?.disconnect()
  await inFlight.settled()
  expect([connected.length, left]).toEqual([219, ['line-219']])
  links.get('line-219')?.connect()
  await inFlight.settled()
  expect(connected.at(-1)).toBe('line-219')
})
