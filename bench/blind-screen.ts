import { PassThrough } from 'node:stream'

/** The dashboard's program on a terminal without a display: it draws every frame, and discards the output. */

const SIZE = { columns: 160, rows: 50 }

const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined })
const output = Object.assign(new PassThrough(), { isTTY: true, ...SIZE }).resume()
Object.defineProperties(process, { stdin: { value: input }, stdout: { value: output } })
await import('../reports/dashboard/main.ts')
