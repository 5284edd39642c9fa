import type { AwsError } from './aws-error.ts'

/** A tag as most services write it; without a value its text is empty. */
export interface Tag {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}
type Tags = readonly Tag[] | undefined

/** What a service allows of the tags of a resource, and how it refuses others. */
export interface TagRules {
  readonly maxTags: number
  readonly isKey: (key: string) => boolean
  readonly invalid: (message: string) => AwsError
  readonly tooMany: (message: string) => AwsError
}

const MAX_VALUE_LENGTH = 256

/** Tags of the resources of one service, by ARN. */
export class TagStore {
  readonly #rules: TagRules
  readonly #tags = new Map<string, ReadonlyMap<string, string>>()

  constructor(rules: TagRules) {
    this.#rules = rules
  }

  /** In the order in which the keys were added first. */
  of(arn: string): readonly Required<Tag>[] {
    return [...this.#of(arn)].map(([Key, Value]) => ({ Key, Value }))
  }

  /** Whether a new resource may have these. @throws AwsError as the rules name it */
  check(tags: Tags): void {
    this.#merged('', tags)
  }

  /** Adds tags, or changes those of the same keys. @throws AwsError as `check` */
  set(arn: string, tags: Tags): void {
    if (tags !== undefined) this.#tags.set(arn, this.#merged(arn, tags))
  }

  remove(arn: string, keys: readonly string[]): void {
    this.#tags.set(arn, new Map([...this.#of(arn)].filter(([key]) => !keys.includes(key))))
  }

  /** The resource was deleted. */
  forget(arn: string): void {
    this.#tags.delete(arn)
  }

  #of(arn: string): ReadonlyMap<string, string> {
    return this.#tags.get(arn) ?? new Map()
  }

  #merged(arn: string, tags: Tags): ReadonlyMap<string, string> {
    const { maxTags, isKey, invalid, tooMany } = this.#rules
    const merged = new Map(this.#of(arn))
    for (const { Key = '', Value = '' } of tags ?? []) {
      if (!isKey(Key)) throw invalid(`The tag key "${Key}" is not valid`)
      if (Value.length > MAX_VALUE_LENGTH) {
        throw invalid(`The value of the tag "${Key}" is above ${MAX_VALUE_LENGTH} characters`)
      }
      merged.set(Key, Value)
    }
    if (merged.size > maxTags) throw tooMany(`A resource has at most ${maxTags} tags`)
    return merged
  }
}

const KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u
const RESERVED_PREFIX = /^aws:/i

/** A key that AWS documents for tags in general; `aws:` is reserved for its own. [source: tag-keys] */
export const isTagKey = (key: string): boolean => KEY.test(key) && !RESERVED_PREFIX.test(key)
