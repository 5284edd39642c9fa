import { expect, it } from 'vitest'
import type { Stored } from '../../../controller/ports/ports.ts'
import { MemoryStore } from '../../../scenarios/world/memory-store.ts'
import { deployPolicy } from '../../../scenarios/world/policy-deployment.ts'
import { policyWith } from '../../controller/fixtures.ts'

const policy = policyWith({ windowMs: 4 * 3_600_000, quorumShare: 0.777 })

it('puts the document into the table, and goes by the policy that the functions read from it', async () => {
  const store = new MemoryStore()
  expect(await deployPolicy(store, policy)).toEqual(policy)
  expect((await store.get<object>('policy'))?.value).toMatchObject({ window: '4h', quorum: '77.7 %' })
})

it('rehearses what the table holds, not what was put there', async () => {
  class OtherTable extends MemoryStore {
    override async get<T>(): Promise<Stored<T> | null> {
      return { value: { window: '2h' } as T, version: 7 }
    }
  }
  expect((await deployPolicy(new OtherTable(), policy)).windowMs).toBe(2 * 3_600_000)
})
