import type { IncomingMessage } from 'node:http'
import { AwsError } from '../cloud/base/aws-error.ts'

/** Longer bodies are refused: no emulated operation takes as much. */
export const MAX_BODY_BYTES = 1024 * 1024

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])
/** Names of this machine for itself; SDKs put prefixes such as `data.` in front of a name. */
const LOOPBACK = /^(?:(?:[a-z0-9-]+\.)*localhost|127\.0\.0\.1|\[::1\])(?::(\d+))?$/i
/** What a browser sends for an address that its user has typed, not for a page of another origin. */
const FROM_USER = new Set(['none', 'same-origin'])

/**
 * Why a request must not come in, from its first lines alone: no byte of its body has been read. A web page in a browser
 * of this machine is kept out by its `Origin`, and by the name in `Host` if that name was made to lead to this machine.
 */
export function refusalAtDoor({ method, url, headers }: IncomingMessage, port: number): AwsError | null {
  const host = LOOPBACK.exec(headers.host ?? '')
  if (host === null || (host[1] ?? String(port)) !== String(port)) {
    return accessDenied(`the endpoint has the name 127.0.0.1:${port}`)
  }
  const site = headers['sec-fetch-site']
  if (headers.origin !== undefined || (site !== undefined && !FROM_USER.has(String(site)))) {
    return accessDenied('web pages are not served')
  }
  if (!METHODS.has(method as string)) {
    return new AwsError('MethodNotAllowed', 405, `the method ${method} is not allowed`)
  }
  if (url?.startsWith('/') !== true) return new AwsError('InvalidRequestException', 400, 'the path is not valid')
  return Number(headers['content-length'] ?? 0) > MAX_BODY_BYTES ? bodyTooLarge() : null
}

export const bodyTooLarge = (): AwsError =>
  new AwsError('RequestEntityTooLargeException', 413, `the body has more than ${MAX_BODY_BYTES} bytes`)

const accessDenied = (why: string): AwsError => new AwsError('AccessDeniedException', 403, `Access denied: ${why}`)
