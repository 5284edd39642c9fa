import { SAMPLE_PERIOD_MS } from '../controller/contract.ts'
import { withDevices } from '../scenarios/files/scale.ts'
import { findScenario } from '../scenarios/library/catalogue.ts'
import { rehearse } from '../scenarios/world/rehearse.ts'
import { inTurn, secondsOf } from './measure.ts'
import { simulatedMs } from './model.ts'

/**
 * One fleet size in a process of its own, a whole healthy rollout with its baseline week: prints the cost of a sample, as
 * the median of `rounds`, and the peak memory.
 */
const [devices, rounds] = process.argv.slice(2).map(Number) as [number, number]
const healthy = findScenario('healthy')
const run = (size: number) => rehearse(withDevices(healthy, size), { seed: 1, level: 'model' })

await run(340) // compiles the code
let durationMs = 0
const { seconds } = await inTurn(rounds, {
  seconds: () =>
    secondsOf(async () => {
      const { facts } = await run(devices)
      durationMs = simulatedMs(healthy, facts.endedAtMs)
    }),
})
const nsPerSample = (seconds * 1e9) / (devices * (durationMs / SAMPLE_PERIOD_MS))
process.stdout.write(JSON.stringify({ nsPerSample, maxRssBytes: process.resourceUsage().maxRSS * 1024 }))
