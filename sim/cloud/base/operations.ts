/**
 * The emulated operations of AWS, typed by the SDK: a misspelt operation, input member or output member does not compile.
 */

/** The SDK package of each emulated service, by the service's SigV4 signing name. */
export interface SdkPackages {
  readonly greengrass: typeof import('@aws-sdk/client-greengrassv2')
  readonly iot: typeof import('@aws-sdk/client-iot')
  readonly iotdata: typeof import('@aws-sdk/client-iot-data-plane')
  readonly 'iot-jobs-data': typeof import('@aws-sdk/client-iot-jobs-data-plane')
  readonly events: typeof import('@aws-sdk/client-eventbridge')
  readonly sns: typeof import('@aws-sdk/client-sns')
}
export type ServiceName = keyof SdkPackages

/** The operations that a service has in AWS: every `<Name>Command` of its SDK package. */
export type OperationName<S extends ServiceName> = keyof {
  [Export in keyof SdkPackages[S] as Export extends `${infer Name}Command` ? Exclude<Name, '$' | ''> : never]: unknown
}

/** The SDK's input of an operation, as the protocol decodes it: a blob is bytes. */
export type InputOf<S extends ServiceName, Name extends string> =
  Command<S, Name> extends new (...args: never[]) => { readonly input: infer Input } ? WithBytes<Input> : never

/** The SDK's output of an operation, without what the client adds to it. It may share values with the twin's state. */
export type OutputOf<S extends ServiceName, Name extends string> =
  Command<S, Name> extends new (
    ...args: never[]
  ) => Resolves<infer Output>
    ? DeepReadonly<WithBytes<Omit<Output, '$metadata'>>>
    : never

type Command<S extends ServiceName, Name extends string> = `${Name}Command` extends infer Export extends
  keyof SdkPackages[S]
  ? SdkPackages[S][Export]
  : never

interface Resolves<Output> {
  resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: Output }>
}

/** Clients accept text and streams for a blob, and return bytes with methods; the message between them holds bytes. */
type WithBytes<T> = {
  [Member in keyof T]: [Extract<T[Member], Uint8Array>] extends [never]
    ? T[Member]
    : Uint8Array | Extract<T[Member], undefined>
}

type Leaf = string | number | boolean | null | undefined | Date | Uint8Array

type DeepReadonly<T> = T extends Leaf
  ? T
  : T extends readonly (infer Item)[]
    ? readonly DeepReadonly<Item>[]
    : { readonly [Member in keyof T]: DeepReadonly<T[Member]> }

/**
 * `Actual`, with `never` for each member, at any depth, that `Wanted` lacks. TypeScript does not check for such
 * members in what a lambda returns. An answer of the type `object` could hold anything, so it is an error as well.
 */
type Exact<Actual, Wanted> = Actual extends Leaf
  ? Actual
  : Actual extends readonly (infer Item)[]
    ? readonly Exact<Item, Wanted extends readonly (infer WantedItem)[] ? WantedItem : never>[]
    : IsUntyped<Actual> extends true
      ? never
      : { [M in keyof Actual]: M extends KeyOf<Wanted> ? Exact<Actual[M], MemberOf<Wanted, M>> : never }

/** True for `object`, and not for `{}`: only the latter accepts a string. */
type IsUntyped<T> = [keyof T] extends [never] ? (string extends T ? false : true) : false

/** The members of all types of a union, and the type of one of them. */
type KeyOf<T> = T extends unknown ? keyof T : never
type MemberOf<T, M> = T extends unknown ? (M extends keyof T ? NonNullable<T[M]> : never) : never

/** Operations of a service over the state they read and change. Inputs are not to be changed. */
export type Handlers<S extends ServiceName, State, Names> = {
  readonly [Name in Names & string]: (input: InputOf<S, Name>, state: State) => OutputOf<S, Name>
}

type CheckedHandlers<S extends ServiceName, State, Outputs> = {
  readonly [Name in keyof Outputs]: Name extends OperationName<S>
    ? (
        input: InputOf<S, Name>,
        state: State,
      ) => Outputs[Name] & OutputOf<S, Name> & Exact<Outputs[Name], OutputOf<S, Name>>
    : never
}

/**
 * Operations of the service `S` by their AWS names, each a function of its input and of the state it needs; refused by an
 * `AwsError` that it throws.
 * @example const operations = defineOperations<'iot', { things: Things }>()({ DeleteThing: (input, { things }) => ... })
 */
export const defineOperations =
  <S extends ServiceName, State>() =>
  <Outputs>(handlers: CheckedHandlers<S, State, Outputs>): Handlers<S, State, keyof Outputs> =>
    // The two types differ by the check only, which has been made when this line runs.
    handlers as unknown as Handlers<S, State, keyof Outputs>

type AnyHandlers = Readonly<Record<string, (input: never, state: never) => object>>

/** The state that all of these operations together need. */
export type StateOf<H extends AnyHandlers> = H[keyof H] extends (input: never, state: infer State) => object
  ? State
  : never

/** Operations that have their state: one input in, one output out. */
export type Bound<H extends AnyHandlers> = {
  readonly [Name in keyof H]: (input: Parameters<H[Name]>[0]) => ReturnType<H[Name]>
}

/** Gives operations the state they read and change. */
export function bindOperations<H extends AnyHandlers>(handlers: H, state: StateOf<H>): Bound<H> {
  const bound = Object.entries(handlers).map(([name, run]) => [name, (input: never) => run(input, state as never)])
  return Object.fromEntries(bound) as Bound<H>
}

/** The operations of any one service, by name. The caller has built the input by the schema of that operation. */
export type Operations = Readonly<Record<string, (input: never) => object>>

/** What the endpoints serve. */
export type Services = Readonly<Partial<Record<ServiceName, Operations>>>
