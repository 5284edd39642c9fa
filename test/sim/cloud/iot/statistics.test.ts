import { beforeEach, expect, it } from 'vitest'
import { CloudBench } from '../fixtures.ts'

let bench: CloudBench

beforeEach(() => {
  bench = new CloudBench()
  const create = (thingName: string, attributes: object): object =>
    bench.call('iot', 'CreateThing', { thingName, attributePayload: { attributes } })
  create('a', { number: '-125', color: 'red', mixed: '1' })
  create('b', { number: '150', color: 'blue', mixed: 'x' })
  create('c', { number: '75', color: 'red' })
  create('d', {})
  bench.cloud.things.setConnectivity('a', true)
})

const ask = (operation: string, aggregationField?: string, over: object = {}): Record<string, unknown> =>
  bench.call('iot', operation, { queryString: '*', aggregationField, ...over })

it('summarises numbers as the example of AWS does', () => {
  expect(ask('GetStatistics', 'attributes.number').statistics).toEqual({
    count: 3,
    average: 100 / 3,
    sum: 100,
    minimum: -125,
    maximum: 150,
    sumOfSquares: 43750,
    variance: expect.closeTo(13472.222, 3),
    stdDeviation: expect.closeTo(116.0699, 4),
  })
})

it('counts text, takes truth as 1 and 0, and the version if no field is named', () => {
  expect(ask('GetStatistics', 'attributes.color').statistics).toEqual({ count: 3 })
  expect(ask('GetStatistics', 'attributes.mixed').statistics).toEqual({ count: 2 })
  expect(ask('GetStatistics', 'thingName').statistics).toEqual({ count: 4 })
  expect(ask('GetStatistics', 'connectivity.connected').statistics).toMatchObject({ count: 4, average: 0.25, sum: 1 })
  expect(ask('GetStatistics').statistics).toMatchObject({ count: 4, sum: 4 })
  expect(ask('GetStatistics', 'attributes.number', { queryString: 'thingName:z' }).statistics).toEqual({ count: 0 })
})

it('counts different values and how often each is there', () => {
  expect(ask('GetCardinality', 'attributes.color')).toEqual({ cardinality: 2 })
  const buckets = (maxBuckets?: number): object =>
    ask('GetBucketsAggregation', 'attributes.color', {
      bucketsAggregationType: { termsAggregation: { maxBuckets } },
    })
  expect(buckets()).toEqual({
    totalCount: 4,
    buckets: [
      { keyValue: 'red', count: 2 },
      { keyValue: 'blue', count: 1 },
    ],
  })
  expect(buckets(1)).toMatchObject({ buckets: [{ keyValue: 'red' }] })
  expect(() => buckets(0)).toThrow('maxBuckets')
  expect(() => ask('GetBucketsAggregation', 'attributes.color', { bucketsAggregationType: {} })).toThrow('termsAgg')
})

it('gives percentiles of numbers only', () => {
  expect(ask('GetPercentiles', 'attributes.number', { percents: [0, 50, 100] }).percentiles).toEqual([
    { percent: 0, value: -125 },
    { percent: 50, value: 75 },
    { percent: 100, value: 150 },
  ])
  expect(ask('GetPercentiles', 'attributes.number').percentiles).toHaveLength(7)
  expect(ask('GetPercentiles', 'attributes.nothing').percentiles).toEqual([])
  expect(() => ask('GetPercentiles', 'attributes.number', { percents: [101] })).toThrow('within 0 and 100')
  const refused = expect.objectContaining({ name: 'InvalidAggregationException', statusCode: 400 })
  expect(() => ask('GetPercentiles', 'thingName')).toThrow(refused)
  expect(() => ask('GetStatistics', 'what.is.this')).toThrow(refused)
})
