import { Temporal } from 'temporal-polyfill'
import { grouped } from '../../reports/numbers/format.ts'
import type { Scenario } from '../files/scenario.ts'
import { wallMs } from '../support/wall.ts'
import type { Progress } from '../world/rehearsal.ts'

/** Period of plain lines, where no terminal line can be rewritten. */
const PLAIN_PERIOD_MS = 10_000
const CLEAR_LINE = '\r\u001b[2K'

interface ProgressLine {
  show(progress: Progress): void
  note(text: string): void
  end(): void
}

/** Progress on stderr: one line rewritten on a terminal, a plain line every ten seconds elsewhere and in CI. */
export function progressLine(
  scenario: Scenario,
  stderr: { write(text: string): unknown; readonly isTTY?: boolean },
): ProgressLine {
  const isLive = stderr.isTTY === true && process.env.CI === undefined && process.env.TERM !== 'dumb'
  let shownWallMs = wallMs()
  let isDirty = false
  const clear = (): void => {
    if (isDirty) stderr.write(CLEAR_LINE)
    isDirty = false
  }
  return {
    show(progress) {
      const text = progressText(progress, scenario.start.zone)
      if (isLive) {
        stderr.write(`${CLEAR_LINE}${text}`)
        isDirty = true
      } else if (wallMs() - shownWallMs >= PLAIN_PERIOD_MS) {
        stderr.write(`${text}\n`)
        shownWallMs = wallMs()
      }
    },
    note(text) {
      clear()
      stderr.write(`${text}\n`)
    },
    end: clear,
  }
}

/** `Mon 02 Mar 18:25  canary soaking  1,480 x  7,900 msg/s  at most 25 s left`. */
export function progressText({ nowMs, stage, speedup, messagesPerS, etaS }: Progress, zone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(zone)
  const day = `${DAYS[local.dayOfWeek - 1]} ${two(local.day)} ${MONTHS[local.month - 1]} ${two(local.hour)}:${two(local.minute)}`
  const left = Number.isFinite(etaS) ? `at most ${Math.ceil(etaS)} s left` : ''
  return [day, stage, `${grouped(speedup)} x`, `${grouped(messagesPerS)} msg/s`, left].join('  ')
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number): string => String(value).padStart(2, '0')
