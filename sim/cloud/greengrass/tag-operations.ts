import { defineOperations } from '../base/operations.ts'
import type { GreengrassService } from './greengrass.ts'

/** Tags of components, deployments and core devices. [source: tag-resource] */
export const tagOperations = defineOperations<'greengrass', { readonly greengrass: GreengrassService }>()({
  TagResource: ({ resourceArn, tags: added }, { greengrass: { tags } }) => {
    tags.set(tags.arnOrThrow(resourceArn), added)
    return {}
  },

  UntagResource: ({ resourceArn, tagKeys = [] }, { greengrass: { tags } }) => {
    tags.remove(tags.arnOrThrow(resourceArn), tagKeys)
    return {}
  },

  ListTagsForResource: ({ resourceArn }, { greengrass: { tags } }) => ({ tags: tags.of(tags.arnOrThrow(resourceArn)) }),
})
