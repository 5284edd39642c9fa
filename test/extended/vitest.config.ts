import { defineConfig } from 'vitest/config'
import own from '../vitest.config.ts'

/** Tests that need programs from Debian's packages (each says by name what it skipped), and larger samples. */
export default defineConfig({
  ...own,
  test: {
    ...own.test,
    include: ['test/extended/**/*.test.ts'],
    exclude: [],
  },
})
