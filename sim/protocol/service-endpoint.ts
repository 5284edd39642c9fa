import { distance } from 'fastest-levenshtein'
import { AwsError, NotEmulated } from '../cloud/base/aws-error.ts'
import type { Operations } from '../cloud/base/operations.ts'
import { decodeAwsQuery, encodeAwsQuery, encodeQueryError } from './aws-query.ts'
import {
  decodeRestJson,
  encodeRestJson,
  type HttpRequest,
  type HttpResponse,
  parseBody,
  requireMembers,
  withPayloadBytes,
} from './rest-json.ts'
import { Router } from './router.ts'
import { type OperationModel, type ServiceModel, VALIDATION_ERROR } from './service-model.ts'
import { decodeShape, encodeShape, MalformedRequest } from './shapes.ts'

/** A request with its method and still encoded path. */
export interface ServiceRequest extends HttpRequest {
  readonly method: string
  readonly path: string
}

/** A check before the operations: admits a call, or throws the AwsError that refuses it. */
export interface Gate {
  admit(operation: string): void
}
const OPEN: Gate = { admit: () => undefined }

/** An operation as it is called with a decoded input. */
type DecodedOperation = (input: Readonly<Record<string, unknown>>) => object

/** One service: requests in, responses out, over the operations that the twin emulates. */
export class ServiceEndpoint {
  readonly #model: ServiceModel
  #router: Router | null = null
  readonly #operations: Operations
  readonly #onCall: (operation: string) => void
  readonly #onBug: (error: unknown) => void

  constructor(
    model: ServiceModel,
    operations: Operations,
    hooks: { onCall: (operation: string) => void; onBug: (error: unknown) => void },
  ) {
    this.#model = model
    this.#operations = operations
    this.#onCall = hooks.onCall
    this.#onBug = hooks.onBug
  }

  /** One call in the SDK's own shapes, without a message: the operation's answer, or the error that refuses it. */
  call(name: string, input: Record<string, unknown>, gate: Gate = OPEN): object | AwsError {
    try {
      const operation = this.#model.operations.get(name)
      if (operation === undefined) throw new NotEmulated(`${this.#model.service} ${name}`)
      const run = this.#operationOrThrow(operation, gate)
      requireMembers(operation.input, input)
      return run(withPayloadBytes(operation.input, input))
    } catch (error) {
      return this.#asAwsError(error)
    }
  }

  handle(request: ServiceRequest, gate: Gate = OPEN): HttpResponse {
    try {
      return this.#inProtocol(request, gate)
    } catch (error) {
      return this.#errorResponse(this.#asAwsError(error))
    }
  }

  #inProtocol(request: ServiceRequest, gate: Gate): HttpResponse {
    switch (this.#model.protocol) {
      case 'aws-json':
        return this.#awsJson(request, gate)
      case 'aws-query':
        return this.#awsQuery(request, gate)
      case 'rest-json':
        return this.#restJson(request, gate)
    }
  }

  #restJson(request: ServiceRequest, gate: Gate): HttpResponse {
    this.#router ??= new Router(this.#model)
    const route = this.#router.find(request.method, request.path)
    if (route === null) throw new NotEmulated(`${request.method} ${request.path} of ${this.#model.service}`)
    const run = this.#operationOrThrow(route.operation, gate)
    return encodeRestJson(route, run(decodeRestJson(route, request)))
  }

  #awsJson(request: ServiceRequest, gate: Gate): HttpResponse {
    const name = String(request.headers['x-amz-target']).split('.')[1] ?? ''
    const operation = this.#model.operations.get(name)
    if (operation === undefined) throw new NotEmulated(`the target ${request.headers['x-amz-target']}`)
    const run = this.#operationOrThrow(operation, gate)
    const input = decodeShape(operation.input, parseBody(request.body), '') as Record<string, unknown>
    requireMembers(operation.input, input)
    const output = operation.output.isUnitSchema() ? {} : encodeShape(operation.output, run(input))
    return {
      statusCode: 200,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: Buffer.from(JSON.stringify(output)),
    }
  }

  #awsQuery({ body }: ServiceRequest, gate: Gate): HttpResponse {
    const form = new URLSearchParams(body.toString())
    const operation = this.#model.operations.get(form.get('Action') ?? '')
    if (operation === undefined) throw new NotEmulated(`the action ${form.get('Action')}`)
    const run = this.#operationOrThrow(operation, gate)
    const input = decodeAwsQuery(operation, form)
    requireMembers(operation.input, input)
    return encodeAwsQuery(operation, run(input))
  }

  #operationOrThrow({ name }: OperationModel, gate: Gate): DecodedOperation {
    const operation = this.#operations[name]
    if (operation === undefined) {
      const nearest = Object.keys(this.#operations).sort((a, b) => distance(a, name) - distance(b, name))[0]
      throw new NotEmulated(`${this.#model.service} ${name} (nearest emulated operation: ${nearest})`)
    }
    this.#onCall(name)
    gate.admit(name)
    // The one place where an input loses its type: what is passed has been checked against this operation's schema, from
    // which the SDK's type of the input was generated as well; at the model level a client has built it by that type.
    return operation as DecodedOperation
  }

  #asAwsError(error: unknown): AwsError {
    if (error instanceof AwsError) return error
    const { service } = this.#model
    if (error instanceof MalformedRequest) {
      const fields = [{ name: error.member, message: error.message }]
      return new AwsError(VALIDATION_ERROR[service], 400, error.message, {
        ...(service === 'greengrass' && { reason: 'FIELD_VALIDATION_FAILED', fields }),
      })
    }
    this.#onBug(error)
    const name = service === 'greengrass' ? 'InternalServerException' : 'InternalFailureException'
    return new AwsError(name, 500, 'internal error of the twin')
  }

  /** REST-JSON has the error's name in a header, AWS JSON in the body; both have a message. [source: error-bodies] */
  #errorResponse(error: AwsError): HttpResponse {
    if (this.#model.protocol === 'aws-query') return encodeQueryError(this.#model, error)
    const { name, statusCode, message, members } = error
    const isJson = this.#model.protocol === 'aws-json'
    return {
      statusCode,
      headers: { 'content-type': 'application/json', ...(!isJson && { 'x-amzn-errortype': name }) },
      body: Buffer.from(JSON.stringify({ ...(isJson && { __type: name }), message, ...members })),
    }
  }
}
