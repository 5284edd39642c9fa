import { closeSync, openSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import type { NumberedLine } from './rows.ts'
import { InvalidScenario } from './yaml-file.ts'

const CHUNK_BYTES = 1 << 20

/** The lines of a file that are not blank, a piece of it at a time: recordings may be larger than a string can be. @throws InvalidScenario */
export function* fileLines(file: string): Generator<NumberedLine> {
  const handle = opened(file)
  try {
    const decoder = new StringDecoder('utf8')
    const bytes = Buffer.alloc(CHUNK_BYTES)
    let [rest, number] = ['', 0]
    for (;;) {
      const length = readSync(handle, bytes)
      const lines = (rest + (length === 0 ? decoder.end() : decoder.write(bytes.subarray(0, length)))).split('\n')
      rest = length === 0 ? '' : (lines.pop() as string)
      for (const text of lines) {
        number += 1
        const line = (number === 1 ? text.replace(/^\uFEFF/, '') : text).trim()
        if (line !== '') yield { number, line }
      }
      if (length === 0) return
    }
  } catch (error) {
    throw unreadable(file, error)
  } finally {
    closeSync(handle)
  }
}

function opened(file: string): number {
  try {
    return openSync(file, 'r')
  } catch (error) {
    throw unreadable(file, error)
  }
}

/** What the file system says; any other error is one of whoever uses the lines. */
function unreadable(file: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException
  return syscall === undefined ? error : new InvalidScenario([`${file}: cannot be read (${code})`])
}
