import { AwsError, NotEmulated } from '../cloud/base/aws-error.ts'
import { errorResponse } from '../protocol/error-response.ts'
import type { HttpResponse } from '../protocol/rest-json.ts'
import type { ServiceRequest } from '../protocol/service-endpoint.ts'
import type { LambdaFunctions } from '../twin/level.ts'
import { functionNamed, readFunctions } from './lambda-functions.ts'
import type { Visitor } from './visitor.ts'

const INVOKE_PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/
/** Headers of Invoke that are not emulated. */
const NOT_EMULATED = ['x-amz-client-context', 'x-amz-durable-execution-name'] as const
const TYPES = ['RequestResponse', 'Event', 'DryRun']

/**
 * Lambda's operations, as far as clients need them to find and call the controller's functions. Invoke: RequestResponse,
 * Event and DryRun of the version $LATEST, without logs in the answer. [source: lambda-invoke]
 */
export async function answerLambda(
  functions: LambdaFunctions,
  request: ServiceRequest,
  visitor: Visitor,
): Promise<HttpResponse> {
  try {
    return await answer(functions, request, visitor)
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    visitor.wasRefused(request.method === 'GET' ? `lambda ${request.path}` : 'lambda Invoke', error)
    return errorResponse('lambda', error, request.requestId)
  }
}

/** @throws AwsError */
async function answer(functions: LambdaFunctions, request: ServiceRequest, visitor: Visitor): Promise<HttpResponse> {
  const { method, path } = request
  if (method === 'GET') return readFunctions(functions, request, visitor)
  const named = INVOKE_PATH.exec(path)?.[1]
  if (method !== 'POST' || named === undefined) throw new NotEmulated(`${method} ${path} of lambda`)
  return invoke(functions, functionNamed(named, functions), request, visitor)
}

async function invoke(
  functions: LambdaFunctions,
  name: string,
  request: ServiceRequest,
  visitor: Visitor,
): Promise<HttpResponse> {
  requireEmulated(request)
  const payload = payloadOf(request)
  const type = String(request.headers['x-amz-invocation-type'] ?? 'RequestResponse')
  if (!TYPES.includes(type)) {
    throw new AwsError('InvalidParameterValueException', 400, `Value '${type}' at 'invocationType' is not valid`)
  }
  if (type === 'DryRun') return { statusCode: 204, headers: {}, body: Buffer.alloc(0) }
  const run = functions.call(name, payload, visitor.client)
  if (type === 'RequestResponse') return answerOf(run)
  void run.catch(() => undefined) // the trace records it
  return { statusCode: 202, headers: {}, body: Buffer.alloc(0) }
}

function requireEmulated({ query, headers }: ServiceRequest): void {
  const qualifier = query.get('Qualifier') ?? '$LATEST'
  if (qualifier !== '$LATEST') throw new NotEmulated(`the function version ${qualifier}`)
  const unknown = NOT_EMULATED.find((header) => headers[header] !== undefined)
  if (unknown !== undefined) throw new NotEmulated(`the header ${unknown} of Invoke`)
  if ((headers['x-amz-log-type'] ?? 'None') !== 'None') throw new NotEmulated('logs in the answer of Invoke')
}

/** An empty body is an empty event. */
function payloadOf({ body }: ServiceRequest): unknown {
  if (body.length === 0) return {}
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new AwsError('InvalidRequestContentException', 400, 'Could not parse request body into json')
  }
}

async function answerOf(run: Promise<object>): Promise<HttpResponse> {
  const executed = { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' }
  try {
    return { statusCode: 200, headers: executed, body: json(await run) }
  } catch (error) {
    // A function that fails is an invocation that succeeded. [source: lambda-invoke]
    const { name: errorType, message: errorMessage } = error as Error
    const headers = { ...executed, 'x-amz-function-error': 'Unhandled' }
    return { statusCode: 200, headers, body: json({ errorType, errorMessage, trace: [] }) }
  }
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
