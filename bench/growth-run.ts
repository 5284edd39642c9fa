import { findScenario } from '../scenarios/catalogue.ts'
import { rehearse } from '../scenarios/rehearse.ts'
import { withDevices } from '../scenarios/scale.ts'
import { inTurn, secondsOf } from './measure.ts'

/**
 * One fleet size in a process of its own: prints the seconds of a day's rehearsal, in the middle of `rounds`, and the most
 * memory it took.
 */
const [devices, hours, rounds] = process.argv.slice(2).map(Number) as [number, number, number]
const healthy = findScenario('healthy')
const play = (size: number) =>
  rehearse(withDevices(healthy, size), { seed: 1, level: 'model', untilMs: hours * 3_600_000 })

await play(340) // compiles the code
const { seconds } = await inTurn(rounds, { seconds: () => secondsOf(() => play(devices)) })
process.stdout.write(JSON.stringify({ seconds, maxRssBytes: process.resourceUsage().maxRSS * 1024 }))
