import { wallMs } from '../support/wall.ts'

/** Period of plain lines, where no terminal line can be rewritten. */
const PLAIN_PERIOD_MS = 10_000
const CLEAR_LINE = '\r\u001b[2K'

/** Progress of a sweep on stderr: done, total, and the remaining real time at this rate. */
export function sweepProgress(what: string, stderr: { write(text: string): unknown; readonly isTTY?: boolean }) {
  const isLive = stderr.isTTY === true && process.env.CI === undefined && process.env.TERM !== 'dumb'
  const startedWallMs = wallMs()
  let shownWallMs = startedWallMs
  return {
    show({ done, total }: { readonly done: number; readonly total: number }): void {
      const nowMs = wallMs()
      const leftS = Math.ceil((((nowMs - startedWallMs) / done) * (total - done)) / 1000)
      const text = `${done} of ${total} ${what}, about ${durationText(leftS)} left`
      if (isLive) stderr.write(`${CLEAR_LINE}${text}`)
      else if (nowMs - shownWallMs >= PLAIN_PERIOD_MS) {
        stderr.write(`${text}\n`)
        shownWallMs = nowMs
      }
    },
    end(): void {
      if (isLive) stderr.write(CLEAR_LINE)
    },
  }
}

const durationText = (seconds: number): string =>
  seconds < 120
    ? `${seconds} s`
    : seconds < 7200
      ? `${Math.round(seconds / 60)} min`
      : `${(seconds / 3600).toFixed(1)} h`
