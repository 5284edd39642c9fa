import { expect, it } from 'vitest'
import { filterMatches, TopicFilters } from '../../../sim/wire/topic-filters.ts'

it.each([
  ['$aws/things/a/jobs/notify', '$aws/things/a/jobs/notify', true],
  ['$aws/things/+/jobs/notify', '$aws/things/a/jobs/notify', true],
  ['$aws/things/+/shadow/#', '$aws/things/a/shadow/name/health/update', true],
  ['$aws/things/+/shadow', '$aws/things/a/shadow/get', false],
  ['$aws/things/a/jobs/notify/x', '$aws/things/a/jobs/notify', false],
  ['#', '$aws/things/a', false], // [source: mqtt-dollar-topics]
  ['+/things/a', '$aws/things/a', false],
  ['plant/#', 'plant/line/1', true],
])('%s against %s: %s', (filter, topic, matches) => {
  expect(filterMatches(filter, topic)).toBe(matches)
})

it('matches a topic as long as it has a subscriber', () => {
  const filters = new TopicFilters()
  filters.add('a', '$aws/things/+/shadow/#')
  filters.add('b', '$aws/things/+/shadow/#')
  filters.add('b', '$aws/things/+/shadow/#')
  filters.remove('b', '$aws/things/+/shadow/#')
  expect(filters.matches('$aws/things/x/shadow/get')).toBe(true)
  filters.removeClient('a')
  expect(filters.matches('$aws/things/x/shadow/get')).toBe(false)
})
