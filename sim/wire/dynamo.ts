import dynalite from 'dynalite'
import { withoutTimeouts } from './no-timeouts.ts'
import { PortInUse } from './port-in-use.ts'

export interface Dynamo {
  readonly url: string
  close(): Promise<void>
}

/** The DynamoDB API on a loopback port, in memory, without the seconds that AWS needs to create a table. */
export function startDynamo(): Promise<Dynamo> {
  const server = withoutTimeouts(dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }))
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortInUse('DynamoDB', 0) : error),
    )
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      resolve({
        url: `http://127.0.0.1:${port}`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            server.closeAllConnections()
          }),
      })
    })
  })
}
