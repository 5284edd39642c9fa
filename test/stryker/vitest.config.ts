import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'

/** A mutant dies in the test nearest to it, which is short; those that play much come last. */
class ShortestFirst extends BaseSequencer {
  override async sort(...files: Parameters<BaseSequencer['sort']>): ReturnType<BaseSequencer['sort']> {
    return (await super.sort(...files)).reverse()
  }
}

/** The tests of the pure core, and of what people ask of it; others play whole rollouts, minutes for each mutant. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/controller/**/*.test.ts'],
    exclude: ['test/controller/{aws,lambda}/**', 'test/controller/reconcile/{crash-safety,faults}.test.ts'],
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    isolate: false,
    sequence: { sequencer: ShortestFirst },
    testTimeout: 60_000,
  },
})
