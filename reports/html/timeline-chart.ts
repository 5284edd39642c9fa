import { html, type Markup } from './markup.ts'
import { drawMark, drawTimeAxis, MARKS_HEIGHT, ON_CALL_HEIGHT, px, timeAxis } from './time-axis.ts'

/** One stage's course through the rollout, as far as it came; times in simulated milliseconds. */
export interface StageBar {
  readonly name: string
  readonly devices: number
  readonly startedAtMs: number | null
  readonly installedAtMs: number | null
  readonly promotedAtMs: number | null
  readonly rolledBackAtMs: number | null
}

export interface Timeline {
  readonly stages: readonly StageBar[]
  readonly fromMs: number
  readonly toMs: number
  readonly onsetAtMs: number | null
  readonly detectedAtMs: number | null
  /** When on-call was first notified. */
  readonly notifiedAtMs: number | null
  readonly zone: string
}

const WIDTH = 1040
const LEFT = 110
const RIGHT = WIDTH - 12
const ROW = 30
const BAR = 18

/** The stages as bars: installing, monitored, promoted or rolled back, with onset and detection marked above them. */
export function drawTimeline(timeline: Timeline): Markup {
  const { stages, fromMs, toMs, onsetAtMs, detectedAtMs, notifiedAtMs, zone } = timeline
  const axis = timeAxis(fromMs, toMs, LEFT, RIGHT, zone)
  const top = MARKS_HEIGHT + (notifiedAtMs === null ? 0 : ON_CALL_HEIGHT)
  const bottom = top + stages.length * ROW
  const bar = (
    kind: string,
    row: number,
    startMs: number | null,
    endMs: number | null,
    name: string,
  ): Markup | null => {
    if (startMs === null) return null
    const [left, right] = [axis.at(startMs), axis.at(Math.min(endMs ?? toMs, toMs))]
    return html`<rect class="bar ${kind}" x="${px(left)}" width="${px(Math.max(right - left, 1.5))}" y="${top + row * ROW + 6}" height="${BAR}"><title>${name}</title></rect>`
  }
  return html`<div class="wide"><svg viewBox="0 0 ${WIDTH} ${bottom + 22}" role="img" aria-label="Timeline of the stages">
${drawTimeAxis(axis, bottom, top)}
${stages.map((stage, row) => {
  const endMs = stage.rolledBackAtMs ?? stage.promotedAtMs
  const monitoredUntilMs = endMs ?? toMs
  return html`<text class="row" x="${LEFT - 8}" y="${top + row * ROW + 19}" text-anchor="end">${stage.name} ${stage.devices}</text>
${bar('installing', row, stage.startedAtMs, stage.installedAtMs ?? monitoredUntilMs, `${stage.name}: installing`)}
${bar('monitored', row, stage.installedAtMs, monitoredUntilMs, `${stage.name}: monitored`)}
${stage.rolledBackAtMs === null ? bar('promoted', row, stage.promotedAtMs, null, `${stage.name}: promoted`) : bar('back', row, stage.rolledBackAtMs, null, `${stage.name}: rolled back`)}`
})}
${onsetAtMs === null ? null : drawMark(axis, onsetAtMs, top, bottom, 'onset', 'fault begins')}
${detectedAtMs === null ? null : drawMark(axis, detectedAtMs, top, bottom, 'detection', 'detected')}
${notifiedAtMs === null ? null : drawMark(axis, notifiedAtMs, top, bottom, 'on-call', 'on-call notified')}
</svg></div>
<p class="key"><span class="swatch installing"></span>installing <span class="swatch monitored"></span>monitored <span class="swatch promoted"></span>promoted <span class="swatch back"></span>rolled back</p>`
}
