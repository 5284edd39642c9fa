import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { print, ratio } from './measure.ts'

/** Fleet sizes and their rounds: short runs of a small fleet are repeated, so that a slow moment of the machine matters less. */
const SIZES = { 340: 9, 3400: 3, 34000: 1 } as const

interface Measured {
  readonly devices: number
  readonly nsPerSample: number
  readonly maxRssBytes: number
}

/** Cost of a sample as the fleet grows, and memory per device. */
export function benchGrowth(): void {
  const measured = Object.entries(SIZES).map(([devices, rounds]) => measure(Number(devices), rounds))
  const [first] = measured as [Measured]
  for (const { devices, nsPerSample, maxRssBytes } of measured) {
    const name = `growth: ${devices.toLocaleString('en')} devices`
    print(`${name}, ns per sample`, nsPerSample.toFixed(0))
    if (devices === first.devices) continue
    const bytes = (maxRssBytes - first.maxRssBytes) / (devices - first.devices)
    print(
      `${name}, cost of a sample against ${first.devices} devices`,
      ratio(nsPerSample / first.nsPerSample),
      'at most 1.50 x',
    )
    print(`${name}, bytes per additional device`, Math.round(bytes).toLocaleString('en'))
  }
}

function measure(devices: number, rounds: number): Measured {
  const script = fileURLToPath(new URL('growth-run.js', import.meta.url))
  const output = execFileSync(process.execPath, [script, String(devices), String(rounds)], { encoding: 'utf8' })
  return { devices, ...(JSON.parse(output) as Omit<Measured, 'devices'>) }
}
