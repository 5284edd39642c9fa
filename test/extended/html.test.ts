/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { foldCell } from '../../reports/campaign/comparison.ts'
import { renderComparePage } from '../../reports/html/compare-page.ts'
import { renderRunPage } from '../../reports/html/run-page.ts'
import { findScenario } from '../../scenarios/library/catalogue.ts'
import { conclude } from '../../scenarios/outcome/conclude.ts'
import { rehearse } from '../../scenarios/world/rehearse.ts'

/** The pages in a real browser, as people open them. */

const CHROMIUM = '/usr/bin/chromium'
const hasChromium = existsSync(CHROMIUM)
if (!hasChromium) console.warn('skipped: chromium is not installed (Debian package chromium)')
/** Headless in a container, and no request of its own. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const PAGES = ['memory-leak', 'healthy', 'cycle-drift', 'crash-on-start', 'compare'] as const

let folder: string
let browser: Browser

beforeAll(async () => {
  if (!hasChromium) return
  folder = mkdtempSync(join(tmpdir(), 'pages-'))
  for (const name of PAGES.slice(0, -1)) {
    const scenario = findScenario(name)
    const { header, records, facts } = await rehearse(scenario, { seed: 1, level: 'model' })
    const report = conclude(scenario, { header, records, facts })
    writeFileSync(join(folder, `${name}.html`), renderRunPage(report, header, records))
    if (name !== 'crash-on-start') continue
    const variant = { scenario: name, isFaulty: true, faultKinds: ['crash'], faultSize: 'at start' } as const
    const cells = [1, 4, 12, 24].map((windowHours) =>
      foldCell({ ...variant, windowHours, profile: 'default', gates: 'open' }, [report]),
    )
    writeFileSync(join(folder, 'compare.html'), renderComparePage(cells))
  }
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
})
afterAll(async () => {
  if (!hasChromium) return
  await browser.close()
  rmSync(folder, { recursive: true })
})

/** Opens a page and what it said and asked for. */
async function opened(name: string, width = 1_120): Promise<{ page: Page; errors: string[]; requests: string[] }> {
  const page = await browser.newPage({ viewport: { width, height: 900 } })
  const errors: string[] = []
  const requests: string[] = []
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('request', (request) => requests.push(request.url()))
  await page.goto(urlOf(name))
  return { page, errors, requests }
}
const urlOf = (name: string): string => pathToFileURL(join(folder, `${name}.html`)).href

describe.skipIf(!hasChromium).each(PAGES)('the page of %s in Chromium', (name) => {
  it('opens without an error and asks for nothing but itself', async () => {
    const { page, errors, requests } = await opened(name)
    expect(errors).toEqual([])
    expect(requests).toEqual([urlOf(name)])
    await page.close()
  })

  it.each(['light', 'dark', 'print'] as const)('shows something in %s, in letters that can be read', async (look) => {
    const { page } = await opened(name)
    await page.emulateMedia(look === 'print' ? { media: 'print', colorScheme: 'dark' } : { colorScheme: look })
    const file = join(folder, `${name}-${look}.png`)
    await page.screenshot({ path: file, fullPage: true })
    expect(readFileSync(file).length).toBeGreaterThan(40_000) // an empty page of this size takes about 10 kB
    expect(await faintTexts(page)).toEqual([])
    await page.close()
  })

  it.each([1_120, 420])('fits into %i pixels', async (width) => {
    const { page } = await opened(name, width)
    const { scroll, client } = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement
      return { scroll: scrollWidth, client: clientWidth }
    })
    expect(scroll).toBe(client)
    await page.close()
  })

  it('has no text over another within a drawing', async () => {
    const { page } = await opened(name)
    expect(await collisions(page)).toEqual([])
    await page.close()
  })
})

/** Texts whose contrast to the ground is below 4.5. [source: wcag-contrast] */
const faintTexts = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const channels = (colour: string): number[] => (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number)
    const luminance = (colour: string): number => {
      const [r, g, b] = channels(colour).map((value) => {
        const share = value / 255
        return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      }) as [number, number, number]
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const groundOf = (element: Element | null): string => {
      if (element === null) return 'rgb(255, 255, 255)'
      const { backgroundColor } = getComputedStyle(element)
      return /, 0\)$|transparent/.test(backgroundColor) ? groundOf(element.parentElement) : backgroundColor
    }
    const own = (element: Element): string =>
      [...element.childNodes]
        .filter(({ nodeType }) => nodeType === 3)
        .map(({ textContent }) => textContent)
        .join('')
        .trim()
    return [...document.body.querySelectorAll('*')].flatMap((element) => {
      if (own(element) === '' || element.closest('title') !== null) return []
      const style = getComputedStyle(element)
      const [text, ground] = [
        luminance(element.closest('svg') ? style.fill : style.color),
        luminance(groundOf(element)),
      ]
      const contrast = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05)
      return contrast >= 4.5 ? [] : [`${own(element)}: ${contrast.toFixed(2)}`]
    })
  })

/** Pairs of texts in one drawing whose boxes overlap. */
const collisions = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('svg')].flatMap((svg) => {
      const texts = [...svg.querySelectorAll('text')].map((text) => ({
        name: text.textContent ?? '',
        box: text.getBoundingClientRect(),
      }))
      return texts.flatMap((a, i) =>
        texts.slice(i + 1).flatMap((b) => {
          const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left)
          const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top)
          return across > 1 && down > 4 ? [`${a.name} over ${b.name}`] : []
        }),
      )
    }),
  )
