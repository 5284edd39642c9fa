import { writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { isScalar, visit } from 'yaml'
import { packageRoot, shippedFile } from '../catalogue.ts'
import { EXIT } from '../exit-codes.ts'
import { CannotWrite, InvalidName, WouldOverwrite } from '../user-error.ts'
import { parseYaml, readText } from '../yaml-file.ts'
import type { Io } from './io.ts'

export interface NewOptions {
  /** A shipped scenario to begin with; the commented template if absent. */
  readonly from?: string
}

/** `rehearse new`: a scenario file to begin with. @throws InvalidName, WouldOverwrite, CannotWrite, InvalidScenario */
export function makeNew(name: string, { from }: NewOptions, io: Pick<Io, 'stdout'>): number {
  const file = /\.ya?ml$/.test(name) ? name : `${name}.yaml`
  if (!/^[\w-][\w.-]*\.ya?ml$/.test(basename(file))) {
    throw new InvalidName(`"${name}" is not a name for a scenario: letters, digits, - and _, such as "my-release"`)
  }
  const text =
    from === undefined ? readText(join(packageRoot(), 'fixtures', 'scenario-template.yaml')) : copyOf(from, file)
  try {
    writeFileSync(file, text, { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new WouldOverwrite(`${file} exists already`)
    throw new CannotWrite(file, error)
  }
  io.stdout.write(`${file}\n  rehearse validate ${file}\n  rehearse run ${file} --level model\n`)
  return EXIT.met
}

/** The shipped file, with the files that it names found from where the copy stands. */
function copyOf(from: string, to: string): string {
  const original = shippedFile(from)
  const text = readText(original)
  const { document } = parseYaml(text, original)
  let isChanged = false
  visit(document, {
    Pair: (_, { key, value }) => {
      const isPath = isScalar(key) && ['fleet', 'policy', 'extends', 'file'].includes(String(key.value))
      if (!isPath || !isScalar(value) || typeof value.value !== 'string') return
      value.value = relative(dirname(to), join(dirname(original), value.value))
      isChanged = true
    },
  })
  return isChanged ? document.toString({ lineWidth: 0 }) : text
}
