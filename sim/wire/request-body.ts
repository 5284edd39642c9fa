import type { IncomingMessage } from 'node:http'
import { MAX_BODY_BYTES } from './http-door.ts'

/** The most that is read of a request that has been refused, so that its client gets to read the refusal. */
const MAX_DRAINED_BYTES = 64 * 1024 * 1024

/** The body; null if it is too long, of which the rest is not read. @throws when the client breaks off or sends no HTTP */
export async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length
    if (bytes > MAX_BODY_BYTES) return null
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

/** Reads and drops what remains of a request; resolves at its end, or when the connection is closed. */
export function drain(request: IncomingMessage): Promise<void> {
  let bytes = 0
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > MAX_DRAINED_BYTES) request.socket.destroy()
    })
    request.once('close', resolve)
    request.once('end', resolve)
    request.resume()
    if (request.readableEnded || request.destroyed) resolve()
  })
}
