import { describe, expect, it } from 'vitest'
import { type Pace, Pacer, type Wall } from '../../../scenarios/world/pacer.ts'

/** A wall clock that advances only by sleeping. */
class Sleeper implements Wall {
  now = 5_000
  readonly slept: number[] = []
  nowMs(): number {
    return this.now
  }
  async sleep(delayMs: number): Promise<void> {
    this.slept.push(delayMs)
    this.now += delayMs
  }
}

/** A wall clock that never advances; a sleeper is woken by a key, or by the signal of the run. */
class Still implements Wall {
  sleepers = 0
  nowMs(): number {
    return 0
  }
  sleep(_: number, signal: AbortSignal): Promise<void> {
    this.sleepers += 1
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
  }
}

const times = (factor: number): Pace => ({ kind: 'times', factor })
const yieldOnce = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Whether simulated time may be `atMs`, checked at every call. */
function asked(pacer: Pacer, atMs: number): () => Promise<boolean> {
  let isThere = false
  void pacer.until(atMs).then(() => {
    isThere = true
  })
  return async () => {
    for (let i = 0; i < 3; i++) await yieldOnce()
    return isThere
  }
}

describe('a pace', () => {
  it('of max waits for nothing', async () => {
    const wall = new Sleeper()
    await new Pacer({ kind: 'max' }, 0, undefined, wall).until(1e12)
    expect(wall.slept).toEqual([])
  })

  it('lets that many simulated seconds pass per second', async () => {
    const wall = new Sleeper()
    await new Pacer(times(60), 0, undefined, wall).until(120_000)
    expect(wall.slept).toEqual([2_000])
  })

  it('counts from the start, so that time spent elsewhere is not waited for again', async () => {
    const wall = new Sleeper()
    const pacer = new Pacer(times(10), 0, undefined, wall)
    await pacer.until(10_000)
    wall.now += 700
    await pacer.until(20_000)
    expect(wall.slept).toEqual([1_000, 300])
  })

  it('sets no timer for a very short wait', async () => {
    const wall = new Sleeper()
    await new Pacer(times(1_000), 0, undefined, wall).until(1_500)
    expect(wall.slept).toEqual([])
  })

  it('sleeps in parts where one timer cannot be long enough', async () => {
    const wall = new Sleeper()
    await new Pacer(times(1), 0, undefined, wall).until(2 ** 32 + 100)
    expect(wall.slept).toEqual([2 ** 31 - 1, 2 ** 31 - 1, 102])
  })

  it('can be changed during a run: earlier time counts at the earlier pace', async () => {
    const wall = new Sleeper()
    const pacer = new Pacer(times(10), 0, undefined, wall)
    await pacer.until(10_000)
    pacer.setPace(times(100))
    await pacer.until(20_000)
    expect(wall.slept).toEqual([1_000, 100])
  })
})

describe('keys', () => {
  it('go up to max and down to 1x, from any pace', () => {
    const pacer = new Pacer(times(45), 0, undefined, new Sleeper())
    const texts = [pacer.text]
    for (let i = 0; i < 5; i++) {
      pacer.faster()
      texts.push(pacer.text)
    }
    for (let i = 0; i < 7; i++) {
      pacer.slower()
      texts.push(pacer.text)
    }
    expect(texts).toEqual([
      '45x',
      '60x',
      '300x',
      '900x',
      '3600x',
      'max',
      '3600x',
      '900x',
      '300x',
      '60x',
      '10x',
      '1x',
      '1x',
    ])
  })

  it('pause and resume simulated time', async () => {
    const pacer = new Pacer({ kind: 'max' }, 0, undefined, new Still())
    pacer.togglePause()
    expect(pacer.text).toBe('paused')
    const isThere = asked(pacer, 1)
    expect(await isThere()).toBe(false)
    pacer.togglePause()
    expect(await isThere()).toBe(true)
    expect(pacer.text).toBe('max')
  })

  it('step by exactly one step', async () => {
    const pacer = new Pacer(times(1), 0, undefined, new Still())
    await pacer.until(0)
    pacer.step(300_000)
    await pacer.until(299_000)
    await pacer.until(300_000)
    const isThere = asked(pacer, 300_001)
    expect(await isThere()).toBe(false)
    pacer.step(300_000)
    expect(await isThere()).toBe(true)
    expect(pacer.text).toBe('paused')
  })

  it('notify at the end of a step', async () => {
    const pacer = new Pacer({ kind: 'max' }, 0, undefined, new Still())
    const held: string[] = []
    pacer.whenHeld(() => held.push(pacer.text))
    await pacer.until(1_000)
    pacer.step(10)
    await pacer.until(1_010)
    expect(held).toEqual([])
    const isThere = asked(pacer, 1_011)
    expect(await isThere()).toBe(false)
    expect(held).toEqual(['paused'])
    pacer.togglePause()
    expect(await isThere()).toBe(true)
    expect(held).toEqual(['paused'])
  })

  it('end a wait of a slower pace', async () => {
    const wall = new Still()
    const pacer = new Pacer(times(3_600), 0, undefined, wall)
    const isThere = asked(pacer, 1e9)
    expect(await isThere()).toBe(false)
    expect(wall.sleepers).toBe(1)
    pacer.faster()
    expect(await isThere()).toBe(true)
  })
})

it('ends at once when the run is aborted, paused or not', async () => {
  const abort = new AbortController()
  const pacer = new Pacer(times(1), 0, abort.signal, new Still())
  pacer.togglePause()
  const waiting = pacer.until(10_000)
  const reason = new Error('quit')
  abort.abort(reason)
  await expect(waiting).rejects.toBe(reason)
})
