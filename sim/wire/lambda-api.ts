import { ownArn, parseArn } from '../cloud/base/arns.ts'
import { AwsError, NotEmulated } from '../cloud/base/aws-error.ts'
import { errorResponse } from '../protocol/error-response.ts'
import type { HttpResponse } from '../protocol/rest-json.ts'
import type { ServiceRequest } from '../protocol/service-endpoint.ts'
import { ACCOUNT_ID, REGION } from '../twin/account.ts'
import type { LambdaFunctions } from '../twin/level.ts'
import type { Visitor } from './visitor.ts'

const INVOKE_PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/
/** A name, `account:function:name`, or the resource of an ARN. [source: lambda-invoke] */
const FUNCTION_NAME = /^(?:(?:(\d{12}):)?function:)?([a-zA-Z0-9_-]{1,64})$/
/** Headers of Invoke that are not emulated. */
const NOT_EMULATED = ['x-amz-client-context', 'x-amz-durable-execution-name'] as const
const TYPES = ['RequestResponse', 'Event', 'DryRun']

/**
 * Lambda's Invoke operation, as far as clients need it to call the controller's functions: RequestResponse, Event and
 * DryRun of the version $LATEST, without logs in the answer. [source: lambda-invoke]
 */
export async function answerInvoke(
  functions: LambdaFunctions,
  request: ServiceRequest,
  visitor: Visitor,
): Promise<HttpResponse> {
  try {
    return await invoke(functions, request, visitor)
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    visitor.wasRefused('lambda Invoke', error)
    return errorResponse('lambda', error, request.requestId)
  }
}

/** @throws AwsError */
async function invoke(functions: LambdaFunctions, request: ServiceRequest, visitor: Visitor): Promise<HttpResponse> {
  const name = functionOf(request, functions)
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

function functionOf({ method, path }: ServiceRequest, functions: LambdaFunctions): string {
  const encoded = INVOKE_PATH.exec(path)?.[1]
  if (method !== 'POST' || encoded === undefined) throw new NotEmulated(`${method} ${path} of lambda`)
  const named = decoded(encoded)
  const name = nameOf(named)
  if (name !== null && functions.has(name)) return name
  throw new AwsError('ResourceNotFoundException', 404, `Function not found: ${named}`)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new AwsError('InvalidParameterValueException', 400, 'the function name is not percent-encoded UTF-8')
  }
}

/** The name in a name or ARN of a function of this account and region; null for any other. */
function nameOf(text: string): string | null {
  const own = { region: REGION, accountId: ACCOUNT_ID }
  const resource = parseArn(text) === null ? text : ownArn(text, 'lambda', own)?.resource
  const [, account = ACCOUNT_ID, name] = FUNCTION_NAME.exec(resource ?? '') ?? []
  return name !== undefined && account === ACCOUNT_ID ? name : null
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
