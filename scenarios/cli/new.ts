import { writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { isScalar } from 'yaml'
import { terminalText } from '../../reports/text/terminal-text.ts'
import { parseYaml, readText } from '../files/yaml-file.ts'
import { shippedFile } from '../library/catalogue.ts'
import { EXIT } from '../support/exit-codes.ts'
import { packageRoot } from '../support/package-root.ts'
import { CannotWrite, InvalidName, WouldOverwrite } from '../support/user-error.ts'
import type { NewOptions } from './commands/new.ts'
import type { Io } from './io.ts'

/** `rehearse new`: a scenario file to start from. @throws InvalidName, WouldOverwrite, CannotWrite, InvalidScenario */
export function makeNew(name: string, { from }: NewOptions, io: Pick<Io, 'stdout'>): number {
  const file = /\.ya?ml$/.test(name) ? name : `${name}.yaml`
  if (!/^[\w-][\w.-]*\.ya?ml$/.test(basename(file))) {
    throw new InvalidName(`"${name}" is not a valid scenario name: use letters, digits, - and _, such as "my-release"`)
  }
  const text =
    from === undefined ? readText(join(packageRoot(), 'fixtures', 'scenario-template.yaml')) : copyOf(from, file)
  try {
    writeFileSync(file, text, { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new WouldOverwrite(`${file} already exists`)
    throw new CannotWrite(file, error)
  }
  io.stdout.write(terminalText(`${file}\n  rehearse validate ${file}\n  rehearse run ${file} --level model\n`))
  return EXIT.met
}

/** The shipped file unchanged, except that paths in it are relative to the copy. */
function copyOf(from: string, to: string): string {
  const original = shippedFile(from)
  const text = readText(original)
  const { document, raw } = parseYaml(text, original)
  const { telemetry = [] } = raw as { readonly telemetry?: readonly object[] }
  const references = [['fleet'], ['fleet', 'extends'], ['policy'], ['policy', 'extends']]
  const paths = [...references, ...telemetry.map((_, index) => ['telemetry', index, 'file'])].flatMap((path) => {
    const node = document.getIn(path, true)
    return isScalar(node) && typeof node.value === 'string' && node.range
      ? [{ path: node.value, range: node.range }]
      : []
  })
  const lastFirst = paths.sort((a, b) => b.range[0] - a.range[0])
  return lastFirst.reduce((copy, { path, range: [start, end] }) => {
    const moved = relative(dirname(to), join(dirname(original), path))
    return `${copy.slice(0, start)}${JSON.stringify(moved)}${copy.slice(end)}`
  }, text)
}
