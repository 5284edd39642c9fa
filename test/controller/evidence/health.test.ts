import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseHealth, UnreadableHealthDocument } from '../../../controller/evidence/health.ts'

const fixture = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url), 'utf8'))

/** The members of a document and of its sections, by their paths. */
const membersOf = (document: object, prefix = ''): (readonly [path: string, value: unknown])[] =>
  Object.entries(document).flatMap(([name, value]) => [
    [`${prefix}${name}`, value] as const,
    ...(typeof value === 'object' ? membersOf(value, `${prefix}${name}.`) : []),
  ])

/** A document whose member is something else. */
function withMember(document: Record<string, unknown>, path: string, value: unknown): object {
  const [name, ...inner] = path.split('.') as [string, ...string[]]
  const below = document[name] as Record<string, unknown>
  const own = inner.length === 0 ? value : withMember(below, inner.join('.'), value)
  return { ...document, [name]: own }
}

function refusalOf(document: unknown): UnreadableHealthDocument {
  try {
    parseHealth(document)
  } catch (error) {
    if (error instanceof UnreadableHealthDocument) return error
    throw error
  }
  throw new Error('was read')
}

const roomy = { cpuPct: 1, memoryMiB: 1, memoryLimitMiB: 1, uptimeS: 1, connected: true, diskFreeMiB: 2048 }

describe('the health document', () => {
  it('is read in version 2.0, with cumulative counters', () => {
    const sample = parseHealth(fixture('health-v2.json'))
    expect(sample).toMatchObject({ line: 3, firmwareVersion: '2.4.0', schema: '2.0', sequence: 1441 })
    expect(sample.counters.cycleTimeMsSum).toBe(80_640_000)
  })

  it('need not report the disk', () => {
    const { diskFreeMiB, ...gauges } = roomy
    expect(parseHealth({ ...fixture('health-v2.json'), gauges: roomy }).gauges.diskFreeMiB).toBe(diskFreeMiB)
    expect(parseHealth({ ...fixture('health-v2.json'), gauges }).gauges).toEqual(gauges)
  })

  it('carries metrics of the plant, each a number', () => {
    const torqueNm = { value: 41.5, count: 2, sum: 83.5, sumOfSquares: 3486.25 }
    const metrics = { counters: { spatter: 12 }, gauges: { torqueNm } }
    const document = fixture('health-v2.json')
    expect(parseHealth({ ...document, metrics }).metrics).toEqual(metrics)
    const broken = { ...metrics, gauges: { torqueNm: { ...torqueNm, sum: '83.5' } } }
    expect(refusalOf({ ...document, metrics: broken }).field).toBe('metrics.gauges.torqueNm.sum')
    for (const metrics of [null, 7, {}, { counters: {}, gauges: null }, { counters: {}, gauges: { torqueNm: 41.5 } }])
      expect(refusalOf({ ...document, metrics }).field).toMatch(/^metrics/)
  })

  it('is read in version 1.0, which counts the last minute only', () => {
    expect(parseHealth(fixture('health-v1.json'))).toEqual({
      line: 3,
      firmwareVersion: '2.3.1',
      componentState: 'RUNNING',
      bootId: '7b1d9c34-2e0f-4a6b-8c5d-9e0f1a2b3c4d',
      sequence: 1441,
      sampledAtMs: 1772542817000,
      schema: '1.0',
      counters: {
        connectionAttempts: 1,
        connectionFailures: 0,
        cycles: 2,
        cycleTimeMsSum: 70_025, // 2 cycles of 35 012.5 ms
        cycleTimeMsSumOfSquares: 2_451_750_313,
        operations: 24,
        errors: 0,
        crashes: 0,
        unitsProduced: 2,
        qualityChecks: 1,
        qualityPasses: 1,
      },
      gauges: { cpuPct: 31.4, memoryMiB: 149.2, memoryLimitMiB: 512, uptimeS: 86_460, connected: true },
    })
  })

  it.each(['NEW', 'INSTALLED', 'STARTING', 'RUNNING', 'STOPPING', 'ERRORED', 'BROKEN', 'FINISHED'])(
    'may report a component that is %s',
    (state) => {
      expect(parseHealth({ ...fixture('health-v2.json'), componentState: state }).componentState).toBe(state)
      expect(parseHealth({ ...fixture('health-v1.json'), state }).componentState).toBe(state)
    },
  )

  it.each(['health-v2.json', 'health-v1.json'])(
    'is refused where any member of %s is missing or not of its kind',
    (name) => {
      const whole = fixture(name)
      for (const [path, own] of membersOf(whole)) {
        for (const value of [null, typeof own === 'string' ? 7 : 'seven', undefined]) {
          if (value === undefined && ['gauges.diskFreeMiB', 'metrics'].includes(path)) continue // may be missing
          expect(refusalOf(withMember(whole, path, value)), `${path}: ${value}`).toMatchObject({ field: path, value })
        }
      }
    },
  )

  it.each([
    [{ schema: '3.0' }, 'health document: schema is "3.0"'],
    [{ componentState: 'HAPPY' }, 'health document: componentState is "HAPPY"'],
    [{ firmwareVersion: 24 }, 'health document: firmwareVersion is 24'],
    [{ sequence: 'many' }, 'health document: sequence is "many"'],
    [{ line: Number.POSITIVE_INFINITY }, 'health document: line is null'], // as JSON writes it
    [{ counters: 5 }, 'health document: counters is 5'],
    [{ counters: {} }, 'health document: counters.connectionAttempts is undefined'],
    [{ gauges: { ...roomy, diskFreeMiB: 'plenty' } }, 'health document: gauges.diskFreeMiB is "plenty"'],
  ])('is refused with the name of the member and what it is: %o', (change, message) => {
    const refusal = refusalOf({ ...fixture('health-v2.json'), ...change })
    expect(String(refusal)).toBe(`UnreadableHealthDocument: ${message}`)
  })

  it.each([
    [5, '5'],
    ['2.0', '"2.0"'],
    [null, 'null'],
  ])('is refused where it is no object at all: %o', (document, text) => {
    expect(refusalOf(document).message).toBe(`health document: document is ${text}`)
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
