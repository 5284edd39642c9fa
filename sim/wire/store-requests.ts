import { AwsError, NotEmulated } from '../cloud/base/aws-error.ts'
import { requireConstraints } from '../protocol/constraints/check.ts'
import { STORE_OPERATIONS } from '../protocol/constraints/store-operations.ts'
import { TABLE } from '../protocol/constraints/tables/dynamodb.ts'
import { nearestOperation } from '../protocol/nearest-operation.ts'
import { asRefusal } from '../protocol/refusals.ts'
import { parseBody } from '../protocol/rest-json.ts'
import { type OperationModel, readOperations } from '../protocol/service-model.ts'
import { decodeInput } from '../protocol/shapes.ts'

/** Members that expressions have replaced, and those that dynalite does not know: it would ignore them. */
const NOT_TAKEN = [
  'AttributesToGet',
  'AttributeUpdates',
  'ConditionalOperator',
  'Expected',
  'KeyConditions',
  'QueryFilter',
  'ReturnValuesOnConditionCheckFailure',
  'ScanFilter',
]

/** DynamoDB's limit of maps and lists in each other. [source: dynamodb-nesting] */
const MAX_NESTING = 32

const TARGET = /^DynamoDB_20120810\.(\w+)$/

/** Checks what clients from outside ask of the store, because dynalite is not made for wrong requests. */
export class StoreRequests {
  readonly #operations: ReadonlyMap<string, OperationModel>

  private constructor(operations: ReadonlyMap<string, OperationModel>) {
    this.#operations = operations
  }

  static async load(): Promise<StoreRequests> {
    return new StoreRequests(readOperations(await import('@aws-sdk/client-dynamodb')))
  }

  /** The operation that is asked for; null if the target names none. */
  static operationOf(target: string): string | null {
    return TARGET.exec(target)?.[1] ?? null
  }

  /** The input of an operation that may be carried out. @throws AwsError */
  check(target: string, body: Buffer): Readonly<Record<string, unknown>> {
    const name = StoreRequests.operationOf(target)
    const operation = this.#operations.get(name ?? '')
    if (name === null || operation === undefined) {
      throw new AwsError('UnknownOperationException', 400, `the target ${target} is not known`)
    }
    if (!STORE_OPERATIONS.includes(name)) {
      const nearest = nearestOperation(name, STORE_OPERATIONS)
      throw new NotEmulated(`dynamodb ${name} (nearest emulated operation: ${nearest})`)
    }
    try {
      const input = decodeInput(operation.input, parseBody(body))
      requireConstraints(TABLE, name, input)
      requireExpressions(input)
      requireValues(input)
      return input
    } catch (error) {
      throw asRefusal({ service: 'dynamodb', protocol: 'aws-json' }, error) ?? error
    }
  }
}

function requireExpressions(input: Readonly<Record<string, unknown>>): void {
  const nested = Object.values((input.RequestItems ?? {}) as Readonly<Record<string, object>>)
  const found = [input, ...nested].flatMap(Object.keys).find((name) => NOT_TAKEN.includes(name))
  if (found !== undefined) throw new NotEmulated(`the parameter ${found} of DynamoDB`)
}

/** Every attribute value has exactly one type. */
function requireValues(input: Readonly<Record<string, unknown>>): void {
  const { Item, Key, ExclusiveStartKey, ExpressionAttributeValues, RequestItems = {} } = input
  for (const map of [Item, Key, ExclusiveStartKey, ExpressionAttributeValues]) requireMap(map, 0)
  for (const { Keys = [] } of Object.values(RequestItems as object) as { readonly Keys?: readonly unknown[] }[]) {
    for (const key of Keys) requireMap(key, 0)
  }
}

function requireMap(map: unknown, depth: number): void {
  for (const value of Object.values((map ?? {}) as object))
    requireValue(value as Readonly<Record<string, unknown>>, depth)
}

function requireValue(value: Readonly<Record<string, unknown>>, depth: number): void {
  const [[type, inner] = [], ...more] = Object.entries(value).filter(([, one]) => one !== undefined)
  if (type === undefined || more.length > 0) {
    throw invalid('Supplied AttributeValue has more than one datatypes set, must contain exactly one')
  }
  if (depth >= MAX_NESTING) throw invalid('Nesting Levels have exceeded supported limits')
  if (type === 'M') requireMap(inner, depth + 1)
  if (type === 'L') for (const item of inner as readonly (typeof value)[]) requireValue(item, depth + 1)
}

const invalid = (message: string): AwsError => new AwsError('ValidationException', 400, message)
