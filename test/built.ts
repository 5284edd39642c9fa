import { existsSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import type { Plugin } from 'vitest/config'

const ROOT = resolve(import.meta.dirname, '..')
const DIST = join(ROOT, 'dist')
/** Written after each build, which leaves the output of an unchanged source as it is. */
const LAST_BUILD = join(DIST, '.built')

/** For `server.deps.external`: Node loads these itself, once for all the files of a worker. */
export const BUILT = /\/dist\/.*\.js$/

/**
 * Tests import sources, and get what was built of them: the code that is shipped, and that threads run as well. A call of
 * an imported function costs less there than in modules that vitest has transformed.
 */
export const built = (): Plugin => ({
  name: 'built',
  enforce: 'pre',
  resolveId(id, importer) {
    if (importer === undefined || !id.startsWith('.') || !id.endsWith('.ts')) return
    const source = resolve(dirname(importer), id)
    const file = join(DIST, relative(ROOT, source)).replace(/ts$/, 'js')
    if (!existsSync(file)) return
    if (statSync(source).mtimeMs > statSync(LAST_BUILD).mtimeMs)
      throw new Error(`${source} is newer than what was built of it: npm run build`)
    return file
  },
})
