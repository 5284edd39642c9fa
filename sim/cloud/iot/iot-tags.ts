import type { Tag } from '@aws-sdk/client-iot'
import { AwsError } from '../base/aws-error.ts'
import { invalidRequest } from '../base/iot-errors.ts'

/** [source: iot-tags] */
const MAX_TAGS = 50
const KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u
const MAX_VALUE_LENGTH = 256
const RESERVED_PREFIX = /^aws:/i

type Tags = readonly Tag[] | undefined

/** Tags of resources of the `iot` service, by ARN. [source: iot-tags] */
export class IotTags {
  readonly #tags = new Map<string, ReadonlyMap<string, string>>()

  /** In the order in which the keys were added first. */
  of(arn: string): readonly Tag[] {
    return [...this.#of(arn)].map(([Key, Value]) => ({ Key, Value }))
  }

  /** @throws AwsError InvalidRequestException, LimitExceededException */
  check(tags: Tags): void {
    this.#merged('', tags)
  }

  /** Adds tags, or changes those of the same keys. @throws AwsError as `check` */
  set(arn: string, tags: Tags): void {
    if (tags === undefined) return
    this.#tags.set(arn, this.#merged(arn, tags))
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
    const merged = new Map(this.#of(arn))
    for (const { Key = '', Value = '' } of tags ?? []) {
      if (!KEY.test(Key) || RESERVED_PREFIX.test(Key)) throw invalidRequest(`The tag key "${Key}" is not valid`)
      if (Value.length > MAX_VALUE_LENGTH) throw invalidRequest(`The value of the tag "${Key}" is too long`)
      merged.set(Key, Value)
    }
    if (merged.size <= MAX_TAGS) return merged
    throw new AwsError('LimitExceededException', 410, `A resource has at most ${MAX_TAGS} tags`)
  }
}
