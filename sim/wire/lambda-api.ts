import type { IncomingHttpHeaders } from 'node:http'
import type { LambdaFunctions } from '../twin/level.ts'

/** A response of the Invoke API. */
export interface InvokeResponse {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

const INVOKE_PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/
/** A name, `account:function:name`, or the whole ARN. [source: lambda-invoke] */
const FUNCTION_NAME = /^(?:(?:arn:aws:lambda:[^:]+:)?\d{12}:function:)?([a-zA-Z0-9_-]{1,64})$/
/** Headers of Invoke that are not emulated. */
const NOT_EMULATED = ['x-amz-client-context', 'x-amz-durable-execution-name'] as const

/**
 * Lambda's Invoke operation, as far as clients need it to call the controller's functions: RequestResponse, Event and
 * DryRun of the version $LATEST, without logs in the answer. [source: lambda-invoke]
 */
export async function answerInvoke(
  functions: LambdaFunctions,
  request: {
    readonly method: string
    readonly path: string
    readonly query: URLSearchParams
    readonly headers: IncomingHttpHeaders
    readonly body: Buffer
  },
): Promise<InvokeResponse> {
  const { method, path, query, headers, body } = request
  const named = INVOKE_PATH.exec(path)?.[1]
  if (method !== 'POST' || named === undefined) return refuse(501, 'NotEmulated', `${method} ${path} of lambda`)
  const name = FUNCTION_NAME.exec(decodeURIComponent(named))?.[1]
  if (name === undefined || !functions.has(name)) {
    return refuse(404, 'ResourceNotFoundException', `Function not found: ${decodeURIComponent(named)}`)
  }
  const qualifier = query.get('Qualifier') ?? '$LATEST'
  if (qualifier !== '$LATEST') return refuse(501, 'NotEmulated', `the function version ${qualifier}`)
  const unknown = NOT_EMULATED.find((header) => headers[header] !== undefined)
  if (unknown !== undefined) return refuse(501, 'NotEmulated', `the header ${unknown} of Invoke`)
  if ((headers['x-amz-log-type'] ?? 'None') !== 'None')
    return refuse(501, 'NotEmulated', 'logs in the answer of Invoke')
  const payload = parsePayload(body)
  if (payload === undefined) {
    return refuse(400, 'InvalidRequestContentException', 'Could not parse request body into json')
  }
  const type = headers['x-amz-invocation-type'] ?? 'RequestResponse'
  if (type === 'DryRun') return { statusCode: 204, headers: {}, body: Buffer.alloc(0) }
  if (type === 'Event') {
    void functions.call(name, payload).catch(() => undefined) // the trace records it
    return { statusCode: 202, headers: {}, body: Buffer.alloc(0) }
  }
  if (type !== 'RequestResponse') {
    return refuse(400, 'InvalidParameterValueException', `Value '${type}' at 'invocationType' is not valid`)
  }
  return run(functions, name, payload)
}

async function run(functions: LambdaFunctions, name: string, payload: unknown): Promise<InvokeResponse> {
  const executed = { 'content-type': 'application/json', 'x-amz-executed-version': '$LATEST' }
  try {
    return { statusCode: 200, headers: executed, body: json(await functions.call(name, payload)) }
  } catch (error) {
    // A function that fails is an invocation that succeeded. [source: lambda-invoke]
    const { name: errorType, message: errorMessage } = error as Error
    const headers = { ...executed, 'x-amz-function-error': 'Unhandled' }
    return { statusCode: 200, headers, body: json({ errorType, errorMessage, trace: [] }) }
  }
}

/** Undefined for a body that is not JSON; an empty body is an empty event. */
function parsePayload(body: Buffer): unknown {
  if (body.length === 0) return {}
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

const refuse = (statusCode: number, name: string, message: string): InvokeResponse => ({
  statusCode,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': name },
  body: json({ Type: statusCode < 500 ? 'User' : 'Server', Message: message, message }),
})
