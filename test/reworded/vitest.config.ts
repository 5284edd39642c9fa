import { defineConfig } from 'vitest/config'
import own from '../vitest.config.ts'
import { TESTS_OF_TEXTS } from './tests-of-texts.ts'

const seed = process.env.REWORD_SEED ?? '1'
console.log(`every message reworded at random, REWORD_SEED=${seed}`)

/** The proof that nothing decides by reading a sentence: all tests but those of texts, with every message reworded. */
export default defineConfig({
  ...own,
  test: {
    ...own.test,
    exclude: ['test/{extended,mutants,stryker}/**', 'test/**/*.text.test.ts', ...Object.keys(TESTS_OF_TEXTS)],
    setupFiles: [new URL('setup.mjs', import.meta.url).pathname],
    env: {
      ...own.test?.env,
      REWORD_SEED: seed,
      NODE_OPTIONS: `--import=${new URL('preload.mjs', import.meta.url).href}`,
    },
    // A snapshot that is missing must not be written with these words.
    update: false,
  },
})
