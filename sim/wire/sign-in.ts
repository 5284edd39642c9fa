import { createHash, createHmac, type Hash, type Hmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { SignatureV4 } from '@smithy/signature-v4'
import { AwsError } from '../cloud/base/aws-error.ts'

/** A key of AWS and its secret. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** What an `Authorization` header says: who signed for which service. */
export interface SignedFor {
  readonly accessKeyId: string
  readonly region: string
  /** Signing name of the service. */
  readonly scope: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
}

const ALGORITHM = 'AWS4-HMAC-SHA256'
const FIELD = /(?:^|[\s,])(Credential|SignedHeaders|Signature)=([^\s,]+)/g

/** The claim of a Signature Version 4, or the error that AWS answers where there is none. [source: sigv4-header] */
export function readAuthorization(authorization: string | undefined): SignedFor | AwsError {
  if (authorization === undefined) {
    return new AwsError('MissingAuthenticationTokenException', 403, 'the request is not signed')
  }
  const fields = Object.fromEntries([...authorization.matchAll(FIELD)].map(([, name, value]) => [name, value]))
  const { Credential = '', SignedHeaders, Signature } = fields as Readonly<Record<string, string | undefined>>
  const [accessKeyId, date, region, service, end, ...more] = Credential.split('/')
  const isWhole = [accessKeyId, date, region, service].every((part) => (part ?? '') !== '') && more.length === 0
  const isSigned = SignedHeaders !== undefined && Signature !== undefined
  if (!authorization.startsWith(`${ALGORITHM} `) || !isWhole || end !== 'aws4_request' || !isSigned) {
    const message =
      'Authorization header requires the algorithm AWS4-HMAC-SHA256, Credential, SignedHeaders and Signature'
    return new AwsError('IncompleteSignatureException', 403, message)
  }
  return {
    accessKeyId: accessKeyId as string,
    region: region as string,
    // Old clients sign iot as execute-api.
    scope: service === 'execute-api' ? 'iot' : (service as string),
    signedHeaders: SignedHeaders.split(';'),
    signature: Signature,
  }
}

/** The request that a signature covers. */
export interface SignedRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Whether a request was signed with these credentials, as it was received. The age of a signature is not looked at. */
export async function isSignedBy(credentials: Credentials, claim: SignedFor, request: SignedRequest): Promise<boolean> {
  const signingDate = dateOf(String(request.headers['x-amz-date'] ?? ''))
  if (signingDate === null || claim.accessKeyId !== credentials.accessKeyId) return false
  const { scope: service, region } = claim
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 })
  // The hash is made from the body: what the client says of it is not taken.
  const covered = claim.signedHeaders.filter((name) => name !== 'x-amz-content-sha256')
  const headers = Object.fromEntries(covered.map((name) => [name, String(request.headers[name] ?? '')]))
  const { method, path, body } = request
  const unsigned = { method, path, body, headers, query: queryOf(request.query), protocol: 'http:', hostname: '' }
  const signed = await signer.sign(unsigned, { signingDate })
  const expected = readAuthorization(signed.headers.authorization)
  return !(expected instanceof AwsError) && isSame(expected.signature, claim.signature)
}

/** The error for a signature that is not the one of its access key; services that speak JSON name it otherwise. */
export const wrongSignature = (isQuery: boolean): AwsError =>
  new AwsError(
    isQuery ? 'SignatureDoesNotMatch' : 'InvalidSignatureException',
    403,
    'The request signature we calculated does not match the signature you provided. ' +
      'This access key belongs to the controller of the rehearsal: use any other one.',
  )

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** `20260302T130500Z`. */
function dateOf(header: string): Date | null {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(header) ?? []
  if (year === undefined) return null
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

function queryOf(query: URLSearchParams): Record<string, string | string[]> {
  const names = [...new Set(query.keys())]
  return Object.fromEntries(names.map((name) => [name, many(query.getAll(name))]))
}

const many = (values: string[]): string | string[] => (values.length === 1 ? (values[0] as string) : values)

/** The hash of the signer, with and without a key. */
class Sha256 {
  readonly #hash: Hash | Hmac

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Uint8Array)
  }

  update(data: Uint8Array): void {
    this.#hash.update(data)
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest())
  }

  reset(): void {
    throw new Error('invariant: the signer does not use a hash twice')
  }
}
