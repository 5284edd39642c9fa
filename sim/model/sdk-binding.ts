import { mockClient } from 'aws-sdk-client-mock'
import { createSandbox } from 'sinon'
import type { AwsError } from '../cloud/aws-error.ts'
import type { Services } from '../level.ts'
import { ServiceEndpoint } from '../protocol/service-endpoint.ts'
import { loadServiceModel, PACKAGES, type ServiceName } from '../protocol/service-model.ts'

/** The mock keeps every call for assertions that nobody makes here. [performance 4: 40 MB for 20,000 calls] */
const HISTORY_LIMIT = 16

/** An SDK client, as far as the mock needs it. */
export type SdkClient = Parameters<typeof mockClient>[0]

interface BindingHooks {
  /** Told of every call of an emulated operation. */
  readonly onCall: (operation: string) => void
  /** An operation threw something that is not an AWS error. */
  readonly onBug: (error: unknown) => void
}

/**
 * Binds this one client to the operations that the HTTP endpoint serves, past serialisation, signature and network.
 * Required members are checked as there, and errors arrive as the SDK's own classes. Returns what unbinds it.
 */
export async function bindClient(
  client: SdkClient,
  service: ServiceName,
  services: Services,
  hooks: BindingHooks,
): Promise<() => void> {
  const endpoint = new ServiceEndpoint(await loadServiceModel(service), services.get(service) ?? {}, hooks)
  const toSdkError = sdkErrors(await PACKAGES[service]())
  // The default sandbox would keep this stub, and with it the twin, for the life of the process.
  const sandbox = createSandbox()
  const stub = mockClient(client, { sandbox })
  let calls = 0
  stub.send.callsFake(async (command: { readonly input: object }) => {
    calls += 1
    if (calls % HISTORY_LIMIT === 0) queueMicrotask(() => stub.resetHistory()) // not while it is being called
    const operation = command.constructor.name.replace(/Command$/, '')
    const answer = endpoint.call(operation, command.input as Record<string, unknown>)
    if (answer instanceof Error) throw toSdkError(answer)
    return { ...answer, $metadata: { httpStatusCode: 200 } }
  })
  return () => sandbox.restore()
}

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
