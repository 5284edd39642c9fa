import { AwsError, NotEmulated } from '../cloud/base/aws-error.ts'
import type { ServiceName, Services } from '../cloud/base/operations.ts'
import type { ApiFaults } from '../faults/families/api-faults.ts'
import type { OutsideClient } from '../kernel/client-activity.ts'
import { errorFormOf, errorResponse } from '../protocol/error-response.ts'
import type { HttpResponse } from '../protocol/rest-json.ts'
import { type Handled, ServiceEndpoint, type ServiceRequest } from '../protocol/service-endpoint.ts'
import { loadServiceModel, SERVICES } from '../protocol/service-model.ts'
import type { LambdaFunctions } from '../twin/level.ts'
import { answerCallerIdentity } from './caller-identity.ts'
import { answerLambda } from './lambda-api.ts'
import { Store } from './store.ts'
import { StoreRequests } from './store-requests.ts'
import { resourceOf, type Visitor } from './visitor.ts'

export interface ServicesOptions {
  /** Emulated operations by signing name. */
  readonly services: Services
  /** Functions that can be invoked by the API of Lambda; none if absent. */
  readonly functions?: LambdaFunctions | undefined
  /** Act on the controller's calls, and on no other client's. */
  readonly faults?: ApiFaults | undefined
  /** Called for every call that the controller makes of an emulated operation. */
  readonly onCall: (service: ServiceName, operation: string) => void
  /** An operation that the controller called threw something that is not an AWS error. */
  readonly onBug: (error: unknown) => void
  /** A client put events on the bus; their ids. */
  readonly onForeignEvents?: ((eventIds: readonly string[], client: OutsideClient) => void) | undefined
}

/** A request that has been let in. */
export interface AdmittedRequest extends ServiceRequest {
  /** Signing name of the service. */
  readonly scope: string
}

/** Serves requests by service: for the controller, whose errors are the twin's own, or for a visitor. */
export class AwsServices {
  readonly #options: ServicesOptions
  readonly #endpoints: ReadonlyMap<string, ServiceEndpoint>
  readonly #store = new Store()
  readonly #storeRequests: StoreRequests

  private constructor(
    options: ServicesOptions,
    endpoints: ReadonlyMap<string, ServiceEndpoint>,
    storeRequests: StoreRequests,
  ) {
    this.#options = options
    this.#endpoints = endpoints
    this.#storeRequests = storeRequests
  }

  static async load(options: ServicesOptions): Promise<AwsServices> {
    const endpoints = new Map<string, ServiceEndpoint>()
    for (const service of SERVICES) {
      const operations = options.services[service]
      if (operations === undefined) continue
      endpoints.set(service, new ServiceEndpoint(await loadServiceModel(service), operations))
    }
    return new AwsServices(options, endpoints, await StoreRequests.load())
  }

  /** Null if an injected fault lets the response be lost. */
  async forController(request: AdmittedRequest): Promise<HttpResponse | null> {
    const { scope } = request
    if (scope === 'dynamodb') return this.#store.call(targetOf(request), request.body)
    const endpoint = this.#endpoints.get(scope)
    if (endpoint === undefined) return this.#notEmulated(request)
    const { faults, onCall, onBug } = this.#options
    const call = faults?.begin(scope as ServiceName) ?? undefined
    const { response } = endpoint.handle(request, {
      admit: (operation) => {
        onCall(scope as ServiceName, operation)
        call?.admit(operation)
      },
      onBug,
    })
    return (await call?.reply()) === 'lost' ? null : response
  }

  async forVisitor(request: AdmittedRequest, visitor: Visitor): Promise<HttpResponse> {
    const { scope } = request
    const { functions } = this.#options
    if (scope === 'lambda' && functions !== undefined) return answerLambda(functions, request, visitor)
    if (scope === 'dynamodb') return this.#storeForVisitor(request, visitor)
    if (scope === 'sts') return callerIdentity(request, visitor)
    const endpoint = this.#endpoints.get(scope)
    if (endpoint === undefined) {
      visitor.wasRefused(nameOf(request), this.#unknownService(scope))
      return this.#notEmulated(request)
    }
    const handled = visitor.serve(() =>
      endpoint.handle(request, {
        admit: () => undefined,
        onBug: (error) => visitor.failed(nameOf(request), error),
      }),
    )
    this.#account(scope, handled, request, visitor)
    return handled.response
  }

  #account(service: string, { operation, input, output, error }: Handled, request: AdmittedRequest, visitor: Visitor) {
    if (error !== null) {
      return visitor.wasRefused(operation === null ? nameOf(request) : `${service} ${operation}`, error)
    }
    visitor.did(service, operation as string, resourceOf(input ?? {}))
    if (operation === 'PutEvents') this.#options.onForeignEvents?.(eventIdsOf(output), visitor.client)
  }

  async #storeForVisitor(request: AdmittedRequest, visitor: Visitor): Promise<HttpResponse> {
    const target = targetOf(request)
    const operation = StoreRequests.operationOf(target)
    const name = operation === null ? nameOf(request) : `dynamodb ${operation}`
    try {
      const input = this.#storeRequests.check(target, request.body)
      const response = await this.#store.call(target, request.body)
      if (response.statusCode === 200) visitor.did('dynamodb', operation as string, resourceOf(input))
      else visitor.wasRefused(name, errorOf(response))
      return response
    } catch (error) {
      const refusal = error instanceof AwsError ? error : internalError()
      visitor.failed(name, error)
      return errorResponse('aws-json-1.0', refusal, request.requestId)
    }
  }

  #notEmulated(request: AdmittedRequest): HttpResponse {
    return errorResponse(errorFormOf(request), this.#unknownService(request.scope), request.requestId)
  }

  #unknownService(scope: string): NotEmulated {
    const lambda = this.#options.functions === undefined ? [] : ['lambda']
    const known = [...this.#endpoints.keys(), ...lambda, 'dynamodb', 'sts'].join(', ')
    return new NotEmulated(`the service "${scope}" (emulated services: ${known})`)
  }
}

function callerIdentity(request: AdmittedRequest, visitor: Visitor): HttpResponse {
  try {
    return answerCallerIdentity(request, visitor)
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    visitor.wasRefused(nameOf(request), error)
    return errorResponse('query', error, request.requestId)
  }
}

const internalError = (): AwsError => new AwsError('InternalServerError', 500, 'internal error of the twin')

const targetOf = ({ headers }: AdmittedRequest): string => String(headers['x-amz-target'] ?? '')

/** A request that no operation is known of. */
export const nameOf = ({ scope, method, path, headers }: AdmittedRequest): string =>
  `${scope} ${String(headers['x-amz-target'] ?? `${method} ${path}`).slice(0, 128)}`

const eventIdsOf = (output: object | null): readonly string[] =>
  ((output ?? {}) as { readonly Entries?: readonly { readonly EventId?: string }[] }).Entries?.flatMap(
    ({ EventId }) => EventId ?? [],
  ) ?? []

/** The error in an answer of the store. */
function errorOf({ body }: HttpResponse): { readonly name: string; readonly message: string } {
  const { __type = '', message = '' } = JSON.parse(body.toString()) as { readonly __type?: string; message?: string }
  return { name: __type.split('#').at(-1) as string, message }
}
