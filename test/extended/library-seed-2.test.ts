import { describe } from 'vitest'
import { testLibrary } from '../scenarios/library.ts'

describe('every shipped scenario, in another world', () => {
  testLibrary(2, 'digests-seed-2.txt')
})
