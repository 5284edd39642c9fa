import type { IncomingMessage, ServerResponse } from 'node:http'
import { AwsError } from '../cloud/base/aws-error.ts'
import type { OutsideClients } from '../kernel/outside-clients.ts'
import { errorFormOf, errorResponse } from '../protocol/error-response.ts'
import type { HttpResponse } from '../protocol/rest-json.ts'
import { type AdmittedRequest, type AwsServices, nameOf } from './aws-services.ts'
import { bodyTooLarge, refusalAtDoor } from './http-door.ts'
import type { OutsideConnections } from './outside-connections.ts'
import { drain, readBody } from './request-body.ts'
import { type Credentials, isSignedBy, readAuthorization, type SignedFor, wrongSignature } from './sign-in.ts'
import { linkForm } from './subscription-link.ts'
import { Visitor } from './visitor.ts'

export interface AwsRequestsParts {
  readonly services: AwsServices
  readonly connections: OutsideConnections
  readonly outside: OutsideClients
  /** The identity of the controller, which no other client can take. */
  readonly controller: Credentials | null
  readonly onBug: (error: unknown) => void
}

/** What is known of a request before its body is read. */
type Announced = Omit<AdmittedRequest, 'body' | 'scope'> & { readonly scope: string | null }

/** Lets requests in, finds out who has sent them, and answers. What goes wrong for a visitor is the visitor's. */
export class AwsRequests {
  readonly #parts: AwsRequestsParts
  #requests = 0

  constructor(parts: AwsRequestsParts) {
    this.#parts = parts
  }

  /** `port`: the one that the server listens to. Does not reject. */
  async answer(request: IncomingMessage, response: ServerResponse, port: number): Promise<void> {
    const { socket } = request
    const { connections, outside } = this.#parts
    // A broken connection is told where it is read or written.
    request.on('error', () => undefined)
    response.on('error', () => undefined)
    connections.begins(socket)
    const claim = readAuthorization(request.headers.authorization)
    const signed = claim instanceof AwsError ? null : claim
    const announced = this.#announced(request, signed)
    const visitor = new Visitor(outside, signed?.accessKeyId ?? null)
    try {
      const link = linkForm(request)
      const refusal = refusalAtDoor(request, port) ?? (claim instanceof AwsError && link === null ? claim : null)
      if (refusal !== null) return await refuseUnread(request, response, announced, visitor, refusal)
      if (request.headers.expect !== undefined) response.writeContinue()
      const body = await readBody(request)
      if (body === null) return await refuseUnread(request, response, announced, visitor, bodyTooLarge())
      if (link !== null) return await this.#serve(request, response, linkRequest(announced, link), null)
      await this.#serve(
        request,
        response,
        { ...announced, scope: (signed as SignedFor).scope, body },
        signed as SignedFor,
      )
    } catch (error) {
      // The twin's own errors are caught where its work is done: this is a client that breaks off or sends no HTTP.
      if (signed === null || !this.#claimsController(signed)) visitor.failed(lineOf(announced), error)
      socket.destroy()
    }
  }

  async #serve(
    { socket }: IncomingMessage,
    response: ServerResponse,
    admitted: AdmittedRequest,
    signed: SignedFor | null,
  ): Promise<void> {
    const { connections } = this.#parts
    connections.serves(socket)
    try {
      const answered = await this.#answerOf(admitted, signed, () => connections.trust(socket))
      if (answered === null) socket.destroy()
      else send(response, answered, admitted.requestId)
    } finally {
      connections.answered(socket)
    }
  }

  /** `signed` is null for a link that is opened without a signature. */
  async #answerOf(request: AdmittedRequest, signed: SignedFor | null, trust: () => void): Promise<HttpResponse | null> {
    const { services, controller, outside, onBug } = this.#parts
    const visitor = new Visitor(outside, signed?.accessKeyId ?? null)
    const isController = controller !== null && signed !== null && (await isSignedBy(controller, signed, request))
    try {
      if (isController) {
        trust()
        return await services.forController(request)
      }
      if (signed !== null && this.#claimsController(signed))
        return refused(request, visitor, wrongSignature(errorFormOf(request) === 'query'))
      return await services.forVisitor(request, visitor)
    } catch (error) {
      if (isController) onBug(error)
      else visitor.failed(nameOf(request), error)
      return errorResponse(errorFormOf(request), internalFailure(), request.requestId)
    }
  }

  #claimsController({ accessKeyId }: SignedFor): boolean {
    return accessKeyId === this.#parts.controller?.accessKeyId
  }

  /** Identifiers of requests are counted: they are the same in every run, and no stream of chance is touched. */
  #announced(request: IncomingMessage, signed: SignedFor | null): Announced {
    this.#requests += 1
    const [path, query] = (request.url as string).split('?') as [string, string | undefined]
    return {
      method: request.method as string,
      path,
      query: new URLSearchParams(query),
      headers: request.headers,
      scope: signed?.scope ?? null,
      requestId: `00000000-0000-4000-8000-${this.#requests.toString(16).padStart(12, '0')}`,
    }
  }
}

/** The request of the Query protocol that a link stands for. */
const linkRequest = (announced: Announced, form: string): AdmittedRequest => ({
  ...announced,
  method: 'POST',
  scope: 'sns',
  body: Buffer.from(form),
})

const internalFailure = (): AwsError => new AwsError('InternalFailure', 500, 'internal error of the twin')

const lineOf = ({ method, path }: Announced): string => `${method} ${path.slice(0, 128)}`

function refused(request: AdmittedRequest, visitor: Visitor, error: AwsError): HttpResponse {
  visitor.wasRefused(nameOf(request), error)
  return errorResponse(errorFormOf(request), error, request.requestId)
}

/**
 * Refuses a request whose body has not been read. The answer is sent at once and the connection is closed; the body is
 * still taken from it, because a client that is sending gets no answer from a connection that is closed.
 */
async function refuseUnread(
  request: IncomingMessage,
  response: ServerResponse,
  announced: Announced,
  visitor: Visitor,
  error: AwsError,
): Promise<void> {
  visitor.wasRefused(lineOf(announced), error)
  const { statusCode, headers, body } = errorResponse(errorFormOf(announced), error, announced.requestId)
  const length = { 'content-length': body.length, 'x-amzn-requestid': announced.requestId, connection: 'close' }
  response.writeHead(statusCode, { ...headers, ...length })
  response.write(body)
  await drain(request)
  response.end()
}

function send(response: ServerResponse, { statusCode, headers, body }: HttpResponse, requestId: string): void {
  response.writeHead(statusCode, { ...headers, 'x-amzn-requestid': requestId, 'content-length': body.length })
  response.end(body)
}
