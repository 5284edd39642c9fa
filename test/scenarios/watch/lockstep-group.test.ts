import { expect, it } from 'vitest'
import { LockstepGroup } from '../../../scenarios/watch/lockstep-group.ts'

/** The instants that each member has advanced to, in order. */
function group(size: number) {
  const gone: string[] = []
  const together = new LockstepGroup(size)
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return {
    gone,
    together,
    async ask(index: number, atMs: number) {
      void together.until(index, atMs).then(() => gone.push(`${index} to ${atMs}`))
      await settle()
    },
    settle,
  }
}

it('releases no member before all have asked', async () => {
  const { gone, ask } = group(2)
  await ask(0, 10)
  expect(gone).toEqual([])
  await ask(1, 20)
  expect(gone).toEqual(['0 to 10'])
})

it('holds a member that is ahead until the others have reached its instant', async () => {
  const { gone, ask } = group(2)
  await ask(0, 10)
  await ask(1, 20)
  await ask(0, 15)
  await ask(0, 20)
  expect(gone.toSorted()).toEqual(['0 to 10', '0 to 15', '0 to 20', '1 to 20'])
  await ask(0, 30)
  expect(gone).toHaveLength(4)
})

it('releases several members to the same instant together', async () => {
  const { gone, ask } = group(3)
  for (const index of [0, 1, 2]) await ask(index, 5)
  expect(gone).toEqual(['0 to 5', '1 to 5', '2 to 5'])
})

it('does not wait for a member that has left', async () => {
  const { gone, ask, together, settle } = group(2)
  await ask(0, 10)
  await ask(1, 20)
  together.leave(0)
  await settle()
  expect(gone).toEqual(['0 to 10', '1 to 20'])
  await ask(1, 1_000)
  expect(gone).toHaveLength(3)
})
