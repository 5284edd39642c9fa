import { notFound, requireMatch, validationError } from './validate.ts'

const MAX_TAGS = 200

/** Tags of components, deployments and core devices by ARN. [source: tag-resource] */
export class Tags {
  readonly #tags = new Map<string, Readonly<Record<string, string>>>()
  readonly #exists: (arn: string) => boolean

  /** `exists`: whether there is a resource of this ARN. */
  constructor(exists: (arn: string) => boolean) {
    this.#exists = exists
  }

  of(arn: string): Readonly<Record<string, string>> {
    return this.#tags.get(arn) ?? {}
  }

  /** @throws AwsError ValidationException */
  check(tags: Readonly<Record<string, string>> | undefined): void {
    const entries = Object.entries(tags ?? {})
    if (entries.length > MAX_TAGS) throw validationError('tags', `has ${entries.length} members, at most ${MAX_TAGS}`)
    for (const [key, value] of entries) {
      if (key.length < 1 || key.length > 128)
        throw validationError('tags', `the key "${key}" is not of 1-128 characters`)
      if (value.length > 256) throw validationError('tags', `the value of "${key}" is above 256 characters`)
    }
  }

  set(arn: string, tags: Readonly<Record<string, string>> | undefined): void {
    this.check({ ...this.of(arn), ...tags })
    this.#tags.set(arn, { ...this.of(arn), ...tags })
  }

  remove(arn: string, keys: readonly string[]): void {
    this.#tags.set(arn, Object.fromEntries(Object.entries(this.of(arn)).filter(([key]) => !keys.includes(key))))
  }

  /** @throws AwsError ResourceNotFoundException */
  arnOrThrow(resourceArn: string | undefined): string {
    const arn = requireMatch('resourceArn', resourceArn)
    if (!this.#exists(arn)) throw notFound(arn, 'Resource')
    return arn
  }
}
