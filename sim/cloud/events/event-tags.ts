import { AwsError } from '../base/aws-error.ts'
import { isTagKey, type TagRules } from '../base/tags.ts'

const invalid = (message: string): AwsError => new AwsError('ValidationException', 400, message)

/** Tags of rules and of the bus. [source: event-tags] */
export const EVENT_TAG_RULES: TagRules = { maxTags: 50, isKey: isTagKey, invalid, tooMany: invalid }
