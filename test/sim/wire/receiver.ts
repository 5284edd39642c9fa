import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The JSON of the text; empty if it is none. */
  readonly body: Readonly<Record<string, string>>
}

export interface Receiver {
  readonly url: string
  readonly received: readonly Received[]
  /** Resolves when so many have come. */
  got(count: number): Promise<void>
  close(): Promise<void>
}

/** An HTTP server on a port of its own that keeps what it is sent; it answers 200, unless `answer` does otherwise. */
export async function openReceiver(
  answer: (response: ServerResponse) => void = (response) => void response.end(),
): Promise<Receiver> {
  const received: Received[] = []
  let waiting: (() => void)[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    received.push({ headers: request.headers, text, body: text.startsWith('{') ? JSON.parse(text) : {} })
    const told = waiting
    waiting = []
    for (const tell of told) tell()
    answer(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    async got(count) {
      while (received.length < count) await new Promise<void>((resolve) => waiting.push(resolve))
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
