import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseHealth, UnreadableHealthDocument } from '../../controller/health.ts'

const fixture = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8'))

const roomy = { cpuPct: 1, memoryMiB: 1, memoryLimitMiB: 1, uptimeS: 1, connected: true, diskFreeMiB: 2048 }

describe('the health document', () => {
  it('is read in version 2.0, with cumulative counters', () => {
    const sample = parseHealth(fixture('health-v2.json'))
    expect(sample).toMatchObject({ line: 3, firmwareVersion: '2.4.0', schema: '2.0', sequence: 1441 })
    expect(sample.counters.cycleTimeMsSum).toBe(80_640_000)
  })

  it('need not tell of the disk', () => {
    const { diskFreeMiB, ...gauges } = roomy
    expect(parseHealth({ ...fixture('health-v2.json'), gauges: roomy }).gauges.diskFreeMiB).toBe(diskFreeMiB)
    expect(parseHealth({ ...fixture('health-v2.json'), gauges }).gauges).toEqual(gauges)
  })

  it('is read in version 1.0, which counts the last minute only', () => {
    const sample = parseHealth(fixture('health-v1.json'))
    expect(sample).toMatchObject({
      line: 3,
      firmwareVersion: '2.3.1',
      schema: '1.0',
      bootId: expect.any(String),
    })
    expect(sample.counters).toMatchObject({ cycles: 2, cycleTimeMsSum: 70_025, connectionAttempts: 1 })
  })

  it.each([
    ['schema', { schema: '3.0' }],
    ['componentState', { componentState: 'HAPPY' }],
    ['counters.errors', { counters: {} }],
    ['sequence', { sequence: 'many' }],
    ['counters', { counters: null }],
    ['gauges.connected', { gauges: { cpuPct: 1, memoryMiB: 1, memoryLimitMiB: 1, uptimeS: 1, connected: 'yes' } }],
    ['gauges.uptimeS', { gauges: { cpuPct: 1, memoryMiB: 1, memoryLimitMiB: 1, uptimeS: null, connected: true } }],
    ['gauges.diskFreeMiB', { gauges: { ...roomy, diskFreeMiB: 'plenty' } }],
  ])('is refused with the name of the field %s', (field, change) => {
    const document = { ...fixture('health-v2.json'), ...change }
    const read = (): unknown => parseHealth(document)
    expect(read).toThrow(UnreadableHealthDocument)
    if (field !== 'counters.errors') expect(read).toThrow(field)
    else expect(read).toThrow('counters.')
  })

  it('never crashes otherwise, whatever stands in the shadow', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        try {
          parseHealth(value)
        } catch (error) {
          expect(error).toBeInstanceOf(UnreadableHealthDocument)
        }
      }),
    )
  })
})
