import type { TraceFinding } from '../../sim/kernel/trace-events.ts'
import { isQuantity } from '../numbers/metrics.ts'
import { type Evaluation, isOfStage } from '../run/evaluations.ts'
import type { PlantMetricSeries } from '../run/plant-metrics.ts'
import { html, type Markup } from './markup.ts'
import { drawMetric, type MetricRun } from './metric-chart.ts'
import { drawPlantMetric } from './plant-metric-chart.ts'
import type { Span } from './span.ts'

/** One chart per quantity that was judged; counts are in the table of evaluations. */
export function metricsSection(evaluations: readonly Evaluation[], span: Span): Markup {
  const stages = [...new Set(evaluations.flatMap(({ stage }) => (stage === null ? [] : [stage])))]
  const charts = quantitiesOf(evaluations).flatMap(({ rule, metric }) => {
    const found = evaluations.flatMap(({ atMs, stage, findings }) => {
      const own = findings.filter((one) => one.rule === rule && one.metric === metric && one.observed !== null)
      const finding = own.find(isOfStage) ?? own[0]
      return finding === undefined ? [] : [{ atMs, stage: stage ?? '', finding }]
    })
    const [first] = found
    if (first === undefined || found.length < 2) return []
    return [drawMetric({ rule, metric, limit: first.finding.limit, runs: runsOf(found, stages), ...span })]
  })
  return html`<section><h2>Metrics</h2><p class="small">Observed values of the monitored stage; the shaded range is allowed.</p><div class="charts">${charts}</div>
<p class="key">${stages.map((stage, i) => html`<span class="swatch ${stageClass(i)}"></span>${stage} `)}</p></section>`
}

/** One chart per metric of the plant's own; nothing where it has none. */
export function plantMetricsSection(
  series: readonly PlantMetricSeries[],
  { version, replaces }: { readonly version: string; readonly replaces: string },
  span: Span,
): Markup | null {
  const measured = series.filter(({ versions }) => versions.length > 0)
  if (measured.length === 0) return null
  return html`<section><h2>Metrics of the plant</h2><p class="small">What devices measured, mean of a quarter of an hour; the shaded range is the standard deviation within devices on ${version}.</p><div class="charts">${measured.map((one) => drawPlantMetric(one, version, span))}</div>
<p class="key"><span class="swatch stage-0"></span>${version} (line) <span class="swatch undecided"></span>${replaces} (dotted)</p></section>`
}

/** Every quantity by the rule that judged it, in the order of the first finding of each. */
function quantitiesOf(evaluations: readonly Evaluation[]): readonly TraceFinding[] {
  const findings = evaluations.flatMap((one) => one.findings).filter(({ metric }) => isQuantity(metric))
  return [...new Map(findings.map((one) => [`${one.rule} ${one.metric}`, one])).values()]
}

/** Stages have six colours, which are used again where there are more. */
const stageClass = (index: number): string => `stage-${index % 6}`

/** Consecutive evaluations of one stage make one curve. */
function runsOf(
  found: readonly { atMs: number; stage: string; finding: TraceFinding }[],
  stages: readonly string[],
): MetricRun[] {
  const runs: {
    stage: string
    colour: string
    points: { atMs: number; observed: number; baseline: number | null }[]
  }[] = []
  for (const { atMs, stage, finding } of found) {
    if (runs.at(-1)?.stage !== stage) runs.push({ stage, colour: stageClass(stages.indexOf(stage)), points: [] })
    runs.at(-1)?.points.push({ atMs, observed: finding.observed as number, baseline: finding.baseline })
  }
  return runs
}
