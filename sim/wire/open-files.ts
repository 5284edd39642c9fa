/** Both ends of a connection are in this process. [source: descriptors-per-connection] */
const PER_CONNECTION = 2
/** Files, pipes, listening sockets and the SDK's own connections. */
const RESERVE = 100

/** The process may not open as many sockets as there are devices. */
export class TooFewOpenFiles extends Error {
  override readonly name = 'TooFewOpenFiles'
  readonly exitCode = 70

  constructor(connections: number, needed: number, limit: number) {
    super(
      `${connections} connections need ${needed} open files, ${limit} are allowed: ` +
        `run "ulimit -n ${needed}" first, or use --connections multiplexed or --level model`,
    )
  }
}

/** Node raises the soft limit to the hard one by itself, so the soft limit is what is available. @throws TooFewOpenFiles */
export function requireOpenFiles(connections: number, limit = openFileLimit()): void {
  const needed = connections * PER_CONNECTION + RESERVE
  if (limit < needed) throw new TooFewOpenFiles(connections, needed, limit)
}

/** Infinity where the system has no limit or reports none. */
function openFileLimit(): number {
  const report = process.report.getReport() as unknown as { userLimits?: { open_files?: { soft: number | string } } }
  const limit = Number(report.userLimits?.open_files?.soft)
  return Number.isFinite(limit) ? limit : Number.POSITIVE_INFINITY
}
