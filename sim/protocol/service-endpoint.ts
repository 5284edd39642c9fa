import { type AwsError, NotEmulated } from '../cloud/base/aws-error.ts'
import type { Operations } from '../cloud/base/operations.ts'
import { decodeAwsQuery, encodeAwsQuery, encodeQueryError } from './aws-query.ts'
import { requireConstraints } from './constraints/check.ts'
import { errorResponse } from './error-response.ts'
import { nearestOperation } from './nearest-operation.ts'
import { asRefusal, internalError } from './refusals.ts'
import {
  decodeRestJson,
  encodeRestJson,
  type HttpRequest,
  type HttpResponse,
  parseBody,
  withPayloadBytes,
} from './rest-json.ts'
import { Router } from './router.ts'
import type { OperationModel, ServiceModel } from './service-model.ts'
import { decodeInput, encodeShape } from './shapes.ts'

/** A request with its method and still encoded path. */
export interface ServiceRequest extends HttpRequest {
  readonly method: string
  readonly path: string
  /** Identifies the request in its response. */
  readonly requestId: string
}

/** For whom an operation is called. */
export interface Caller {
  /** An emulated operation is called. @throws AwsError that refuses the call */
  admit(operation: string): void
  /** The operation failed with an error that is no AWS error. */
  onBug(error: unknown): void
}

/** A request, answered. */
export interface Handled {
  readonly response: HttpResponse
  /** The operation that the request names; null if none. */
  readonly operation: string | null
  /** Null until the request could be decoded. */
  readonly input: Readonly<Record<string, unknown>> | null
  readonly output: object | null
  /** What the request was refused with; null if it was carried out. */
  readonly error: AwsError | null
}

type Progress = { -readonly [K in keyof Handled]: Handled[K] }

/** An operation as it is called with a decoded input. */
type DecodedOperation = (input: Readonly<Record<string, unknown>>) => object

/** One service: requests in, responses out, over the operations that the twin emulates. */
export class ServiceEndpoint {
  readonly #model: ServiceModel
  #router: Router | null = null
  readonly #operations: Operations

  constructor(model: ServiceModel, operations: Operations) {
    this.#model = model
    this.#operations = operations
  }

  /** One call in the SDK's own shapes, without a message: the operation's answer, or the error that refuses it. */
  call(name: string, input: Record<string, unknown>, caller: Caller): object | AwsError {
    try {
      const operation = this.#model.operations.get(name)
      if (operation === undefined) throw new NotEmulated(`${this.#model.service} ${name}`)
      const run = this.#operationOrThrow(operation, caller)
      const bytes = withPayloadBytes(operation.input, input)
      requireConstraints(this.#model.constraints, name, bytes)
      return run(bytes)
    } catch (error) {
      return this.#refusalFor(error, caller)
    }
  }

  handle(request: ServiceRequest, caller: Caller): Handled {
    const progress: Partial<Progress> = {}
    const done = (response: HttpResponse, error: AwsError | null): Handled => ({
      operation: null,
      input: null,
      output: null,
      ...progress,
      response,
      error,
    })
    try {
      return done(this.#inProtocol(request, caller, progress), null)
    } catch (thrown) {
      const error = this.#refusalFor(thrown, caller)
      return done(this.#errorResponse(error, request.requestId), error)
    }
  }

  #inProtocol(request: ServiceRequest, caller: Caller, progress: Partial<Progress>): HttpResponse {
    switch (this.#model.protocol) {
      case 'aws-json':
        return this.#awsJson(request, caller, progress)
      case 'aws-query':
        return this.#awsQuery(request, caller, progress)
      case 'rest-json':
        return this.#restJson(request, caller, progress)
    }
  }

  #restJson(request: ServiceRequest, caller: Caller, progress: Partial<Progress>): HttpResponse {
    this.#router ??= new Router(this.#model)
    const route = this.#router.find(request.method, request.path)
    if (route === null) throw new NotEmulated(`${request.method} ${request.path} of ${this.#model.service}`)
    const run = this.#begin(route.operation, caller, progress)
    return encodeRestJson(route, run(decodeRestJson(route, request)))
  }

  #awsJson(request: ServiceRequest, caller: Caller, progress: Partial<Progress>): HttpResponse {
    const name = String(request.headers['x-amz-target']).split('.')[1] ?? ''
    const operation = this.#model.operations.get(name)
    if (operation === undefined) throw new NotEmulated(`the target ${request.headers['x-amz-target']}`)
    const run = this.#begin(operation, caller, progress)
    const output = run(decodeInput(operation.input, parseBody(request.body)))
    const shown = operation.output.isUnitSchema() ? {} : encodeShape(operation.output, output)
    return {
      statusCode: 200,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: Buffer.from(JSON.stringify(shown)),
    }
  }

  #awsQuery(request: ServiceRequest, caller: Caller, progress: Partial<Progress>): HttpResponse {
    const form = new URLSearchParams(request.body.toString())
    const operation = this.#model.operations.get(form.get('Action') ?? '')
    if (operation === undefined) throw new NotEmulated(`the action ${form.get('Action')}`)
    const run = this.#begin(operation, caller, progress)
    return encodeAwsQuery(operation, run(decodeAwsQuery(operation, form)), request.requestId)
  }

  /** The operation's run, which checks what has been decoded, and keeps what became of the request. */
  #begin(operation: OperationModel, caller: Caller, progress: Partial<Progress>): DecodedOperation {
    progress.operation = operation.name
    const run = this.#operationOrThrow(operation, caller)
    return (input) => {
      progress.input = input
      requireConstraints(this.#model.constraints, operation.name, input)
      const output = run(input)
      progress.output = output
      return output
    }
  }

  #operationOrThrow({ name }: OperationModel, caller: Caller): DecodedOperation {
    const operation = this.#operations[name]
    if (operation === undefined) {
      const nearest = nearestOperation(name, Object.keys(this.#operations))
      throw new NotEmulated(`${this.#model.service} ${name} (nearest emulated operation: ${nearest})`)
    }
    caller.admit(name)
    // The one place where an input loses its type: what is passed has been checked against this operation's schema, from
    // which the SDK's type of the input was generated as well; at the model level a client has built it by that type.
    return operation as DecodedOperation
  }

  #refusalFor(error: unknown, caller: Caller): AwsError {
    const refusal = asRefusal(this.#model, error)
    if (refusal !== null) return refusal
    caller.onBug(error)
    return internalError(this.#model.service)
  }

  #errorResponse(error: AwsError, requestId: string): HttpResponse {
    const { protocol } = this.#model
    if (protocol === 'aws-query') return encodeQueryError(this.#model, error, requestId)
    return errorResponse(protocol === 'aws-json' ? 'aws-json-1.1' : 'rest-json', error, requestId)
  }
}
