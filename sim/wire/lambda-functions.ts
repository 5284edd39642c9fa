import { ownArn, parseArn } from '../cloud/base/arns.ts'
import { AwsError, NotEmulated } from '../cloud/base/aws-error.ts'
import type { HttpResponse } from '../protocol/rest-json.ts'
import type { ServiceRequest } from '../protocol/service-endpoint.ts'
import { ACCOUNT_ID, REGION } from '../twin/account.ts'
import type { LambdaFunctions } from '../twin/level.ts'
import type { Visitor } from './visitor.ts'

/** ListFunctions, GetFunction and GetFunctionConfiguration. [source: lambda-functions] */
const PATH = /^\/2015-03-31\/functions(?:\/(?:([^/]+)(\/configuration)?)?)?$/
/** A name, `account:function:name`, or the resource of an ARN. [source: lambda-invoke] */
const FUNCTION_NAME = /^(?:(?:(\d{12}):)?function:)?([a-zA-Z0-9_-]{1,64})$/

/** Reads the controller's functions, without their code. @throws AwsError */
export function readFunctions(functions: LambdaFunctions, request: ServiceRequest, visitor: Visitor): HttpResponse {
  const { method, path, query } = request
  const found = PATH.exec(path)
  const [parameter] = query.keys()
  if (found === null) throw new NotEmulated(`${method} ${path} of lambda`)
  if (parameter !== undefined) throw new NotEmulated(`${parameter} of ${path} of lambda`)
  const [, named, isConfiguration] = found
  if (named === undefined) {
    visitor.did('lambda', 'ListFunctions', null)
    return respond({ Functions: functions.names().map(configurationOf) })
  }
  const configuration = configurationOf(functionNamed(named, functions))
  visitor.did('lambda', isConfiguration === undefined ? 'GetFunction' : 'GetFunctionConfiguration', named)
  return respond(isConfiguration === undefined ? { Configuration: configuration } : configuration)
}

/** The name of a function of this account that a path names. @throws AwsError ResourceNotFoundException */
export function functionNamed(encoded: string, functions: LambdaFunctions): string {
  const named = decoded(encoded)
  const name = nameOf(named)
  if (name !== null && functions.has(name)) return name
  throw new AwsError('ResourceNotFoundException', 404, `Function not found: ${named}`)
}

const configurationOf = (name: string) => ({
  FunctionName: name,
  FunctionArn: `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${name}`,
  Version: '$LATEST',
  PackageType: 'Zip',
  State: 'Active',
})

const respond = (body: object): HttpResponse => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(body)),
})

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
