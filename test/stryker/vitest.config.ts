import { defineConfig } from 'vitest/config'

/** The tests of the pure core, and of what people ask of it; others play whole rollouts, minutes for each mutant. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/controller/**/*.test.ts'],
    exclude: ['test/controller/{aws,lambda}/**', 'test/controller/{crash-safety,faults}.test.ts'],
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    testTimeout: 60_000,
  },
})
