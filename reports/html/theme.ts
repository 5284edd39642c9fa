/**
 * The style of the page: the colours of Okabe and Ito, which are distinguishable with every kind of colour vision, on light
 * and dark ground; on paper always the light one.
 */
export const STYLE = `
:root { color-scheme: light dark; --ground: #fff; --text: #1b1f24; --faint: #57606a; --line: #d0d7de; --panel: #f6f8fa;
  --good: #00795a; --bad: #b3450e; --warn: #8a5b00; --observed: #0072b2; --early: #7a3f95; --production: #00795a; --soft: #56b4e9; --allowed: #009e7322; }
@media (prefers-color-scheme: dark) { :root { --ground: #0d1117; --text: #e6edf3; --faint: #9ba6b1; --line: #30363d; --panel: #161b22;
  --good: #3fc79a; --bad: #ff8a4c; --warn: #e6b450; --observed: #6cc0f5; --early: #d2a8ff; --production: #3fc79a; --soft: #1f6f9f; --allowed: #3fc79a22; } }
@media print { :root { color-scheme: light; --ground: #fff; --text: #000; --faint: #444; --line: #bbb; --panel: #fff; --good: #00795a; --bad: #b3450e;
  --warn: #8a5b00; --observed: #0072b2; --early: #7a3f95; --production: #00795a; --soft: #56b4e9; --allowed: #009e7322; } section, figure, tr { break-inside: avoid; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1080px; padding: 24px 20px 48px; background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 18px; margin: 32px 0 8px; border-bottom: 1px solid var(--line); padding-bottom: 4px; }
p { margin: 6px 0; } .story, .small, .key, figcaption { color: var(--faint); }
.small, .key, figcaption, table { font-size: 13px; }
.verdict { display: inline-block; font-weight: 700; padding: 2px 10px; border-radius: 6px; border: 2px solid currentColor; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px; margin: 16px 0; }
.fact { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 8px 12px; } .fact b { display: block; font-size: 20px; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; color: var(--faint); font-weight: 600; }
th, td { border-bottom: 1px solid var(--line); padding: 4px 8px; vertical-align: top; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; } .wide > svg { min-width: 640px; } .tight td { white-space: nowrap; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(420px, 100%), 1fr)); gap: 16px; } figure { margin: 0; }
.maps { display: grid; grid-template-columns: repeat(auto-fit, minmax(max(130px, calc(100% / (var(--across) + 1))), 1fr)); gap: 14px; }
svg { width: 100%; height: auto; } svg text { fill: var(--text); font: 11px system-ui, sans-serif; } svg .axis text { fill: var(--faint); }
svg .row { font-size: 12px; } .maps svg .row { font-size: 7px; fill: var(--faint); }
.grid { stroke: var(--line); stroke-width: 0.6; } .allowed { fill: var(--allowed); }
.baseline { stroke: var(--good); stroke-dasharray: 2 3; } .limit { stroke: var(--bad); stroke-dasharray: 6 4; stroke-width: 1.4; } svg .limit-name { fill: var(--bad); paint-order: stroke; stroke: var(--ground); stroke-width: 3px; }
.observed { fill: none; stroke: var(--observed); stroke-width: 1.6; } .observed.stage-1 { stroke: var(--early); } .observed.stage-2 { stroke: var(--production); } .observed.stage-3 { stroke: var(--bad); } .observed.stage-4 { stroke: var(--warn); } .observed.stage-5 { stroke: var(--soft); } .observed.replaced { stroke: var(--faint); stroke-dasharray: 2 3; }
.mark line { stroke-width: 1.6; } .mark.onset line { stroke: var(--warn); stroke-dasharray: 1 3; } svg .mark.onset text { fill: var(--warn); }
.mark.on-call line { stroke: var(--text); stroke-dasharray: 5 3; } svg .mark.on-call text { fill: var(--text); font-weight: 700; }
.mark.detection line { stroke: var(--bad); } svg .mark.detection text { fill: var(--bad); font-weight: 700; }
.bar { stroke: var(--ground); } .installing { fill: var(--soft); background: var(--soft); } .monitored { fill: var(--observed); background: var(--observed); }
.undecided { fill: var(--faint); background: var(--faint); } .promoted { fill: var(--good); background: var(--good); } .back { fill: var(--warn); background: var(--warn); } .leg { fill: var(--observed); } .leg.tail { fill: var(--soft); }
.swatch.stage-0 { background: var(--observed); } .swatch.stage-1 { background: var(--early); } .swatch.stage-2 { background: var(--production); } .swatch.stage-3 { background: var(--bad); } .swatch.stage-4 { background: var(--warn); } .swatch.stage-5 { background: var(--soft); }
.swatch { display: inline-block; width: 12px; height: 12px; margin: 0 4px 0 10px; vertical-align: -1px; }
.device { stroke: none; } .device.old { fill: var(--line); } .device.new { fill: var(--good); } .device.starting, .device.installing { fill: var(--soft); }
.device.reverting { fill: var(--warn); } .device.offline { fill: var(--faint); } .device.crashed { fill: var(--bad); } .sign { stroke: var(--ground); fill: none; stroke-width: 1.2; }
.band { fill: var(--soft); opacity: 0.35; }
`
