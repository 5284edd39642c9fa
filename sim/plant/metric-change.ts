import { quantity } from '../../controller/units/quantity.ts'

/** A change of a mean or a rate: by a factor, or by so much in the unit of a gauge. */
export type MetricChange = { readonly factor: number } | { readonly add: number; readonly unit: string }

const PERCENT = /^([+-]\d+(?:\.\d+)?)\s*%$/
const FACTOR = /^x\s*(\d+(?:\.\d+)?)$/
const AMOUNT = /^([+-]\d+(?:\.\d+)?)(?:\s+([^\s\d%][^\s%]*))?$/

function parse(text: string): MetricChange | null {
  const given = text.trim()
  const percent = PERCENT.exec(given)
  if (percent !== null) return Number(percent[1]) < -100 ? null : { factor: (100 + Number(percent[1])) / 100 }
  const factor = FACTOR.exec(given)
  if (factor !== null) return { factor: Number(factor[1]) }
  const amount = AMOUNT.exec(given)
  return amount === null ? null : { add: Number(amount[1]), unit: amount[2] ?? '' }
}

/** `+15 %`, `-10 %`, `x1.5`, or `+2 Nm` in the unit of a gauge. */
export const metricChange = quantity('a change (+15 %, x1.5, or of a gauge +2 Nm)', '+15 %', parse)

/** As a file may have it; the inverse of `metricChange`. */
export function writtenChange(change: MetricChange): string {
  if ('factor' in change) return `x${change.factor}`
  return `${change.add < 0 ? '' : '+'}${change.add}${change.unit === '' ? '' : ` ${change.unit}`}`
}
