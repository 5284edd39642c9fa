import { beforeAll, describe, expect, it } from 'vitest'
import { renderRunPage } from '../../../reports/html/run-page.ts'
import { METRICS } from '../../../reports/numbers/metrics.ts'
import { rehearsed } from './rehearsals.ts'

type Rehearsed = Awaited<ReturnType<typeof rehearsed>>
const page = ({ report, header, records }: Rehearsed): string => renderRunPage(report, header, records)
const sections = (text: string): string[] => [...text.matchAll(/<h2>(.*?)<\/h2>/g)].map((match) => match[1] as string)

let promoted: Rehearsed
let rolledBack: Rehearsed
let inconclusive: Rehearsed
beforeAll(async () => {
  promoted = await rehearsed('healthy')
  rolledBack = await rehearsed('cycle-drift')
  inconclusive = await rehearsed('healthy', { untilMs: 3_600_000 })
})

describe('the page of a rehearsal', () => {
  it.each([
    ['promoted', () => promoted],
    ['rolled-back', () => rolledBack],
    ['inconclusive', () => inconclusive],
  ] as const)('that ended %s is one file that requests nothing', (outcome, get) => {
    expect(get().report.outcome).toBe(outcome)
    const text = page(get())
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">/)
    expect(text).not.toMatch(/https?:|<script|<link|@import|url\(/)
    expect([...text.matchAll(/\b(?:src|href)="([^#"][^"]*)"/g)].map((match) => match[0])).toEqual([])
    expect(text).not.toMatch(/NaN|undefined|Infinity|\[object/)
  })

  it('has all sections where something was rolled back', () => {
    const all = ['Timeline', 'Fleet', 'Metrics', 'Smallest detectable effects', 'Rollback latency', 'Why', 'Run']
    expect(sections(page(rolledBack))).toEqual(all)
  })

  it('has no rollback latency where nothing was rolled back', () => {
    const none = ['Timeline', 'Fleet', 'Metrics', 'Smallest detectable effects', 'Why', 'Run']
    expect(sections(page(promoted))).toEqual(none)
    expect(sections(page(inconclusive))).toEqual(none)
  })

  it('has the outcome in its title and at its top', () => {
    expect(page(rolledBack)).toContain('<title>cycle-drift: rolled-back</title>')
    expect(page(rolledBack)).toContain('<span class="verdict good">caught in canary and rolled back</span>')
    expect(page(inconclusive)).toContain('<span class="verdict bad">inconclusive</span>')
  })

  it('names what was expected and not met', () => {
    expect(inconclusive.report.expectation.failures.length).toBeGreaterThan(0)
    for (const { text } of inconclusive.report.expectation.failures) expect(page(inconclusive)).toContain(text)
  })

  it('draws the judged quantities with their limits, and marks onset and detection', () => {
    const text = page(rolledBack)
    expect(text).toContain('<b>cycle-time</b> cycle time increase, %')
    expect(text).toContain('>limit 10</text>')
    expect(text.match(/class="mark onset"/g)?.length).toBe(text.match(/class="mark detection"/g)?.length)
    expect(page(promoted)).not.toContain('class="mark')
  })

  it('has a label for every metric of the controller', () => {
    const all = [promoted, rolledBack].flatMap(({ records }) =>
      records.flatMap((record) => {
        if (record.kind === 'rollout-started') return record.smallestEffects
        return record.kind === 'evaluated' ? record.findings : []
      }),
    )
    const names = [...new Set(all.map(({ metric }) => metric))]
    expect(names.length).toBeGreaterThan(8)
    expect(names.filter((name) => !Object.hasOwn(METRICS, name))).toEqual([])
  })

  it('sets the ground truth next to what the controller concluded', () => {
    expect(page(rolledBack)).toMatch(/<td>rollback<\/td>.*cycle-drift on 2 of 2 devices, 2 on the release, 0 crashes/)
  })

  it('escapes texts from outside', () => {
    const evil = '<img src=x onerror=alert(1)>&"\''
    const { report, header, records } = rolledBack
    const text = renderRunPage(
      {
        ...report,
        scenario: evil,
        expectation: { ...report.expectation, failures: [{ code: 'X', data: {}, text: evil }] },
      },
      { ...header, story: evil },
      records.map((record) => (record.kind === 'evaluated' ? { ...record, reason: { code: evil, data: {} } } : record)),
    )
    expect(text).not.toContain('<img')
    expect(text.match(/&lt;img src=x onerror=alert\(1\)&gt;&amp;&quot;&#39;/g)?.length).toBeGreaterThan(4)
  })

  it('does not draw a fleet of thousands device by device', () => {
    const { report, header, records } = promoted
    const lines = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`thing-${i}`, i % 17]))
    const text = renderRunPage(report, { ...header, lines }, records)
    expect(text).toContain('The fleet of 5000 devices is too large')
    expect(text.length).toBeLessThan(400_000)
  })
})
