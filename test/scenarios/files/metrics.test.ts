import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { problemLine, problemsOf } from '../../../controller/support/schema-problems.ts'
import { fleetSchema, plantOf } from '../../../scenarios/files/fleet-file.ts'
import { InvalidScenario, parseScenario } from '../../../scenarios/files/load.ts'
import { jsonSchemaOf, type ScenarioInput } from '../../../scenarios/files/scenario.ts'
import { scenarioText } from '../../../scenarios/fuzz/scenario-arbitrary.ts'

const metricsOf = (text: string) => plantOf(fleetSchema.parse({ metrics: parse(text) })).metrics

function problems(text: string): readonly string[] {
  const fleet = { metrics: parse(text) }
  const { error } = fleetSchema.safeParse(fleet)
  return error === undefined ? [] : problemsOf(fleetSchema, error, fleet, 'the plant').map(problemLine)
}

const NO_DAYS = { device: 0, line: 0, plant: 0 }
const NO_SCATTER = { deviceEffect: 0, lineEffect: 0, days: NO_DAYS }

describe('metrics of the plant', () => {
  it('are counters with a rate or a share, and gauges, with their units', () => {
    const metrics = metricsOf(`
      weldSpatter: { counter: 0.4 per cycle, dispersion: 0.3 }
      retries: { counter: 6 per hour }
      scrapped: { counter: 0.5 %, of: unitsProduced, deviceEffect: 10 % }
      torqueNm: { gauge: 42 Nm, spread: 3 %, timeConstant: 5min, whileProducing: true, days: { line: 1 % } }
      offset: { gauge: 0 mm, spread: 0.05 mm }
      level: { gauge: 7 }`)
    const gauge = { kind: 'gauge', timeConstantMs: 0, whileProducing: false, sigma: 0, ...NO_SCATTER }
    expect(metrics).toEqual({
      weldSpatter: {
        kind: 'rate',
        unit: 'per cycle',
        rate: 0.4,
        per: 'cycles',
        every: 1,
        dispersion: 0.3,
        ...NO_SCATTER,
      },
      retries: { kind: 'rate', unit: 'per hour', rate: 6, per: 'minutes', every: 60, dispersion: 0, ...NO_SCATTER },
      scrapped: {
        ...NO_SCATTER,
        kind: 'share',
        unit: '% of unitsProduced',
        share: 0.005,
        of: 'unitsProduced',
        dispersion: 0,
        deviceEffect: 0.1,
      },
      torqueNm: {
        ...gauge,
        unit: 'Nm',
        mean: 42,
        sigma: expect.closeTo(1.26, 9),
        timeConstantMs: 300_000,
        whileProducing: true,
        days: { ...NO_DAYS, line: 0.01 },
      },
      offset: { ...gauge, unit: 'mm', mean: 0, sigma: 0.05 },
      level: { ...gauge, unit: '', mean: 7 },
    })
  })

  it('are none where the plant names none', () => {
    expect(plantOf(fleetSchema.parse({}))).not.toHaveProperty('metrics')
  })

  it.each([
    [
      'cycles: { counter: 1 per hour }',
      'metrics.cycles: "cycles" is a metric that every device has; choose another name',
    ],
    ['memoryMiB: { gauge: 1 }', 'choose another name'],
    ['Torque: { gauge: 1 }', '"Torque" is no name of a metric'],
    ['torque_nm: { gauge: 1 }', 'such as torqueNm'],
    [`${'a'.repeat(41)}: { gauge: 1 }`, 'at most 39 letters and digits'],
    [
      Array.from({ length: 17 }, (_, i) => `m${i}: { gauge: 1 }`).join('\n'),
      '17 metrics; a health document has room for 16',
    ],
    ['x: { gage: 1 }', 'metrics.x.gage: unknown key; did you mean "gauge"?'],
    ['x: { spread: 3 % }', 'metrics.x: set one of "counter" and "gauge"'],
    ['x: { gauge: 1, counter: 1 per hour }', 'set one of'],
    ['x: { counter: 0.4 }', '0.4 is not a rate (per cycle, operation, unit, check, minute, hour) or a percentage'],
    ['x: { counter: 0.4 per day }', 'such as "0.4 per cycle"'],
    ['x: { counter: 101 %, of: cycles }', 'is not a rate'],
    ['x: { counter: 3 % }', 'metrics.x.counter: is a percentage; "of" says of which counter'],
    ['x: { counter: 1 per hour, of: cycles }', 'metrics.x.of: is for a percentage'],
    ['x: { counter: 3 %, of: cycls }', 'no counter is called "cycls"; did you mean "cycles"?'],
    ['x: { counter: 3 %, of: y }\ny: { gauge: 1 }', 'no counter is called "y"'],
    ['x: { counter: 3 %, of: y }\ny: { counter: 3 %, of: x }', '"x" would be a share of itself'],
    ['x: { counter: 1 per hour, spread: 3 % }', 'metrics.x.spread: a counter has no "spread"'],
    ['x: { gauge: 1, dispersion: 1 }', 'a gauge has no "dispersion"'],
    ['x: { gauge: 42 Nm, spread: 3 }', 'such as "3 %"'],
    ['x: { gauge: 42 Nm, spread: 1 mm }', 'must be a percentage, or in Nm as the gauge'],
    ['x: { gauge: 0 Nm, spread: 3 % }', 'is a percentage of a mean of 0'],
    ['x: { gauge: wide }', '"wide" is not a value with its unit, such as "42 Nm", or a number'],
    ['x: { gauge: 1, timeConstant: 30s }', 'must be at least 1min'],
  ])('are refused as %s', (text, message) => {
    expect(problems(text).join('\n')).toContain(message)
    expect(problems(text).length).toBeGreaterThan(0)
  })

  it('have names in the JSON Schema', () => {
    const schema = JSON.stringify(jsonSchemaOf('fleet'))
    expect(schema).toContain('"maxProperties":16')
    expect(schema).toContain('^[a-z][a-zA-Z0-9]{0,39}$')
  })
})

