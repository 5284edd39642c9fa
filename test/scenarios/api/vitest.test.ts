import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { rehearsal } from '../../../scenarios/api/vitest.ts'

const plant = rehearsal({
  fleet: { lines: 3, devicesPerLine: 20, noise: 'quiet' },
  policy: { window: '4h', gates: 'open' },
})

plant.it('is a test of vitest that rehearses', {
  faults: [{ kind: 'crash', in: { firmware: '2.4.0' }, at: 'start' }],
  expect: { outcome: 'rolled-back', caughtIn: 'canary' },
})

it('has an example for CI that runs the tests and keeps the reports of failures', () => {
  const file = new URL('../../api/example/.github/workflows/rehearse.yml', import.meta.url)
  const { steps } = parse(readFileSync(file, 'utf8')).jobs.rehearse
  expect(steps.map(({ run }: { run?: string }) => run).filter(Boolean)).toEqual(['npm ci', 'npx vitest run'])
  expect(steps.at(-1)).toMatchObject({ if: 'failure()', with: { path: 'reports/out' } })
})
