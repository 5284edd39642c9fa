import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ratio, tell } from './measure.ts'

/** Devices, and how often they are played: the run of a small fleet is over before the machine's slow moment is. */
const SIZES = { 340: 9, 3400: 3, 34000: 1 } as const

interface Measured {
  readonly devices: number
  readonly nsPerSample: number
  readonly maxRssBytes: number
}

/** What a sample costs as the fleet grows, and what a device takes in memory. */
export function benchGrowth(): void {
  const measured = Object.entries(SIZES).map(([devices, rounds]) => measure(Number(devices), rounds))
  const [first] = measured as [Measured]
  for (const { devices, nsPerSample, maxRssBytes } of measured) {
    const name = `growth: ${devices.toLocaleString('en')} devices`
    tell(`${name}, ns a sample`, nsPerSample.toFixed(0))
    if (devices === first.devices) continue
    const bytes = (maxRssBytes - first.maxRssBytes) / (devices - first.devices)
    tell(
      `${name}, cost of a sample against ${first.devices} devices`,
      ratio(nsPerSample / first.nsPerSample),
      'at most 1.50 x',
    )
    tell(`${name}, bytes each device more takes`, Math.round(bytes).toLocaleString('en'))
  }
}

function measure(devices: number, rounds: number): Measured {
  const script = fileURLToPath(new URL('growth-run.js', import.meta.url))
  const output = execFileSync(process.execPath, [script, String(devices), String(rounds)], { encoding: 'utf8' })
  return { devices, ...(JSON.parse(output) as Omit<Measured, 'devices'>) }
}
