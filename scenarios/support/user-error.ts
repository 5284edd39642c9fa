import { EXIT } from './exit-codes.ts'

/** The user stopped the run. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  readonly exitCode = EXIT.interrupted

  constructor() {
    super('interrupted; no report was written')
  }
}

/** The requested fleet cannot be built. */
export class InvalidFleet extends Error {
  override readonly name = 'InvalidFleet'
  readonly exitCode = EXIT.usage
}

/** The plant has no such line. */
export class NoSuchLine extends Error {
  override readonly name = 'NoSuchLine'
  readonly exitCode = EXIT.usage

  constructor(line: number) {
    super(`the plant has no line ${line}`)
  }
}

/** No rehearsal is listening at the endpoint. */
export class NoRehearsal extends Error {
  override readonly name = 'NoRehearsal'
  readonly exitCode = EXIT.usage

  constructor(endpoint: string, cause: unknown) {
    super(
      `no rehearsal is listening at ${endpoint}; pass the --endpoint it printed at start, or start it with --http-port`,
      {
        cause,
      },
    )
  }
}

/** No generated scenario lies at the path. */
export class NoSuchPath extends Error {
  override readonly name = 'NoSuchPath'
  readonly exitCode = EXIT.usage

  constructor(path: string, cause: unknown) {
    super(`--path ${path} leads to no scenario of this seed and version; run without --path to search anew`, { cause })
  }
}

/** A file does not hold the result of `rehearse fuzz --json`. */
export class NotACampaign extends Error {
  override readonly name = 'NotACampaign'
  readonly exitCode = EXIT.usage

  constructor(file: string, cause: unknown) {
    super(`${file} is not the output of rehearse fuzz --json`, { cause })
  }
}

/** The name is not valid for a scenario file. */
export class InvalidName extends Error {
  override readonly name = 'InvalidName'
  readonly exitCode = EXIT.usage
}

/** The file already exists, and is not overwritten. */
export class WouldOverwrite extends Error {
  override readonly name = 'WouldOverwrite'
  readonly exitCode = EXIT.usage
}

/** What a disk says that has failed or is full; anything else is about the name that the user gave. */
const OF_THE_DISK: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT', 'EIO']

/** A file or folder cannot be written. */
export class CannotWrite extends Error {
  override readonly name = 'CannotWrite'
  readonly exitCode: number

  constructor(file: string, cause: unknown) {
    const { code } = cause as NodeJS.ErrnoException
    super(`cannot write ${file} (${code ?? cause})`, { cause })
    this.exitCode = OF_THE_DISK.includes(code) ? EXIT.internal : EXIT.usage
  }
}

/**
 * Prints an error for the user and returns the exit code. An error with an `exitCode` is expected; any other is a bug, a
 * violated `invariant:` of our own among them, and is printed with the command that replays it.
 */
export function reportError(error: unknown, stderr: { write(text: string): unknown }, command: string): number {
  const { exitCode, message, stack } = error as Error & { exitCode?: unknown }
  if (process.env.REHEARSE_DEBUG !== undefined) stderr.write(`${stack}\n`)
  if (typeof exitCode === 'number') {
    for (const line of message.split('\n')) stderr.write(`rehearse: ${line}\n`)
    return exitCode
  }
  stderr.write(`rehearse: internal error: ${message ?? error} (REHEARSE_DEBUG=1 shows where)\n`)
  stderr.write(`rehearse: replay: ${command}\n`)
  return EXIT.internal
}
