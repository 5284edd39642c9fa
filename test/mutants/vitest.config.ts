import { defineConfig } from 'vitest/config'

/** The tests tested: controllers that are broken on purpose, against the invariants and the library. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/mutants/**/*.test.ts'],
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', GITHUB_ACTIONS: '' },
    // The unchanged controller plays every scenario in one test.
    testTimeout: 1_800_000,
  },
})
