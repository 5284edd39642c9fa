/** One line: devices that are judged, and their peers with as many of them away. */
export interface LineCount {
  readonly devices: number
  readonly peers: number
  readonly peersAway: number
}

/** How often devices are away in a healthy plant. */
export interface AwayRate {
  /** For reasons of their own, as far as is known: a beta distribution of mean away / (away + there). */
  readonly away: number
  readonly there: number
  /** With their line: the share of the time that is assumed of any. */
  readonly line: number
}

/**
 * Weight of what is assumed of a line against what its peers show, in devices: one, since devices of a line share a
 * switch, so that each of them tells all but everything of the others. [source: line-clusters]
 */
const LINE_WEIGHT = 1
/** Larger problems are scaled down to this many steps: less evidence, never more. */
const MOST_STEPS = 1_000_000

/**
 * ln of the chance that `count` devices or more are away at one moment in a healthy fleet. Devices go away for reasons
 * of their own, at a rate that is known so well only (beta-binomial), and with their line, in a share that the line's
 * peers show (beta-binomial by line): a line whose peers are away, too, takes its devices along, and one without peers
 * may. Lines are independent of each other. [source: beta-binomial, line-clusters]
 */
export function clusteredLogTail(count: number, lines: readonly LineCount[], rate: AwayRate): number {
  if (count <= 0) return 0
  const all = devicesOf(lines)
  const scale = Math.max(1, Math.sqrt((count * all) / MOST_STEPS))
  const top = Math.max(1, Math.floor(count / scale))
  let chances = capped(betaBinomial(Math.ceil(all / scale), rate.away, rate.there), top)
  for (const { devices, peers, peersAway } of lines) {
    const own = { devices: Math.ceil(devices / scale), peers: peers / scale, peersAway: peersAway / scale }
    chances = convolved(chances, withLine(own, rate), top)
  }
  return Math.log(Math.max(chances[top] as number, Number.MIN_VALUE))
}

/**
 * The same of lines: that devices of `count` of them or more are away. What the release does it does on many lines, and
 * what a switch does on one. A device that is away for reasons of its own counts as a line, which is more than it may.
 */
export function linesLogTail(count: number, lines: readonly LineCount[], rate: AwayRate): number {
  if (count <= 0) return 0
  let chances = capped(betaBinomial(devicesOf(lines), rate.away, rate.there), count)
  for (const line of lines) {
    const none = withLine(line, rate)[0] as number
    chances = convolved(chances, new Float64Array([none, 1 - none]), count)
  }
  return Math.log(Math.max(chances[count] as number, Number.MIN_VALUE))
}

const devicesOf = (lines: readonly LineCount[]): number => lines.reduce((sum, { devices }) => sum + devices, 0)

/** Chances of so many devices that are away with their line. */
const withLine = ({ devices, peers, peersAway }: LineCount, { line }: AwayRate): Float64Array =>
  betaBinomial(devices, LINE_WEIGHT * line + peersAway, LINE_WEIGHT * (1 - line) + peers - peersAway)

/** Chances of 0 .. n away of n, when the share is beta distributed. */
export function betaBinomial(n: number, away: number, there: number): Float64Array {
  const chances = new Float64Array(n + 1)
  let log = 0
  for (let i = 0; i < n; i++) log += Math.log((there + i) / (away + there + i))
  for (let j = 0; j <= n; j++) {
    chances[j] = Math.exp(log)
    log += Math.log(((n - j) / (j + 1)) * ((away + j) / (there + n - j - 1)))
  }
  return chances
}

/** The last place holds the chance of as many or more: sums of small chances lose no digits, differences would. */
function capped(chances: Float64Array, top: number): Float64Array {
  const sums = new Float64Array(top + 1)
  for (let j = chances.length - 1; j >= 0; j--)
    sums[Math.min(j, top)] = (sums[Math.min(j, top)] as number) + (chances[j] as number)
  return sums
}

function convolved(a: Float64Array, b: Float64Array, top: number): Float64Array {
  const sums = new Float64Array(top + 1)
  for (let i = 0; i <= top; i++) {
    const chance = a[i] as number
    if (chance === 0) continue
    for (let j = 0; j < b.length; j++) {
      const place = Math.min(i + j, top)
      sums[place] = (sums[place] as number) + chance * (b[j] as number)
    }
  }
  return sums
}
