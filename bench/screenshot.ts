import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { renderRunPage } from '../reports/html/run-page.ts'
import { findScenario } from '../scenarios/library/catalogue.ts'
import { conclude } from '../scenarios/outcome/conclude.ts'
import { rehearse } from '../scenarios/world/rehearse.ts'

/** Makes the picture of the report in the README, as part of `npm run frames`. Needs Debian's chromium. */
const PICTURE = 'reports/sample/report.png'
const CHROMIUM = '/usr/bin/chromium'
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync']

const scenario = findScenario('cycle-drift')
const result = await rehearse(scenario, { seed: 1, level: 'model' })
const folder = mkdtempSync(join(tmpdir(), 'screenshot-'))
try {
  const file = join(folder, 'report.html')
  writeFileSync(file, renderRunPage(conclude(scenario, result), result.header, result.records))
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
  const page = await browser.newPage({ viewport: { width: 1_120, height: 1_085 } })
  await page.goto(pathToFileURL(file).href)
  await page.screenshot({ path: PICTURE })
  await browser.close()
  process.stdout.write(`${PICTURE}\n`)
} finally {
  rmSync(folder, { recursive: true })
}
