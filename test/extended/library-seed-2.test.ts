import { describe } from 'vitest'
import { testLibrary } from '../scenarios/library/library.ts'

describe('every shipped scenario, with another seed', () => {
  testLibrary(2, 'digests-seed-2.txt')
})
