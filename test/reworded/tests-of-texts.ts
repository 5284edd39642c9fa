/**
 * Tests whose subject is a text: what they expect changes with every word. Files named `*.text.test.ts` are such tests as
 * well. Whatever else reads a sentence is mended, not listed.
 */
export const TESTS_OF_TEXTS: Readonly<Record<string, string>> = {}
