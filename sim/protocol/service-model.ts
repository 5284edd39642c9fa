import { NormalizedSchema } from '@smithy/core/schema'
import type { SdkPackages, ServiceName } from '../cloud/base/operations.ts'
import type { ConstraintTable } from './constraints/constraint.ts'

/** One operation of a service as its SDK package describes it. */
export interface OperationModel {
  readonly name: string
  readonly method: string
  /** Path pattern with its constant query left off, e.g. `/things/{thingName}/shadow`. */
  readonly path: string
  readonly statusCode: number
  readonly input: NormalizedSchema
  readonly output: NormalizedSchema
}

export interface ServiceModel {
  readonly service: ServiceName
  readonly protocol: 'rest-json' | 'aws-json' | 'aws-query'
  readonly operations: ReadonlyMap<string, OperationModel>
  /** The code of an error in the Query protocol, by the name of its exception. */
  readonly errorCodes: ReadonlyMap<string, string>
  readonly constraints: ConstraintTable
}

/** The error of each service for a malformed request. */
export const VALIDATION_ERROR: Readonly<Record<ServiceName | 'dynamodb', string>> = {
  greengrass: 'ValidationException',
  iot: 'InvalidRequestException',
  iotdata: 'InvalidRequestException',
  'iot-jobs-data': 'InvalidRequestException',
  events: 'ValidationException',
  sns: 'InvalidParameterException',
  dynamodb: 'ValidationException',
}

/** The SDK package of each service, imported on demand. */
export const PACKAGES: { readonly [S in ServiceName]: () => Promise<SdkPackages[S]> } = {
  greengrass: () => import('@aws-sdk/client-greengrassv2'),
  iot: () => import('@aws-sdk/client-iot'),
  iotdata: () => import('@aws-sdk/client-iot-data-plane'),
  'iot-jobs-data': () => import('@aws-sdk/client-iot-jobs-data-plane'),
  events: () => import('@aws-sdk/client-eventbridge'),
  sns: () => import('@aws-sdk/client-sns'),
}

/** What each service demands of inputs, generated from its model, imported on demand. */
const CONSTRAINTS: { readonly [S in ServiceName]: () => Promise<{ readonly TABLE: ConstraintTable }> } = {
  greengrass: () => import('./constraints/tables/greengrass.ts'),
  iot: () => import('./constraints/tables/iot.ts'),
  iotdata: () => import('./constraints/tables/iotdata.ts'),
  'iot-jobs-data': () => import('./constraints/tables/iot-jobs-data.ts'),
  events: () => import('./constraints/tables/events.ts'),
  sns: () => import('./constraints/tables/sns.ts'),
}

/** The emulated services by their SigV4 signing names. */
export const SERVICES = Object.keys(PACKAGES) as readonly ServiceName[]

/** Services with another protocol than REST-JSON. */
const PROTOCOLS: Readonly<Partial<Record<ServiceName, ServiceModel['protocol']>>> = {
  events: 'aws-json',
  sns: 'aws-query',
}

/**
 * First element of a schema tuple that describes it. An internal API of the SDK, pinned by a test.
 * [source: schema-tuples]
 */
const OPERATION = 9
const ERROR = -3

/** `[9, namespace, name, traits, input, output]`, exported as `<Name>$`. */
type OperationTuple = readonly [
  9,
  string,
  string,
  { readonly http?: readonly [string, string, number] } | 0,
  unknown,
  unknown,
]

/** `[-3, namespace, name, traits, ...]`, exported as `<Name>$`. */
type ErrorTuple = readonly [-3, string, string, { readonly awsQueryError?: readonly [string, number] } | 0]

/** Reads the operations of a service from the schemas that its SDK package exports. */
export async function loadServiceModel(service: ServiceName): Promise<ServiceModel> {
  const [sdk, { TABLE: constraints }] = await Promise.all([PACKAGES[service](), CONSTRAINTS[service]()])
  const operations = readOperations(sdk)
  const errorCodes = new Map<string, string>()
  for (const [, , name, traits] of tuplesOf<ErrorTuple>(sdk, ERROR)) {
    if (traits !== 0 && traits.awsQueryError !== undefined) errorCodes.set(name, traits.awsQueryError[0])
  }
  if (operations.size === 0) throw new Error(`invariant: the SDK package of ${service} exports no operation schemas`)
  return { service, protocol: PROTOCOLS[service] ?? 'rest-json', operations, errorCodes, constraints }
}

/** The operations whose schemas an SDK package exports, by name. */
export const readOperations = (sdk: object): ReadonlyMap<string, OperationModel> =>
  new Map(tuplesOf<OperationTuple>(sdk, OPERATION).map((tuple) => [tuple[2], readOperation(tuple)]))

const tuplesOf = <T>(sdk: object, kind: number): readonly T[] =>
  Object.values(sdk).filter((value) => Array.isArray(value) && value[0] === kind) as T[]

function readOperation([, , name, traits, input, output]: OperationTuple): OperationModel {
  const [method, uri, statusCode] = (traits !== 0 && traits.http) || ['POST', '/', 200]
  return {
    name,
    method,
    path: uri.split('?')[0] as string,
    statusCode,
    input: NormalizedSchema.of(input as never),
    output: NormalizedSchema.of(output as never),
  }
}
