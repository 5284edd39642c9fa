import { AwsError } from '../base/aws-error.ts'
import { invalidRequest } from '../base/iot-errors.ts'
import { isTagKey, type TagRules } from '../base/tags.ts'

/** Tags of resources of the `iot` service. [source: iot-tags] */
export const IOT_TAG_RULES: TagRules = {
  maxTags: 50,
  isKey: isTagKey,
  invalid: invalidRequest,
  tooMany: (message) => new AwsError('LimitExceededException', 410, message),
}
