import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { packageRoot } from '../../../scenarios/support/package-root.ts'

const help = (...command: string[]): string => {
  const { stdout, status } = spawnSync(
    process.execPath,
    [join(packageRoot(), 'dist', 'scenarios', 'cli', 'main.js'), ...command, '--help'],
    { encoding: 'utf8' },
  )
  expect(status).toBe(0)
  return stdout
}

const commands = [...help().matchAll(/^ {2}(\w+) [[<]/gm)]
  .map(([, name]) => name as string)
  .filter((name) => name !== 'help')

it('lists the commands', () => {
  expect(commands).toContain('run')
  expect(commands).toContain('compare')
})

it.each(commands)('has examples, and defaults as a user would write them, for %s', (command) => {
  const text = help(command)
  expect(text).toMatch(/\nExamples?:\n {2}rehearse /)
  expect(text).not.toMatch(/\(default:\s+[[{]/)
})
