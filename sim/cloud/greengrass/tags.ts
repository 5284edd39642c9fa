import { type TagRules, TagStore } from '../base/tags.ts'
import { notFound, requireMatch, validationError } from './validate.ts'

const invalid: TagRules['invalid'] = (message) => validationError('tags', message)

/** [source: tag-resource] */
const RULES: TagRules = {
  maxTags: 200,
  isKey: ({ length }) => length >= 1 && length <= 128,
  invalid,
  tooMany: invalid,
}

type TagMap = Readonly<Record<string, string>>

/** Tags of components, deployments and core devices by ARN; this service writes them as a map. [source: tag-resource] */
export class Tags {
  readonly #store = new TagStore(RULES)
  readonly #exists: (arn: string) => boolean

  /** `exists`: whether there is a resource of this ARN. */
  constructor(exists: (arn: string) => boolean) {
    this.#exists = exists
  }

  of(arn: string): TagMap {
    return Object.fromEntries(this.#store.of(arn).map(({ Key, Value }) => [Key, Value]))
  }

  /** @throws AwsError ValidationException */
  check(tags: TagMap | undefined): void {
    this.#store.check(listOf(tags))
  }

  /** @throws AwsError ValidationException */
  set(arn: string, tags: TagMap | undefined): void {
    this.#store.set(arn, listOf(tags))
  }

  remove(arn: string, keys: readonly string[]): void {
    this.#store.remove(arn, keys)
  }

  /** @throws AwsError ResourceNotFoundException */
  arnOrThrow(resourceArn: string | undefined): string {
    const arn = requireMatch('resourceArn', resourceArn)
    if (!this.#exists(arn)) throw notFound(arn, 'Resource')
    return arn
  }
}

const listOf = (tags: TagMap = {}) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
