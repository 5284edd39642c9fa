import seedrandom from 'seedrandom'

/** One named stream of random draws; drawing from it changes no other stream. */
export interface Stream {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform in [min, max). */
  between(min: number, max: number): number
  /** A version 4 UUID made of this stream's draws, so that it is the same on every run. */
  uuid(): string
}

/** The root seed of a run, from which every part of the simulation takes its own stream by label. */
export class Seed {
  readonly root: number
  constructor(root: number) {
    this.root = root
  }

  /**
   * The same label gives the same draws, whatever other streams exist: `device/line-07-03/install`. The generator
   * is created at the first draw, because few of a device's streams are ever used.
   */
  stream(label: string): Stream {
    const text = `${this.root}/${label}`
    let draw: (() => number) | null = null
    const next = (): number => {
      draw ??= seedrandom.alea(text)
      return draw()
    }
    return {
      next,
      between: (min, max) => min + (max - min) * next(),
      uuid: () => uuidFrom(next),
    }
  }

  /** A 32-bit key for counter-based noise (sim/plant/noise.ts). */
  key(label: string): number {
    return seedrandom.alea(`${this.root}/${label}`).int32() >>> 0
  }
}

const HEX = '0123456789abcdef'

function uuidFrom(next: () => number): string {
  let text = ''
  for (let place = 0; place < 36; place++) {
    if (place === 8 || place === 13 || place === 18 || place === 23) text += '-'
    else if (place === 14) text += '4'
    else if (place === 19) text += HEX[8 + Math.floor(next() * 4)]
    else text += HEX[Math.floor(next() * 16)]
  }
  return text
}
