import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { ServiceName, Services } from '../cloud/base/operations.ts'
import type { ApiFaults } from '../faults/families/api-faults.ts'
import { ServiceEndpoint } from '../protocol/service-endpoint.ts'
import { loadServiceModel, SERVICES } from '../protocol/service-model.ts'
import type { LambdaFunctions } from '../twin/level.ts'
import { answerInvoke } from './lambda-api.ts'
import { withoutTimeouts } from './no-timeouts.ts'
import { PortInUse } from './port-in-use.ts'

export interface AwsEndpointOptions {
  /** Loopback port; 0 lets the system choose. */
  readonly port: number
  /** Emulated operations by signing name. */
  readonly services: Services
  /** Functions that can be invoked by the API of Lambda; none if absent. */
  readonly functions?: LambdaFunctions | undefined
  /** Act on the controller's calls, and on no other client's. */
  readonly faults?: ApiFaults
  /** Called for every call of an emulated operation. */
  readonly onCall: (service: ServiceName, operation: string) => void
  /** An operation threw something that is not an AWS error. */
  readonly onBug: (error: unknown) => void
}

export interface AwsEndpoint {
  readonly url: string
  close(): Promise<void>
}

/** The access key that the controller's clients sign with; any other client uses another one. */
export const CONTROLLER_ACCESS_KEY = 'rehearsal'

const MAX_BODY_BYTES = 1024 * 1024

/**
 * The AWS APIs of the twin over plain HTTP on 127.0.0.1, for unmodified SDK clients and the AWS CLI. The service is read
 * from the credential scope of the signature, because paths of different services collide; the signature is not checked.
 * The `Date` header keeps the real time: simulated time would make the SDK retry every error as clock skew.
 * @throws PortInUse
 */
export async function startAwsEndpoint(options: AwsEndpointOptions): Promise<AwsEndpoint> {
  const endpoints = new Map<string, ServiceEndpoint>()
  for (const service of SERVICES) {
    const operations = options.services[service]
    if (operations === undefined) continue
    const onCall = (operation: string): void => options.onCall(service, operation)
    endpoints.set(
      service,
      new ServiceEndpoint(await loadServiceModel(service), operations, { onCall, onBug: options.onBug }),
    )
  }
  const server = withoutTimeouts(
    createServer((request, response) => {
      answer(endpoints, options, request, response).catch(options.onBug)
    }),
  )
  const port = await listen(server, options.port)
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(
  endpoints: ReadonlyMap<string, ServiceEndpoint>,
  { faults, functions }: Pick<AwsEndpointOptions, 'faults' | 'functions'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request)
  if (body === null)
    return refuse(response, 413, 'RequestEntityTooLargeException', `body above ${MAX_BODY_BYTES} bytes`)
  const scope = credentialScope(request.headers.authorization)
  if (scope === null) return refuse(response, 403, 'MissingAuthenticationTokenException', 'the request is not signed')
  const [path, query] = (request.url as string).split('?') as [string, string | undefined]
  const { method = 'GET', headers } = request
  const incoming = { method, path, query: new URLSearchParams(query), headers, body }
  if (scope === 'lambda' && functions !== undefined) {
    const invoked = await answerInvoke(functions, incoming)
    return send(response, invoked.statusCode, invoked.headers, invoked.body)
  }
  const endpoint = endpoints.get(scope)
  if (endpoint === undefined) {
    const known = [...endpoints.keys(), ...(functions === undefined ? [] : ['lambda'])].join(', ')
    return refuse(response, 501, 'NotEmulated', `the service "${scope}" is not emulated (emulated services: ${known})`)
  }
  const isController = headers.authorization?.includes(`Credential=${CONTROLLER_ACCESS_KEY}/`) === true
  const call = isController ? (faults?.begin(scope as ServiceName) ?? undefined) : undefined
  const result = endpoint.handle(incoming, call)
  if ((await call?.reply()) === 'lost') return void request.socket.destroy()
  send(response, result.statusCode, result.headers, result.body)
}

/** `Credential=AKID/20260302/eu-central-1/greengrass/aws4_request` -> greengrass; old clients sign iot as execute-api. */
function credentialScope(authorization: string | undefined): string | null {
  const service = /Credential=[^/]+\/[^/]+\/[^/]+\/([^/]+)\//.exec(authorization ?? '')?.[1]
  if (service === undefined) return null
  return service === 'execute-api' ? 'iot' : service
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length
    if (bytes > MAX_BODY_BYTES) return null
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

function refuse(response: ServerResponse, statusCode: number, name: string, message: string): void {
  const headers = { 'content-type': 'application/json', 'x-amzn-errortype': name }
  send(response, statusCode, headers, Buffer.from(JSON.stringify({ message })))
}

function send(
  response: ServerResponse,
  statusCode: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): void {
  response.writeHead(statusCode, { ...headers, 'content-length': body.length })
  response.end(body)
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortInUse('HTTP', port) : error),
    )
    server.listen(port, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  })
}
