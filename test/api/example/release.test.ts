import { rehearsal } from 'fleet-rehearsal/vitest'

const plant = rehearsal({
  fleet: new URL('plant.yaml', import.meta.url),
  policy: new URL('policy.yaml', import.meta.url),
  start: '2026-03-02T08:00[America/Chicago]',
})

plant.it('promotes a good release', {
  expect: { outcome: 'promoted', falseAlarm: false, stages: { canary: 6, early: 18, production: 48 } },
})

plant.it('rolls back a leak in canary', {
  faults: [{ kind: 'memory-leak', in: { firmware: '2.4.0' }, rate: '26 MiB/h' }],
  expect: { outcome: 'rolled-back', caughtIn: 'canary', exposed: { devices: 6 } },
})

plant.it('does not blame a release for the network', {
  faults: [{ kind: 'noisy-network', in: { fleet: 'all' }, share: '3 %', from: '30min', for: '3h' }],
  expect: { outcome: 'promoted' },
})

plant.it('loses nothing when AWS answers are lost', {
  faults: [
    { kind: 'lost-reply', in: { api: 'CreateDeployment' }, for: '1h' },
    { kind: 'crash', in: { firmware: '2.4.0' }, after: '3h' },
  ],
  expect: { outcome: 'rolled-back', caughtIn: 'canary' },
})
