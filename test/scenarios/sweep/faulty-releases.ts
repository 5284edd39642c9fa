import { expect, it } from 'vitest'
import { foldHistory, type ReleaseRow, releaseRow } from '../../../reports/campaign/history.ts'
import { conclude } from '../../../scenarios/outcome/conclude.ts'
import { releases } from '../../../scenarios/sweep/history.ts'
import { rehearse } from '../../../scenarios/world/rehearse.ts'

/** Tests the outcome of the two faulty releases in this number of histories of the plant. */
export function testFaulty(histories: number): void {
  const title = `faulty ones of ${histories} histories are caught in canary, healthy again after 7 to 8.2 minutes on average`
  it(title, async () => {
    const faulty = releases().filter(({ faults }) => faults.length > 0)
    const seeds = Array.from({ length: histories }, (_, i) => i + 1)
    // Canaries are what counts: one per line on all 17 lines.
    const small = faulty.map((scenario) => ({ ...scenario, fleet: { lines: 17, devicesPerLine: 3 } }))
    const rows: ReleaseRow[] = []
    for (const seed of seeds) {
      for (const scenario of small) {
        const report = conclude(scenario, await rehearse(scenario, { seed, level: 'model' }))
        rows.push(releaseRow({ version: '', replaces: '', isFaulty: true }, report))
      }
    }
    const history = foldHistory(rows)
    expect(history.caught).toMatchObject({ count: 2 * histories, of: 2 * histories })
    const { mean } = history.onsetToAllHealthyMinutes
    expect(mean).toBeGreaterThanOrEqual(7) // [source: rollback-latency]
    expect(mean).toBeLessThanOrEqual(8.2)
  }, 180_000)
}
