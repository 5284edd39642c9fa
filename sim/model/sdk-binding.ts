import { mockClient } from 'aws-sdk-client-mock'
import { createSandbox } from 'sinon'
import { AwsError } from '../cloud/base/aws-error.ts'
import type { ServiceName, Services } from '../cloud/base/operations.ts'
import type { ApiFaults } from '../faults/families/api-faults.ts'
import { ServiceEndpoint } from '../protocol/service-endpoint.ts'
import { loadServiceModel, PACKAGES } from '../protocol/service-model.ts'
import { connectionReset, type RetryStrategy, withRetries } from './sdk-retries.ts'

/** The mock keeps every call for assertions, which are not made here. [source: mock-history] */
const HISTORY_LIMIT = 16

/** An SDK client, as far as the mock needs it. */
export type SdkClient = Parameters<typeof mockClient>[0]

export interface BindingHooks {
  /** Act on the calls. */
  readonly faults?: ApiFaults
  /** Repeats a call as the client would over the network; no retries if absent. */
  readonly retryStrategy?: RetryStrategy
  /** Called for every call of an emulated operation. */
  readonly onCall: (operation: string) => void
  /** An operation threw something that is not an AWS error. */
  readonly onBug: (error: unknown) => void
}

/**
 * Binds this client to the operations that the HTTP endpoint serves, without serialisation, signature and network. The
 * constraints of inputs are checked as there, and errors arrive as the SDK's own classes. Returns the function that unbinds it.
 */
export async function bindClient(
  client: SdkClient,
  service: ServiceName,
  services: Services,
  hooks: BindingHooks,
): Promise<() => void> {
  const endpoint = new ServiceEndpoint(await loadServiceModel(service), services[service] ?? {})
  const toSdkError = sdkErrors(await PACKAGES[service]())
  // The default sandbox would keep this stub, and with it the twin, for the life of the process.
  const sandbox = createSandbox()
  const stub = mockClient(client, { sandbox })
  let calls = 0
  const attempt = async (command: SdkCommand): Promise<{ readonly $metadata: object }> => {
    const operation = command.constructor.name.replace(/Command$/, '')
    const call = hooks.faults?.begin(service) ?? undefined
    const answer = endpoint.call(operation, command.input as Record<string, unknown>, {
      admit: (name) => {
        hooks.onCall(name)
        call?.admit(name)
      },
      onBug: hooks.onBug,
    })
    const output = answer instanceof Error || call?.isLate !== true ? answer : (snapshotOf(answer) as object)
    if ((await call?.reply()) === 'lost') throw connectionReset()
    if (answer instanceof AwsError) throw toSdkError(answer)
    return { ...output, $metadata: { httpStatusCode: 200 } }
  }
  const send = hooks.retryStrategy === undefined ? attempt : withRetries(attempt, hooks.retryStrategy)
  stub.send.callsFake(async (command: SdkCommand) => {
    calls += 1
    if (calls % HISTORY_LIMIT === 0) queueMicrotask(() => stub.resetHistory()) // not while it is being called
    return send(command)
  })
  return () => sandbox.restore()
}

interface SdkCommand {
  readonly input: object
}

/** An answer with every member made now: some are made when they are read, and by then the state may have changed. */
function snapshotOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snapshotOf)
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array) return value
  const own = Object.keys(value)
  const prototype: unknown = Object.getPrototypeOf(value)
  const made = prototype === Object.prototype ? [] : Object.keys(accessorsOf(prototype as object))
  return Object.fromEntries([...own, ...made].map((key) => [key, snapshotOf((value as Record<string, unknown>)[key])]))
}

const accessorsOf = (prototype: object): object =>
  Object.fromEntries(
    Object.entries(Object.getOwnPropertyDescriptors(prototype)).filter(([, { get }]) => get !== undefined),
  )

type ErrorClass = new (options: object) => Error

/** AWS errors as the classes of the service's SDK package; unknown names as its base class, as the SDK does. */
function sdkErrors(sdk: object): (error: AwsError) => Error {
  const classes = sdk as Readonly<Record<string, ErrorClass>>
  const base = Object.keys(classes).find((name) => name.endsWith('ServiceException')) as string
  return ({ name, message, statusCode, members }) => {
    const options = { name, message, $fault: statusCode < 500 ? 'client' : 'server', ...members }
    const Class = classes[name] ?? (classes[base] as ErrorClass)
    return Object.assign(new Class({ ...options, $metadata: { httpStatusCode: statusCode } }), { name })
  }
}
