import { defineConfig } from 'vitest/config'
import { BUILT, built } from './built.ts'
import { LongestFirst } from './longest-first.ts'

export default defineConfig({
  plugins: [built()],
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    exclude: ['test/{extended,mutants,stryker,reworded}/**'],
    // No test of ours is a step of somebody's workflow, and frames are of a terminal that can show them.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', GITHUB_ACTIONS: '', LANG: 'C.UTF-8' },
    // One worker for every core; by default one core stays idle.
    maxWorkers: '100%',
    // A worker loads our code and the SDK once for all its files, and does not start cold with each.
    isolate: false,
    // Both cores have a worker: more threads that collect garbage only take it from them, and a rehearsal makes much of it.
    execArgv: ['--single-threaded-gc', '--max-semi-space-size=64'],
    sequence: { sequencer: LongestFirst },
    server: { deps: { external: [BUILT] } },
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
