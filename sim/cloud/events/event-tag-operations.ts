import { parseArn } from '../base/arns.ts'
import { AwsError } from '../base/aws-error.ts'
import { defineOperations } from '../base/operations.ts'
import type { EventBus } from './event-bus.ts'

/** Tags of rules and of the bus. [source: event-tags] */
export const eventTagOperations = defineOperations<'events', { readonly events: EventBus }>()({
  TagResource: ({ ResourceARN, Tags }, { events }) => {
    events.tags.set(resourceOrThrow(ResourceARN, events), Tags)
    return {}
  },

  UntagResource: ({ ResourceARN, TagKeys = [] }, { events }) => {
    events.tags.remove(resourceOrThrow(ResourceARN, events), TagKeys)
    return {}
  },

  ListTagsForResource: ({ ResourceARN }, { events }) => ({
    Tags: events.tags.of(resourceOrThrow(ResourceARN, events)),
  }),
})

/** @throws AwsError ValidationException, ResourceNotFoundException */
function resourceOrThrow(arn = '', events: EventBus): string {
  if (parseArn(arn)?.service !== 'events') {
    const message = 'Parameter ResourceARN is not valid. Reason: Provided Arn is not in correct format.'
    throw new AwsError('ValidationException', 400, message)
  }
  const exists = arn === events.arn || events.rules().some(({ name }) => arn === events.ruleArn(name))
  if (!exists) throw new AwsError('ResourceNotFoundException', 400, `${arn} does not exist.`)
  return arn
}
