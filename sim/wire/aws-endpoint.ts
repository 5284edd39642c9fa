import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { OutsideClients } from '../kernel/outside-clients.ts'
import { AwsRequests } from './aws-requests.ts'
import { AwsServices, type ServicesOptions } from './aws-services.ts'
import { withoutTimeouts } from './no-timeouts.ts'
import { OutsideConnections } from './outside-connections.ts'
import { PortInUse } from './port-in-use.ts'
import type { Credentials } from './sign-in.ts'
import { Visitor } from './visitor.ts'

export interface AwsEndpointOptions extends ServicesOptions {
  /** Loopback port; 0 lets the system choose. */
  readonly port: number
  /** What the controller signs with, if there is one; any other access key is a client from outside. */
  readonly controller: Credentials | null
  /** What clients from outside do. */
  readonly outside: OutsideClients
}

export interface AwsEndpoint {
  readonly url: string
  close(): Promise<void>
}

/**
 * The AWS APIs of the twin over plain HTTP on 127.0.0.1, for unmodified SDK clients and the AWS CLI. The service is read
 * from the credential scope of the signature, because paths of different services collide. Any signature is taken but for
 * the controller's access key, which is checked. The `Date` header keeps the real time: simulated time would make the SDK
 * retry every error as clock skew.
 * @throws PortInUse
 */
export async function startAwsEndpoint(options: AwsEndpointOptions): Promise<AwsEndpoint> {
  const services = await AwsServices.load(options)
  const connections = new OutsideConnections()
  const requests = new AwsRequests({ ...options, services, connections })
  const server = withoutTimeouts(createServer())
  const answer = (request: IncomingMessage, response: ServerResponse): void =>
    void requests.answer(request, response, port)
  server.on('request', answer)
  server.on('checkContinue', answer)
  server.on('connection', (socket: Socket) => connections.opened(socket))
  server.on('clientError', (error: Error, socket: Socket) => {
    new Visitor(options.outside, null).failed('HTTP', error)
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
    else socket.destroy()
  })
  const port = await listen(server, options.port).catch((error: unknown) => {
    connections.close()
    throw error
  })
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        connections.close()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortInUse('HTTP', port) : error),
    )
    server.listen(port, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  })
}
