import { AwsError } from './aws-error.ts'

/** Members of the input of every list operation. */
export interface PageRequest {
  readonly maxResults?: number | undefined
  readonly nextToken?: string | undefined
}

const PREFIX = 'from-'

interface Limits {
  readonly max: number
  readonly errorName?: string
}

/**
 * One page of `all`; the token is opaque to callers and names the next index.
 * @throws AwsError with `errorName` (400) for a token that was never given out, or a page size out of range.
 */
export function page<T>(
  all: readonly T[],
  request: PageRequest,
  limits: Limits = { max: 250 },
): { items: T[]; nextToken: string | undefined } {
  const { from, size } = parse(request, limits)
  const end = from + size
  return { items: all.slice(from, end), nextToken: end < all.length ? `${PREFIX}${end}` : undefined }
}

/** One page of those of `all` that match; each is tested once over all pages. @throws as `page` */
export function pageWhere<T>(
  all: readonly T[],
  matches: (item: T) => boolean,
  request: PageRequest,
  limits: Limits = { max: 250 },
): { items: T[]; nextToken: string | undefined } {
  const { from, size } = parse(request, limits)
  const items: T[] = []
  for (let next = from; next < all.length; next++) {
    const item = all[next] as T
    if (!matches(item)) continue
    if (items.length === size) return { items, nextToken: `${PREFIX}${next}` }
    items.push(item)
  }
  return { items, nextToken: undefined }
}

function parse(request: PageRequest, limits: Limits): { from: number; size: number } {
  const refuse = (message: string): AwsError =>
    new AwsError(limits.errorName ?? 'InvalidRequestException', 400, message)
  const size = request.maxResults ?? limits.max
  if (!Number.isInteger(size) || size < 1 || size > limits.max) {
    throw refuse(`maxResults ${request.maxResults} is not within 1 and ${limits.max}`)
  }
  const from = request.nextToken === undefined ? 0 : Number(request.nextToken.replace(PREFIX, ''))
  if (!Number.isInteger(from) || from < 0 || (from > 0 && !request.nextToken?.startsWith(PREFIX))) {
    throw refuse('nextToken is not valid')
  }
  return { from, size }
}
