import { isUtf8 } from 'node:buffer'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { InvalidScenario } from './invalid-scenario.ts'

const CHUNK_BYTES = 1 << 20
const NEWLINE = 0x0a

/**
 * The text of a file, which must be UTF-8 and of at most so many bytes. What is no file, such as a folder or `/dev/zero`, is
 * not read; a pipe is. @throws InvalidScenario
 */
export function readBounded(file: string, mostBytes: number): string {
  const bytes = bytesOf(file, mostBytes)
  if (bytes.length > mostBytes) throw new InvalidScenario([`${file}: is larger than ${sizeText(mostBytes)}`])
  if (!isUtf8(bytes)) throw new InvalidScenario([`${file}:${lineOfForeignBytes(bytes)}: is not UTF-8 text`])
  return bytes.toString('utf8')
}

/** All of the file, or a little more than the limit. */
function bytesOf(file: string, mostBytes: number): Buffer {
  try {
    const handle = openSync(file, 'r')
    try {
      const stat = fstatSync(handle)
      if (!stat.isFile() && !stat.isFIFO()) throw new InvalidScenario([`${file}: is not a file`])
      return read(handle, mostBytes)
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    if (error instanceof InvalidScenario) throw error
    throw new InvalidScenario([`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`])
  }
}

function read(handle: number, mostBytes: number): Buffer {
  const chunks: Buffer[] = []
  for (let length = 0; length <= mostBytes; ) {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    const count = readSync(handle, chunk)
    if (count === 0) break
    chunks.push(chunk.subarray(0, count))
    length += count
  }
  return Buffer.concat(chunks)
}

/** The first line with bytes that are not UTF-8; no line ends within a character. */
function lineOfForeignBytes(bytes: Buffer): number {
  let from = 0
  for (let line = 1; ; line++) {
    const end = bytes.indexOf(NEWLINE, from)
    if (end < 0 || !isUtf8(bytes.subarray(from, end))) return line
    from = end + 1
  }
}

const sizeText = (bytes: number): string => (bytes < CHUNK_BYTES ? `${bytes / 1024} KiB` : `${bytes / CHUNK_BYTES} MiB`)
