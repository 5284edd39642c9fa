import type { Server } from 'node:http'
import dynalite from 'dynalite'

export interface Dynamo {
  readonly url: string
  close(): Promise<void>
}

/** DynamoDB on a loopback port, for the controller without a twin. */
export function startDynamo(): Promise<Dynamo> {
  const server: Server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      const close = (): Promise<void> =>
        new Promise((closed) => {
          server.close(() => closed())
          server.closeAllConnections()
        })
      resolve({ url: `http://127.0.0.1:${port}`, close })
    })
  })
}
