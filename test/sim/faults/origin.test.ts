import { expect, it } from 'vitest'
import { isOfRelease } from '../../../reports/run/release-faults.ts'
import { FAULTS, faultSchema, originOf } from '../../../sim/faults/catalogue.ts'

const of = (spec: object): boolean => isOfRelease(originOf(faultSchema.parse(spec)), '2.4.0')

it.each([
  [{ kind: 'crash', at: 'start' }],
  [{ kind: 'clock-skew', behind: '30min' }],
  [{ kind: 'noisy-network', share: '3 %' }],
  [{ kind: 'reboot', at: 'install' }],
  [{ kind: 'hang', at: 'download' }],
])('%j is a fault of the release where it travels with its firmware, and of the plant everywhere else', (options) => {
  expect(of({ ...options, in: { firmware: '2.4.0' } })).toBe(true)
  expect(of({ ...options, in: { firmware: '2.4.0', line: 3 } })).toBe(true)
  expect(of({ ...options, in: { firmware: '2.3.1' } })).toBe(false)
  expect(of({ ...options, in: { line: 3 } })).toBe(false)
  expect(of({ ...options, in: { device: 'line-03-04' } })).toBe(false)
})

it.each([
  { kind: 'hang', at: 'install' },
  { kind: 'failed-download', because: 'corrupt-artifact' },
  { kind: 'rejected-job' },
  { kind: 'bricked', at: 'install' },
])('%j on the whole fleet is a fault of what is deployed; on a device or a line it is theirs', (options) => {
  expect(of({ ...options, in: { fleet: 'all' } })).toBe(true)
  expect(of({ ...options, in: { fleet: 'all', line: 2 } })).toBe(false)
  expect(of({ ...options, in: { device: 'line-03-04' } })).toBe(false)
})

it.each([
  { kind: 'bricked', after: '6h', in: { fleet: 'all' } },
  { kind: 'crash', every: '2d', in: { fleet: 'all' } },
  { kind: 'noisy-network', share: '3 %', in: { fleet: 'all' } },
  { kind: 'offline', from: '1h', for: '1min', in: { fleet: 'all' } },
  { kind: 'duplicate-reports', in: { fleet: 'all' }, after: '90s' },
  { kind: 'wrong-group', device: 'line-03-18', group: 'canary', at: '6h' },
  { kind: 'operator', do: 'pause', at: '1h', by: 'x', reason: 'y' },
])('%j harms what it harms, and is none of the release', (spec) => {
  expect(of(spec)).toBe(false)
})

it('messages that the others cannot read are a fault of the version that sends them', () => {
  const unreadable = { kind: 'unreadable-messages', in: { firmware: '2.3.1' }, factor: 3 }
  expect(of({ ...unreadable, sentBy: '2.4.0' })).toBe(true)
  expect(of({ ...unreadable, sentBy: '2.2.0' })).toBe(false)
})

it('no other kind says more of its origin than its selector does', () => {
  const special = FAULTS.filter((one) => 'failsDeployments' in one || 'firmwareOf' in one).map(({ kind }) => kind)
  expect(special).toEqual(['hang', 'bricked', 'failed-download', 'rejected-job', 'unreadable-messages'])
})
