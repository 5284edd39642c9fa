import { expect, it } from 'vitest'
import { clientLines } from '../../../reports/text/client-text.ts'

const [firstAt, lastAt] = ['2026-03-02T13:00:00.000Z', '2026-03-02T14:30:00.000Z']

it('names the client, what it changed, and what it was refused', () => {
  expect(
    clientLines({
      client: { by: 'access-key', id: 'AKIDEXAMPLE' },
      changes: [
        { request: 'greengrass CreateDeployment', count: 1, firstAt, lastAt: firstAt },
        { request: 'iot CreateThing', count: 3, firstAt, lastAt },
      ],
      reads: { 'iot ListThings': 2, 'iot DescribeThing': 1 },
      errors: [{ request: 'iot DeleteJob', count: 1, firstAt, lastAt: firstAt, error: 'E', message: 'no' }],
    }),
  ).toEqual([
    'access key AKIDEXAMPLE: 4 changes, 3 reads, 1 error',
    'changed: greengrass CreateDeployment, at 03-02 13:00',
    'changed: iot CreateThing, 3 x 03-02 13:00 to 03-02 14:30',
    'refused: iot DeleteJob, at 03-02 13:00: E: no',
  ])
})

it('lists a bounded number', () => {
  const changes = Array.from({ length: 25 }, (_, i) => ({ request: `r${i}`, count: 1, firstAt, lastAt }))
  const lines = clientLines({ client: { by: 'client-id', id: 'm' }, changes, reads: {}, errors: [] })
  expect(lines).toHaveLength(22)
  expect(lines.at(-1)).toBe('and 5 more, see report.json')
})
