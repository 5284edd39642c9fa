import { invalidRequest, notFound } from '../base/iot-errors.ts'
import { defineOperations } from '../base/operations.ts'
import { page } from '../base/paging.ts'
import { resourceOf } from './iot-arns.ts'
import type { IotState } from './iot-state.ts'

type TaggedState = Pick<IotState, 'account' | 'things' | 'thingTypes' | 'jobs'>

/** Tags of thing groups, thing types and jobs. [source: iot-tags] */
export const iotTagOperations = defineOperations<'iot', Pick<IotState, 'iotTags'> & TaggedState>()({
  TagResource: ({ resourceArn, tags }, state) => {
    state.iotTags.set(taggableOrThrow(resourceArn, state), tags ?? [])
    return {}
  },

  UntagResource: ({ resourceArn, tagKeys = [] }, state) => {
    state.iotTags.remove(taggableOrThrow(resourceArn, state), tagKeys)
    return {}
  },

  ListTagsForResource: ({ resourceArn, nextToken }, state) => {
    const { items, nextToken: next } = page(state.iotTags.of(taggableOrThrow(resourceArn, state)), { nextToken })
    return { tags: items, nextToken: next }
  },
})

/** The ARN of a resource that exists and can have tags; a thing cannot. @throws AwsError */
function taggableOrThrow(arn: string | undefined, { account, things, thingTypes, jobs }: TaggedState): string {
  const { kind, name } = resourceOf(account, arn)
  const exists: Readonly<Record<string, (name: string) => boolean>> = {
    thinggroup: (group) => things.groupExists(group),
    thingtype: (type) => thingTypes.has(type),
    job: (jobId) => jobs.job(jobId) !== undefined,
  }
  if (!Object.hasOwn(exists, kind)) throw invalidRequest(`A resource of the kind ${kind} cannot have tags`)
  if (!exists[kind]?.(name)) throw notFound(`${arn} not found`)
  return arn as string
}