describe('a fault on a metric', () => {
  const METRICS = {
    torqueNm: { gauge: '42 Nm', spread: '3 %' },
    offset: { gauge: '0 mm' },
    spatter: { counter: '0.4 per cycle' },
  }
  const load = (fault: object, metrics: object | undefined = METRICS) =>
    parseScenario(
      scenarioText({
        story: 'x',
        fleet: metrics === undefined ? {} : { metrics },
        release: {
          version: '2.4.0',
          replaces: '2.3.1',
          data: { writes: 7, reads: [7] },
          shadow: { writes: '2.0', reads: ['2.0'] },
        },
        start: '2026-03-02T14:00[Europe/Berlin]',
        faults: [{ in: { firmware: '2.4.0' }, ...fault }],
      } as unknown as ScenarioInput),
      'x.yaml',
    )
  const refusal = (fault: object, metrics?: object): string => {
    try {
      load(fault, metrics)
    } catch (error) {
      if (error instanceof InvalidScenario) return error.problems.join('\n')
    }
    return ''
  }

  it.each([
    [{ kind: 'metric-shift', metric: 'torqueNm', by: '+15 %' }, { by: { factor: 1.15 } }],
    [{ kind: 'metric-shift', metric: 'torqueNm', by: '-2.5 Nm', over: '2h' }, { by: { add: -2.5, unit: 'Nm' } }],
    [{ kind: 'metric-shift', metric: 'spatter', by: 'x1.5' }, { by: { factor: 1.5 } }],
    [{ kind: 'metric-spread', metric: 'torqueNm', factor: 3 }, { onset: 0 }],
    [{ kind: 'metric-missing', metric: 'spatter', onset: '4h' }, { onset: 14_400_000 }],
  ])('is read: %s', (fault, expected) => {
    expect(load(fault).faults[0]).toMatchObject(expected)
  })

  it.each([
    [
      { kind: 'metric-shift', metric: 'torqeNm', by: '+15 %' },
      'the plant has no metric "torqeNm"; did you mean "torqueNm"?',
    ],
    [{ kind: 'metric-missing', metric: 'toString' }, 'the plant has no metric "toString"'],
    [{ kind: 'metric-shift', metric: 'torqueNm', by: '15 %' }, 'is not a change'],
    [{ kind: 'metric-shift', metric: 'torqueNm', by: '-101 %' }, 'is not a change'],
    [{ kind: 'metric-shift', metric: 'torqueNm', by: '+2 mm' }, '"torqueNm" is in Nm'],
    [{ kind: 'metric-shift', metric: 'spatter', by: '+2 Nm' }, '"spatter" is a counter; write +15 % or x1.5'],
    [{ kind: 'metric-shift', metric: 'offset', by: '+2 %' }, '"offset" has a mean of 0'],
    [{ kind: 'metric-spread', metric: 'spatter', factor: 2 }, '"spatter" is a counter; only a gauge has a spread'],
    [{ kind: 'metric-spread', metric: 'offset', factor: 2 }, '"offset" has no spread that could be multiplied'],
    [{ kind: 'units-drop', share: '120 %' }, 'must be at most 100 %'],
    [{ kind: 'quality-drop', share: '5 %', for: '1h', during: 'first' }, 'not both'],
  ])('is refused: %s', (fault, message) => {
    expect(refusal(fault)).toContain(message)
  })

  it('of a plant without metrics is refused with where they stand', () => {
    const fault = { kind: 'metric-missing', metric: 'torqueNm' }
    expect(refusal(fault, {})).toMatch(/^x\.yaml:\d+:\d+: the plant has no metric "torqueNm"; .*fleet\.metrics/)
  })
})
