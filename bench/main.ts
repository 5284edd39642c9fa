import { benchBrokerLoad } from './broker-load.ts'
import { benchController } from './controller.ts'
import { benchDashboard } from './dashboard.ts'
import { benchGrowth } from './growth.ts'
import { benchModel } from './model.ts'
import { benchSweep } from './sweep.ts'
import { benchWire } from './wire.ts'

/** Compare ratios of one run; absolute rates differ between machines by a factor of two and more. */
const parts = {
  model: benchModel,
  controller: benchController,
  wire: benchWire,
  load: benchBrokerLoad,
  growth: benchGrowth,
  sweep: benchSweep,
  dashboard: benchDashboard,
} as const
const wanted = process.argv.slice(2)
const unknown = wanted.find((name) => !(name in parts))
if (unknown !== undefined) {
  process.stderr.write(`bench: unknown part "${unknown}"; one of ${Object.keys(parts).join(', ')}\n`)
  process.exit(64)
}
for (const [name, bench] of Object.entries(parts)) {
  if (wanted.length === 0 || wanted.includes(name)) await bench()
}
